import type { Translation } from "../catalogue.ts";
import type { front as english } from "../en/front.ts";

export const front: Translation<typeof english> = {
  title: "あなたの名前で操作できるもの",
  heading: "あなたの署名なしに、あなたの名前で何かが行われることはありません。",
  lead: "ほかのサービスは、あなたのデータに触れる前にここで許可を求めます。誰が何のために求めているかを確かめて決めることができ、いつでも取り消せます。パスワードがサービスに見られることはありません。",
  signed_in_as: "{name} としてサインインしています。",
  see_approved: "許可した内容を見る",
  sign_in: "サインイン",
  step_asks: "サービスが許可を求める",
  step_asks_text: "サービスはあなたをここへ案内し、何を、どの組織で閲覧または変更したいかを伝えます。",
  step_sign: "あなたが署名する",
  step_sign_text: "必要な分だけ許可することも、何も許可しないこともできます。選ばなかったものは渡されません。",
  step_charge: "決めるのはいつもあなた",
  step_charge_text: "許可の一覧には、誰が何をいつから使っているかが表示されます。そこでいつでも終了できます。",
  for_developers: "開発者の方へ",
  for_developers_text:
    "{operator} は OAuth 2.1 と OpenID Connect に対応しています。クライアントライブラリに発行者 {issuer} を指定すると、残りは{document}から取得されます。",
  discovery_document: "ディスカバリー文書",

  signed_out: "サインアウト済み",
  you_are_signed_out: "サインアウトしました",
  nobody_signed_in: "このブラウザーでは、誰も {operator} にサインインしていません。",
  services_keep_access:
    "許可したサービスは、取り消すまでアクセスを続けられます。サービス独自のサインインがある場合は、そこでサインアウトするまで続きます。",
  sign_in_again: "もう一度サインイン",
  sign_out_question: "サインアウトしますか？",
  ends_session: "このブラウザーでの {name} さんのセッションが終了します。",
  sign_out_keeps:
    "通知を希望しているサービスに知らせます。許可したサービスのアクセスは続きます。終了するには「{authorizations}」を開いてください。",
  stay_signed_in: "サインインしたままにする",
  sign_out_of: "{operator} からサインアウトしますか？",
  page_asks: "あるページが、このブラウザーでの {name} さんのセッションの終了を求めています。",
  service_asks: "{service} が、このブラウザーでの {name} さんのセッションの終了を求めています。",
  asks_other:
    "{service} が、このブラウザーのものとは別のアカウントのサインアウトを求めています。ここでサインインしているのは {name} さん（{email}）です。",
  logout_keeps:
    "サインアウトすると、次に {operator} が本人確認を必要とするときに、もう一度サインインすることになります。通知を希望しているサービスに知らせます。許可した内容は残ります。終了するには「{authorizations}」を開いてください。",
  then_go_on: "その後、{place} に移動します。",
  sign_out_anyway: "それでもサインアウト",

  unchecked_service: "{host} のサービスは、誰にも確認されていません。そこから来た場合にのみ移動してください。",
  back_to: "{host} に戻る",
  on_the_way: "サービスに戻る",
  one_moment: "少々お待ちください",
  on_the_way_to: "{service} に戻る途中です。",
  the_service: "サービス",
  continue: "続ける",

  language_and_time: "言語と時刻",
  language_lead: "ページとメールの言語、および時刻の表示に使うタイムゾーンです。",
  language_lead_stranger: "このブラウザーで表示するページの言語です。サインインすると、選択がアカウントに保存されます。",
  language: "言語",
  as_browser_says: "ブラウザーの設定に従う",
  time_zone: "タイムゾーン",
  now_there: "現地の時刻：{time}",
  save: "保存",
  saved: "保存しました。",
  go_on: "元のページに戻る",
  unknown_language: "この中から言語を選んでください。",
  unknown_time_zone: "この中からタイムゾーンを選んでください。",
};
