import type { Translation } from "../catalogue.ts";
import type { signIn as english } from "../en/signIn.ts";

export const signIn: Translation<typeof english> = {
  title: "サインイン",
  confirm_title: "ご本人であることの確認",
  lead: "サービスがあなたの名前で行えることを確認し、変更するためのページです。",
  confirm_lead: "次の操作にはもう一度サインインが必要です。ほかの人がこのブラウザーを使っている可能性があるためです。",
  from_site:
    "{host} の {service} から、サインインのために移動してきました。このサービスにパスワードが見られることはありません。",
  from_device:
    "入力したコードを表示しているデバイスの {service} から、サインインのために移動してきました。このサービスにパスワードが見られることはありません。",
  confirm_from_site:
    "{host} の {service} が、もう一度サインインするよう求めています。このサービスにパスワードが見られることはありません。",
  email: "メールアドレス",
  password: "パスワード",
  forgot: "パスワードをお忘れですか？",
  other_ways: "そのほかのサインイン方法",
  by_code: "メールで届くコードでサインイン",
  by_work: "職場アカウントで続ける",
  create: "アカウントを作成",
  nothing_yet: "サインインしただけでは何も共有されません。{service} が何を求めているかを確認してから、お決めいただけます。",
  next_lead: "このアカウントのパスワードを入力するか、下のほかの方法をお選びください。",
  no_email: "メールアドレスを入力してください。",
  not_an_email: "メールアドレスの形式ではありません。ada@example.com のような形で入力してください。",
  no_password: "パスワードを入力してください。",
  wrong: "メールアドレスとパスワードが一致しません。両方と Caps Lock キーを確認して、パスワードをもう一度入力してください。",
  no_directory: "このアドレスの組織のサインインは、ここには接続されていません。ほかの方法をご利用ください。",
  choose_title: "アカウントの選択",
  which_account: "どのアカウントを使いますか？",
  signed_in: "サインインしています",
  choose_from_site: "{host} の {service} から移動してきました。続けるアカウントをお選びください。",
  choose_from_device:
    "入力したコードを表示しているデバイスの {service} から移動してきました。続けるアカウントをお選びください。",
  continue_as: "{name} として続ける",
  another: "別のアカウントを使う",
  still_here: "このブラウザーでサインイン中のほかのアカウント",
  sign_out_all: "ここの全アカウントからサインアウト",
  second_expired: "このサインインは期限が切れました。もう一度やり直してください。",
  other_browser: "このリンクは別のブラウザーのものです。ここでサインインをやり直してください。",
  disabled: "このアカウントではサインインできません。{operator} の運営者にお問い合わせください。",
};
