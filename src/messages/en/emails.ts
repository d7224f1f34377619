/** Of each kind of e-mail the subject and the text, whose paragraphs are apart by an empty line (mail/letter.ts). */
export const emails = {
  footer: "Sent by {operator}, {issuer}. We never ask for your password or for a code by e-mail or telephone.",
  code_subject: "Your code for {operator}",
  code_sign_in_text:
    "Type this code in the browser where you asked for it, to sign in:\n\nIt is good for {minutes} minutes, once, and in that browser alone. If you did not ask for it, you need do nothing. Do not tell it to anybody.",
  code_create_account_text:
    "Type this code in the browser where you asked for it, to create your account:\n\nIt is good for {minutes} minutes, once, and in that browser alone. If you did not ask for it, you need do nothing: without the code there will be no account.",
  code_verify_email_text:
    "Type this code in the browser where you asked for it, to make this the address of your account:\n\nIt is good for {minutes} minutes, once, and in that browser alone. If you did not ask for it, you need do nothing: somebody may have mistyped their address.",
  code_reset_password_text:
    "Type this code in the browser where you asked for it, to choose a new password:\n\nIt is good for {minutes} minutes, once, and in that browser alone. If you did not ask for it, you need do nothing: your password stays as it is. Do not tell the code to anybody.",
  account_exists_subject: "You have an account at {operator} already",
  account_exists_text:
    "Somebody, you perhaps, asked to use this address for an account at {operator}. It belongs to an account already, so nothing was changed.\n\nTo sign in, go to {issuer}/sign-in. If you have forgotten the password, choose a new one there.\n\nIf it was not you, you need do nothing.",
  no_account_subject: "There is no account with this address at {operator}",
  no_account_text:
    "Somebody, you perhaps, asked for a code to sign in at {operator} with this address. No account has it, so there is no code.\n\nYou may have signed up with another address. To create an account, go to {issuer}/create-account.\n\nIf it was not you, you need do nothing.",
  password_changed_subject: "Your password at {operator} was changed",
  password_changed_text:
    "The password of your account was changed on {changedAt}. Other browsers were signed out.\n\nIf it was you, you need do nothing. If it was not, choose a new password at once at {issuer}/forgot-password and look through {issuer}/settings/security.",
  email_changed_subject: "The address of your account at {operator} was changed",
  email_changed_text:
    "Since {changedAt} your account has another address: {newEmail}. You no longer sign in with this one.\n\nIf it was you, you need do nothing. If it was not, tell the people who run {operator} at once.",
  account_deleted_subject: "Your account at {operator} was deleted",
  account_deleted_text:
    "Your account was deleted on {deletedAt}, as was asked for in a browser that was signed in. Everything that services could do in your name has ended.\n\nWhat services have copied stays with them. This cannot be undone. If it was not you, tell the people who run {operator}.",
} as const;
