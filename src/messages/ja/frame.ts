import type { Translation } from "../catalogue.ts";
import type { frame as english } from "../en/frame.ts";

export const frame: Translation<typeof english> = {
  skip: "本文へ移動",
  your_account: "アカウントのメニュー",
  authorizations: "許可",
  security: "セキュリティ",
  account: "アカウント",
  organizations: "組織",
  developer: "開発者向け",
  sign_out: "サインアウト",
  colophon:
    "現在のサイトは {issuer} です。{operator} のパスワードは、ブラウザーのアドレスバーがこのとおりに始まる場合にのみ入力してください。",
  language_link: "言語と時刻：{language}",
  help: "ヘルプ",
  privacy: "プライバシー",
  terms: "利用規約",
  error_title: "エラー：{title}",
  just_now: "たった今",
  less_than_a_minute: "1 分未満",
  tor: "Tor ネットワーク（場所は分かりません）",
  place: "{country}、{city}",

  server_error: "こちらで問題が発生しました",
  server_error_advice: "何も共有も変更もされていません。しばらくしてからもう一度お試しください。",
  unavailable: "ただいま応答できません",
  unavailable_advice: "何も共有も変更もされていません。数秒待ってからもう一度お試しください。",
  forbidden: "このフォームは受け付けられませんでした",
  forbidden_advice: "何も共有も変更もされていません。",
  not_found: "ここには何もありません",
  not_found_advice: "アドレスを確認するか、トップページから始めてください。",
  wrong_method: "このアドレスはこの方法では開けません",
  wrong_method_advice: "トップページから始めてください。",
  too_large: "一度に送る量が多すぎます",
  too_large_advice: "何も変更されていません。戻って、量を減らして送信してください。",
  slow_down: "少しお待ちください",
  slow_down_advice: "推測による侵入からアカウントを守るための制限です。アカウントが永久にロックされることはありません。",
  faulty: "このリクエストは続行できません",
  faulty_advice:
    "何も共有されていません。元のページに戻ってもう一度お試しください。再び起こる場合は、そのサービスの運営者に下の内容をお送りください。",
  said_by_request: "問題の内容（サービスの運営者向け、英語）",
  error_code: "エラー",
  request_number: "リクエスト",
  to_front: "トップページへ",
  too_many_attempts: { other: "試行回数が多すぎます。{count} 分後にもう一度お試しください。" },
  foreign_form:
    "このフォームは、このブラウザーで開いた当サイトのページから送信されたものではありません。戻ってページを再読み込みし、もう一度お試しください。",
  sign_in_expired: "このサインインは期限切れです。サービスに戻って、もう一度始めてください。",
  device_expired: "このページは期限切れです。デバイスに表示されているコードをもう一度入力してください。",
  other_browser: "このリンクは別のブラウザーのものです。サービスに戻り、このブラウザーでもう一度始めてください。",
  other_browser_device:
    "このリンクは別のブラウザーのものです。デバイスに表示されているコードをこのブラウザーで入力してください。",
  not_signed_in: "サインインしていません。サービスに戻って、もう一度始めてください。",
  not_signed_in_device: "サインインしていません。デバイスに表示されているコードをもう一度入力してください。",
  answered_before:
    "このリクエストにはすでに回答済みです。サービスに戻ってください。利用できない場合は、そこからもう一度始めてください。",
  nothing_chosen: "「許可」も「拒否」も選ばれていません。",
  approval_used:
    "この許可はすでに使用されました。サービスに戻ってください。利用できない場合は、そこからもう一度始めてください。",
  approval_ended: "サインインまたは許可がたった今終了しました。サービスに戻って、もう一度始めてください。",
  service_gone: "こちらへ案内したサービスは、もう登録されていません。",
  open_from_list: "このサービスは、許可の一覧から開いてください。",
};
