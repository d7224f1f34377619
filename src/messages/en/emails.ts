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
  factor_added_subject: "A way to sign in was added to your account at {operator}",
  factor_added_text:
    "Since {changedAt} your account has another passkey or authenticator app: {name}. It was added from {device}.\n\nIf it was you, you need do nothing. If it was not, remove it at once at {issuer}/settings/security and choose a new password.",
  identity_linked_subject: "A work account was linked to your account at {operator}",
  identity_linked_text:
    "Since {changedAt} one can sign in to your account through {directory} as well, as {account}.\n\nIf it was you, you need do nothing. If it was not, unlink it at once at {issuer}/settings/account/identities, and ask your administrator who uses it.",
  factor_removed_subject: "A way to sign in was removed from your account at {operator}",
  factor_removed_text:
    "Since {changedAt} your account no longer has this passkey or authenticator app: {name}. It was removed from {device}.\n\nIf it was you, you need do nothing. If it was not, look through {issuer}/settings/security at once and choose a new password.",
  access_requested_subject: "{person} asks for {service} in {organization}",
  access_requested_text:
    "{person} asks you, as an owner of {organization}, to let {service} in.\n\nReason: {reason}\n\nApprove or deny it for everybody: {link}",
  access_approved_subject: "{service} may enter {organization}",
  access_approved_text:
    "An owner of {organization} has approved {service}, for which you had asked. Go on there: {url}\n\nIf you had approved the service before, it reaches the organization from its next renewal on.",
  access_denied_subject: "{service} may not enter {organization}",
  access_denied_text:
    "An owner of {organization} has denied {service}, for which you had asked. What you have allowed it elsewhere stays as it is. If you need it, speak to an owner: {link}",
  organization_invitation_subject: "{person} invites you to {organization}",
  organization_invitation_text:
    "{person} invites you to become a member of {organization} at {operator}. To accept, open this page and sign in with this address: {link}\n\nThe invitation is good for seven days. If you did not expect it, you need do nothing.",
  authorization_new_subject: "{service} may act in your name at {operator}",
  authorization_new_text:
    "{service} was approved for your account on {approvedAt}, from {device} ({place}).\n\nIt may: {permissions}.\n\nIf it was you, you need do nothing. If it was not, revoke it at once at {link} and choose a new password.",
  authorization_widened_subject: "{service} may do more in your name at {operator}",
  authorization_widened_text:
    "More was approved for {service}, which has access to your account, on {approvedAt}, from {device} ({place}).\n\nIt asked for: {permissions}.\n\nIf it was you, you need do nothing. If it was not, revoke it at once at {link} and choose a new password.",
  service_reported_subject: "A service was reported: {service}",
  service_reported_text:
    "{person} reported {service} ({client}).\n\nReason: {reason}\n\n{text}\n\nReports are listed by /admin/reports.",
  token_reused_subject: "A device’s access for {service} was ended at {operator}",
  token_reused_text:
    "A refresh token of {service} was used a second time, from a connection that began on {device}. One of the two may not have been the service itself, so on {endedAt} we ended the access of that connection.\n\nYou need do nothing: nobody can use it any more, and the service asks you again when you next use it. If this happens again, look at what the service does at {link}, and pause or revoke it there.",
  new_sign_in_subject: "New sign-in to your {operator} account",
  new_sign_in_text:
    "Somebody signed in to your account on {signedInAt}.\n\nDevice: {device}. Place: {place}.\n\nIf that was you, there is nothing to do. If not, sign out everywhere else and change your password: {link}",
} as const;
