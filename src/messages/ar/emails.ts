import type { Translation } from "../catalogue.ts";
import type { emails as english } from "../en/emails.ts";

export const emails: Translation<typeof english> = {
  footer: "أرسلها {operator}، {issuer}. لا نطلب أبدًا كلمة مرورك ولا رمزًا عبر البريد الإلكتروني أو الهاتف.",
  code_subject: "رمزك لدى {operator}",
  code_sign_in_text:
    "اكتب هذا الرمز في المتصفح الذي طلبته فيه لتسجيل الدخول:\n\nيصلح الرمز لمدة {minutes} دقائق، مرة واحدة، وفي ذلك المتصفح وحده. إن لم تكن قد طلبته فلا يلزمك فعل شيء. لا تخبر به أحدًا.",
  code_create_account_text:
    "اكتب هذا الرمز في المتصفح الذي طلبته فيه لإنشاء حسابك:\n\nيصلح الرمز لمدة {minutes} دقائق، مرة واحدة، وفي ذلك المتصفح وحده. إن لم تكن قد طلبته فلا يلزمك فعل شيء: لن يُنشأ حساب من دون الرمز.",
  code_verify_email_text:
    "اكتب هذا الرمز في المتصفح الذي طلبته فيه ليصبح هذا العنوان عنوان حسابك:\n\nيصلح الرمز لمدة {minutes} دقائق، مرة واحدة، وفي ذلك المتصفح وحده. إن لم تكن قد طلبته فلا يلزمك فعل شيء: ربما أخطأ أحدهم في كتابة عنوانه.",
  code_reset_password_text:
    "اكتب هذا الرمز في المتصفح الذي طلبته فيه لاختيار كلمة مرور جديدة:\n\nيصلح الرمز لمدة {minutes} دقائق، مرة واحدة، وفي ذلك المتصفح وحده. إن لم تكن قد طلبته فلا يلزمك فعل شيء: تبقى كلمة مرورك كما هي. لا تخبر بالرمز أحدًا.",
  account_exists_subject: "لديك حساب لدى {operator} بالفعل",
  account_exists_text:
    "طلب شخص ما، ربما أنت، استخدام هذا العنوان لحساب لدى {operator}. العنوان مرتبط بحساب بالفعل، ولذلك لم يتغير شيء.\n\nلتسجيل الدخول انتقل إلى {issuer}/sign-in. وإن نسيت كلمة المرور فيمكنك اختيار كلمة جديدة هناك.\n\nإن لم تكن أنت فلا يلزمك فعل شيء.",
  no_account_subject: "لا يوجد حساب بهذا العنوان لدى {operator}",
  no_account_text:
    "طلب شخص ما، ربما أنت، رمزًا لتسجيل الدخول لدى {operator} بهذا العنوان. لا حساب بهذا العنوان، ولذلك لا يوجد رمز.\n\nربما سجّلت بعنوان آخر. لإنشاء حساب انتقل إلى {issuer}/create-account.\n\nإن لم تكن أنت فلا يلزمك فعل شيء.",
  password_changed_subject: "تغيّرت كلمة مرورك لدى {operator}",
  password_changed_text:
    "تغيّرت كلمة مرور حسابك في {changedAt}. وسُجّل الخروج من المتصفحات الأخرى.\n\nإن كنت أنت فلا يلزمك فعل شيء. وإلا فاختر فورًا كلمة مرور جديدة في {issuer}/forgot-password وراجع {issuer}/settings/security.",
  email_changed_subject: "تغيّر عنوان حسابك لدى {operator}",
  email_changed_text:
    "منذ {changedAt} صار لحسابك عنوان آخر: {newEmail}. لم يعد تسجيل الدخول يتم بهذا العنوان.\n\nإن كنت أنت فلا يلزمك فعل شيء. وإلا فأخبر القائمين على {operator} فورًا.",
  account_deleted_subject: "حُذف حسابك لدى {operator}",
  account_deleted_text:
    "حُذف حسابك في {deletedAt} بناءً على طلب من متصفح مسجّل الدخول. وانتهى كل ما كان بوسع الخدمات فعله باسمك.\n\nيبقى لدى الخدمات ما نسخته. لا يمكن التراجع عن الحذف. إن لم تكن أنت فأخبر القائمين على {operator}.",
  factor_added_subject: "أُضيفت وسيلة لتسجيل الدخول إلى حسابك لدى {operator}",
  factor_added_text:
    "منذ {changedAt} صار في حسابك مفتاح مرور أو تطبيق مصادقة آخر: {name}. تمت الإضافة من: {device}.\n\nإن كنت أنت من فعل ذلك فلا يلزمك شيء. وإلا فأزله فورًا من {issuer}/settings/security واختر كلمة مرور جديدة.",
  identity_linked_subject: "رُبط حساب عمل بحسابك لدى {operator}",
  identity_linked_text:
    "منذ {changedAt} صار تسجيل الدخول إلى حسابك ممكنًا أيضًا عبر {directory} باسم {account}.\n\nإن كنت أنت من فعل ذلك فلا يلزمك شيء. وإلا فألغِ الربط فورًا من {issuer}/settings/account/identities واسأل المسؤول في مؤسستك عمّن يستخدمه.",
  factor_removed_subject: "أُزيلت وسيلة لتسجيل الدخول من حسابك لدى {operator}",
  factor_removed_text:
    "منذ {changedAt} لم يعد في حسابك مفتاح المرور أو تطبيق المصادقة هذا: {name}. تمت الإزالة من: {device}.\n\nإن كنت أنت من فعل ذلك فلا يلزمك شيء. وإلا فراجع {issuer}/settings/security فورًا واختر كلمة مرور جديدة.",
  access_requested_subject: "يطلب {person} خدمة {service} في {organization}",
  access_requested_text:
    "يطلب منك {person}، بصفتك مالكًا في {organization}، السماح بدخول {service}.\n\nالسبب: {reason}\n\nوافق عليها أو ارفضها للجميع: {link}",
  access_approved_subject: "يمكن لـ {service} الدخول إلى {organization}",
  access_approved_text:
    "وافق أحد مالكي {organization} على {service} التي طلبتها. تابع هناك: {url}\n\nإن كنت قد أذنت للخدمة من قبل، فإنها تصل إلى المؤسسة ابتداءً من تجديدها التالي.",
  access_denied_subject: "لا يمكن لـ {service} الدخول إلى {organization}",
  access_denied_text:
    "رفض أحد مالكي {organization} الخدمة {service} التي طلبتها. يبقى ما أذنت لها به في أماكن أخرى. إن كنت تحتاج إليها فتحدث إلى أحد المالكين: {link}",
  organization_invitation_subject: "يدعوك {person} إلى {organization}",
  organization_invitation_text:
    "يدعوك {person} إلى أن تصبح عضوًا في {organization} لدى {operator}. للقبول، افتح هذه الصفحة وسجّل الدخول بهذا العنوان: {link}\n\nالدعوة صالحة سبعة أيام. إن لم تكن تتوقعها فلا يلزمك فعل شيء.",
  authorization_new_subject: "صار بإمكان {service} أن تتصرف باسمك لدى {operator}",
  authorization_new_text:
    "وُوفق على {service} لحسابك في {approvedAt}، من {device} ({place}).\n\nيُسمح لها بـ: {permissions}.\n\nإذا كنت أنت من فعل ذلك فلا يلزمك شيء. وإلا فألغها فورًا على {link} واختر كلمة مرور جديدة.",
  authorization_widened_subject: "صار بإمكان {service} فعل المزيد باسمك لدى {operator}",
  authorization_widened_text:
    "وُوفق على مزيد من الأذون لـ {service}، ولها وصول إلى حسابك، في {approvedAt}، من {device} ({place}).\n\nطلبت: {permissions}.\n\nإذا كنت أنت من فعل ذلك فلا يلزمك شيء. وإلا فألغها فورًا على {link} واختر كلمة مرور جديدة.",
  service_reported_subject: "أُبلغ عن خدمة: {service}",
  service_reported_text:
    "أبلغ {person} عن {service} ({client}).\n\nالسبب: {reason}\n\n{text}\n\nالبلاغات مدرجة في /admin/reports.",
  token_reused_subject: "أُنهي وصول أحد الأجهزة لخدمة {service} لدى {operator}",
  token_reused_text:
    "استُخدم رمز التحديث الخاص بخدمة {service} مرة ثانية، في اتصال بدأ على {device}. ربما لم يكن أحد الاستخدامين من الخدمة نفسها، ولذلك أنهينا وصول هذا الاتصال في {endedAt}.\n\nلا يلزمك فعل شيء: لم يعد بإمكان أحد استخدامه، وستسألك الخدمة مجددًا عند استخدامها في المرة القادمة. إذا تكرر ذلك فراجع ما تفعله الخدمة في {link} وأوقفها مؤقتًا أو ألغِ وصولها هناك.",
  new_sign_in_subject: "تسجيل دخول جديد إلى حسابك في {operator}",
  new_sign_in_text:
    "سجّل شخص ما الدخول إلى حسابك في {signedInAt}.\n\nالجهاز: {device}. المكان: {place}.\n\nإن كنت أنت فلا حاجة إلى فعل شيء. وإلا فسجّل الخروج من كل مكان آخر وغيّر كلمة مرورك: {link}",
};
