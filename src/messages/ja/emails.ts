import type { Translation } from "../catalogue.ts";
import type { emails as english } from "../en/emails.ts";

export const emails: Translation<typeof english> = {
  footer: "送信元：{operator}（{issuer}）。パスワードやコードをメールや電話でお尋ねすることは決してありません。",
  code_subject: "{operator} の確認コード",
  code_sign_in_text:
    "サインインするには、コードを請求したブラウザーで次のコードを入力してください。\n\nコードは {minutes} 分間、そのブラウザーで一度だけ有効です。お心当たりがない場合は、何もしていただく必要はありません。コードは誰にも教えないでください。",
  code_create_account_text:
    "アカウントを作成するには、コードを請求したブラウザーで次のコードを入力してください。\n\nコードは {minutes} 分間、そのブラウザーで一度だけ有効です。お心当たりがない場合は、何もしていただく必要はありません。コードが入力されない限り、アカウントは作成されません。",
  code_verify_email_text:
    "このアドレスをアカウントのアドレスにするには、コードを請求したブラウザーで次のコードを入力してください。\n\nコードは {minutes} 分間、そのブラウザーで一度だけ有効です。お心当たりがない場合は、何もしていただく必要はありません。どなたかがアドレスを打ち間違えた可能性があります。",
  code_reset_password_text:
    "新しいパスワードを設定するには、コードを請求したブラウザーで次のコードを入力してください。\n\nコードは {minutes} 分間、そのブラウザーで一度だけ有効です。お心当たりがない場合は、何もしていただく必要はありません。パスワードは変わりません。コードは誰にも教えないでください。",
  account_exists_subject: "{operator} のアカウントをすでにお持ちです",
  account_exists_text:
    "このアドレスを {operator} のアカウントに使おうとする操作がありました。すでにアカウントで使われているため、何も変更されていません。\n\nサインインするには {issuer}/sign-in を開いてください。パスワードをお忘れの場合は、そこで新しいパスワードを設定できます。\n\nお心当たりがない場合は、何もしていただく必要はありません。",
  no_account_subject: "{operator} にこのアドレスのアカウントはありません",
  no_account_text:
    "このアドレスで {operator} にサインインするためのコードが請求されました。このアドレスのアカウントはないため、コードはありません。\n\n別のアドレスで登録された可能性があります。アカウントを作成するには {issuer}/create-account を開いてください。\n\nお心当たりがない場合は、何もしていただく必要はありません。",
  password_changed_subject: "{operator} のパスワードが変更されました",
  password_changed_text:
    "{changedAt} にアカウントのパスワードが変更されました。ほかのブラウザーではサインアウトされました。\n\nご本人の操作であれば、何もしていただく必要はありません。そうでない場合は、すぐに {issuer}/forgot-password で新しいパスワードを設定し、{issuer}/settings/security をご確認ください。",
  email_changed_subject: "{operator} のアカウントのアドレスが変更されました",
  email_changed_text:
    "{changedAt} から、アカウントのアドレスは {newEmail} になりました。このアドレスではサインインできなくなりました。\n\nご本人の操作であれば、何もしていただく必要はありません。そうでない場合は、すぐに {operator} の運営者にご連絡ください。",
  account_deleted_subject: "{operator} のアカウントが削除されました",
  account_deleted_text:
    "サインイン中のブラウザーからの依頼により、{deletedAt} にアカウントが削除されました。サービスがあなたに代わって行えたことは、すべて終了しました。\n\nサービスがコピーした内容は、サービス側に残ります。削除は取り消せません。お心当たりがない場合は、{operator} の運営者にご連絡ください。",
  factor_added_subject: "{operator} のアカウントにサインイン方法が追加されました",
  factor_added_text:
    "{changedAt} に、パスキーまたは認証アプリ「{name}」がアカウントに追加されました。操作した端末: {device}\n\nご本人の操作であれば、何もする必要はありません。心当たりがない場合は、すぐに {issuer}/settings/security で削除し、新しいパスワードを設定してください。",
  identity_linked_subject: "{operator} のアカウントに職場のアカウントがリンクされました",
  identity_linked_text:
    "{changedAt} から、{directory} の {account} でもお客様のアカウントにサインインできるようになりました。\n\nご本人の操作であれば、何もする必要はありません。心当たりがない場合は、すぐに {issuer}/settings/account/identities でリンクを解除し、そのアカウントの使用者を管理者にお尋ねください。",
  factor_removed_subject: "{operator} のアカウントからサインイン方法が削除されました",
  factor_removed_text:
    "{changedAt} に、パスキーまたは認証アプリ「{name}」がアカウントから削除されました。操作した端末: {device}\n\nご本人の操作であれば、何もする必要はありません。心当たりがない場合は、すぐに {issuer}/settings/security を確認し、新しいパスワードを設定してください。",
  access_requested_subject: "{person}さんが {organization} での {service} を申請しています",
  access_requested_text:
    "{person}さんが、{organization} の所有者であるあなたに、{service} を入れるよう申請しています。\n\n理由: {reason}\n\n全員について承認または拒否してください: {link}",
  access_approved_subject: "{service} は {organization} に入れます",
  access_approved_text:
    "申請された {service} を {organization} の所有者が承認しました。次のページから続けてください: {url}\n\nすでにこのサービスを許可していた場合は、次の更新から組織に入れます。",
  access_denied_subject: "{service} は {organization} に入れません",
  access_denied_text:
    "申請された {service} を {organization} の所有者が拒否しました。ほかの場所で許可したものはそのまま残ります。必要な場合は所有者にご相談ください: {link}",
  organization_invitation_subject: "{person}さんから {organization} への招待",
  organization_invitation_text:
    "{person}さんが、{operator} の {organization} にあなたを招待しています。承諾するには、次のページを開き、このアドレスでサインインしてください: {link}\n\n招待の有効期間は 7 日です。心当たりがない場合は、何もする必要はありません。",
  authorization_new_subject: "{service} が {operator} であなたに代わって操作できるようになりました",
  authorization_new_text:
    "{approvedAt} に、{device}（{place}）から、あなたのアカウントで {service} が承認されました。\n\n許可の内容：{permissions}\n\nご自身の操作であれば、何もする必要はありません。そうでない場合は、すぐに {link} で取り消し、パスワードを変更してください。",
  authorization_widened_subject: "{service} が {operator} であなたに代わってできることが増えました",
  authorization_widened_text:
    "{approvedAt} に、{device}（{place}）から、あなたのアカウントにアクセスできる {service} への追加の許可が承認されました。\n\n求められた内容：{permissions}\n\nご自身の操作であれば、何もする必要はありません。そうでない場合は、すぐに {link} で取り消し、パスワードを変更してください。",
  service_reported_subject: "サービスが報告されました：{service}",
  service_reported_text:
    "{person} が {service}（{client}）を報告しました。\n\n理由：{reason}\n\n{text}\n\n報告の一覧は /admin/reports にあります。",
  token_reused_subject: "{operator} で {service} のデバイスのアクセスが終了しました",
  token_reused_text:
    "{device} で始まった接続で、{service} のリフレッシュトークンが二度使われました。どちらか一方はサービス自身ではなかった可能性があります。そのため {endedAt} に、この接続のアクセスを終了しました。\n\n何もする必要はありません。もう誰も使えず、次に使うときにサービスがあらためてお尋ねします。再び起きた場合は {link} でサービスの動きを確認し、一時停止または取り消しをしてください。",
  new_sign_in_subject: "{operator} のアカウントへの新しいサインイン",
  new_sign_in_text:
    "{signedInAt} に、あなたのアカウントへのサインインがありました。\n\nデバイス：{device}　場所：{place}\n\nご本人であれば、何もする必要はありません。心当たりがない場合は、ほかのすべてからサインアウトし、パスワードを変更してください：{link}",
};
