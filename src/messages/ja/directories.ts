import type { Translation } from "../catalogue.ts";
import type { directories as english } from "../en/directories.ts";

export const directories: Translation<typeof english> = {
  denied_title: "{directory} へのアクセスが認められませんでした",
  denied:
    "先方の画面で拒否されたか、組織からアクセス権が与えられていません。拒否した覚えがない場合は、{operator} へのアクセスを管理者にご依頼ください。",
  not_signed_in_title: "先に {directory} での操作が必要です",
  not_signed_in: "どなたであるかを確認する前に、{directory} でのサインインまたは確認が必要です。もう一度お試しください。",
  stale_title: "このサインインは終了しました",
  stale: "10 分を過ぎたか、すでに使用されたか、別のブラウザーまたはタブで始められたものです。最初からやり直してください。",
  unavailable_title: "{directory} に接続できません",
  unavailable: "応答がありませんでした。何も変更されていません。しばらく待ってから、もう一度お試しください。",
  misconfigured_title: "{directory} との接続が正しく設定されていません",
  misconfigured: "お客様の操作に問題はなく、やり直しても解決しない見込みです。管理者にお知らせください。",
  untrusted_title: "{directory} からの応答を確認できませんでした",
  untrusted: "安全のため、サインインは行われませんでした。もう一度お試しください。再び起こる場合は、管理者にお知らせください。",
  clock_title: "時刻が一致していません",
  clock: "{directory} と当方の時刻の差が大きく、安全にサインインできません。管理者にお知らせください。",
  not_fresh_title: "この操作には新たなサインインが必要です",
  not_fresh:
    "たった今サインインしたことを {directory} が確認しませんでした。もう一度試してサインインするか、別の方法をお使いください。",
  wrong_tenant_title: "このアカウントは別の組織のものです",
  wrong_tenant:
    "{directory} では、ここに接続されている組織のものではないアカウントでサインインしています。もう一度試して、職場のアカウントをお選びください。",
  no_account_title: "まだアカウントがありません",
  no_account:
    "{directory} での本人確認はできましたが、ここにアカウントを作成することは許可されていません。{operator} へのアクセスを管理者にご依頼ください。",
  taken_title: "このアドレスのアカウントはすでにあります",
  taken:
    "ご自身のものであれば、いつもの方法でサインインし、設定の「アカウント」で職場のアカウントをリンクしてください。その後は {directory} からサインインできます。",
  others_title: "この職場のアカウントは別のアカウントにリンクされています",
  others: "リンクできるのは 1 つのアカウントだけです。そのアカウントでサインインし、先にリンクを解除してください。",
  disabled_title: "このアカウントは無効になっています",
  disabled: "{operator} の運営者にお問い合わせください。",
  number: "管理者に伝える番号: {number}",
  try_again: "もう一度試す",
  another_way: "別の方法でサインイン",
  to_settings: "職場のアカウントに戻る",

  work_accounts: "職場のアカウント",
  lead: "職場のアカウントを使うと、所属する組織を通じてサインインできます。サインインの可否は組織が決め、ここでその組織のメンバーになることがあります。",
  none: "リンクされている職場のアカウントはありません。",
  linked_since: "{day} にリンク",
  last_used: "最終使用: {ago}",
  unlink: "リンクを解除",
  unlink_named: "{account} のリンクを解除",
  link_title: "職場のアカウントをリンク",
  address: "職場のメールアドレス",
  address_hint: "組織のページでサインインした後、ここに戻ります。",
  link: "組織のページへ進む",
  linked: "職場のアカウントをリンクしました。",
  unlinked: "職場のアカウントのリンクを解除しました。それによって加わった組織のメンバー資格は残ります。",
  last_way: "これが唯一のサインイン方法です。解除する前に、パスワードを設定するか、パスキーを追加してください。",
  no_address: "職場のメールアドレスを入力してください。",
  not_an_email: "メールアドレスではありません。ada@example.com のような形で入力してください。",
  no_directory: "このアドレスを使う組織は接続されていません。アドレスを確認するか、管理者にお尋ねください。",
};
