import type { Translation } from "../catalogue.ts";
import type { emails as english } from "../en/emails.ts";

export const emails: Translation<typeof english> = {
  footer: "Gesendet von {operator}, {issuer}. Wir fragen nie per E-Mail oder Telefon nach Ihrem Passwort oder nach einem Code.",
  code_subject: "Ihr Code für {operator}",
  code_sign_in_text:
    "Geben Sie diesen Code in dem Browser ein, in dem Sie ihn angefordert haben, um sich anzumelden:\n\nEr gilt {minutes} Minuten, einmal und nur in diesem Browser. Wenn Sie ihn nicht angefordert haben, müssen Sie nichts tun. Geben Sie ihn an niemanden weiter.",
  code_create_account_text:
    "Geben Sie diesen Code in dem Browser ein, in dem Sie ihn angefordert haben, um Ihr Konto anzulegen:\n\nEr gilt {minutes} Minuten, einmal und nur in diesem Browser. Wenn Sie ihn nicht angefordert haben, müssen Sie nichts tun: Ohne den Code entsteht kein Konto.",
  code_verify_email_text:
    "Geben Sie diesen Code in dem Browser ein, in dem Sie ihn angefordert haben, damit dies die Adresse Ihres Kontos wird:\n\nEr gilt {minutes} Minuten, einmal und nur in diesem Browser. Wenn Sie ihn nicht angefordert haben, müssen Sie nichts tun: Vielleicht hat sich jemand bei der Adresse vertippt.",
  code_reset_password_text:
    "Geben Sie diesen Code in dem Browser ein, in dem Sie ihn angefordert haben, um ein neues Passwort zu wählen:\n\nEr gilt {minutes} Minuten, einmal und nur in diesem Browser. Wenn Sie ihn nicht angefordert haben, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist. Geben Sie den Code an niemanden weiter.",
  account_exists_subject: "Sie haben bereits ein Konto bei {operator}",
  account_exists_text:
    "Jemand, vielleicht Sie selbst, wollte diese Adresse für ein Konto bei {operator} verwenden. Sie gehört bereits zu einem Konto; es wurde deshalb nichts geändert.\n\nAnmelden können Sie sich unter {issuer}/sign-in. Wenn Sie das Passwort vergessen haben, können Sie dort ein neues wählen.\n\nWenn Sie es nicht waren, müssen Sie nichts tun.",
  no_account_subject: "Zu dieser Adresse gibt es kein Konto bei {operator}",
  no_account_text:
    "Jemand, vielleicht Sie selbst, hat einen Code angefordert, um sich mit dieser Adresse bei {operator} anzumelden. Kein Konto hat diese Adresse, deshalb gibt es keinen Code.\n\nVielleicht haben Sie sich mit einer anderen Adresse registriert. Ein Konto können Sie unter {issuer}/create-account anlegen.\n\nWenn Sie es nicht waren, müssen Sie nichts tun.",
  password_changed_subject: "Ihr Passwort bei {operator} wurde geändert",
  password_changed_text:
    "Das Passwort Ihres Kontos wurde am {changedAt} geändert. Andere Browser wurden abgemeldet.\n\nWenn Sie es waren, müssen Sie nichts tun. Andernfalls wählen Sie bitte sofort unter {issuer}/forgot-password ein neues Passwort und prüfen Sie {issuer}/settings/security.",
  email_changed_subject: "Die Adresse Ihres Kontos bei {operator} wurde geändert",
  email_changed_text:
    "Seit {changedAt} hat Ihr Konto eine andere Adresse: {newEmail}. Mit dieser hier melden Sie sich nicht mehr an.\n\nWenn Sie es waren, müssen Sie nichts tun. Andernfalls wenden Sie sich bitte sofort an die Betreiber von {operator}.",
  account_deleted_subject: "Ihr Konto bei {operator} wurde gelöscht",
  account_deleted_text:
    "Ihr Konto wurde am {deletedAt} gelöscht, wie es in einem angemeldeten Browser verlangt wurde. Alles, was Dienste in Ihrem Namen tun durften, ist beendet.\n\nWas Dienste kopiert haben, bleibt bei ihnen. Das Löschen lässt sich nicht rückgängig machen. Wenn Sie es nicht waren, wenden Sie sich bitte an die Betreiber von {operator}.",
  factor_added_subject: "Ihrem Konto bei {operator} wurde eine Anmeldemöglichkeit hinzugefügt",
  factor_added_text:
    "Seit {changedAt} hat Ihr Konto einen weiteren Passkey oder eine weitere Authenticator-App: {name}. Hinzugefügt wurde der Eintrag von hier: {device}.\n\nWenn Sie es waren, brauchen Sie nichts zu tun. Wenn nicht, entfernen Sie ihn sofort unter {issuer}/settings/security und wählen Sie ein neues Passwort.",
  identity_linked_subject: "Mit Ihrem Konto bei {operator} wurde ein Arbeitskonto verknüpft",
  identity_linked_text:
    "Seit {changedAt} kann man sich bei Ihrem Konto auch über {directory} anmelden, als {account}.\n\nWenn Sie es waren, brauchen Sie nichts zu tun. Wenn nicht, lösen Sie die Verknüpfung sofort unter {issuer}/settings/account/identities und fragen Sie Ihre Administration, wer dieses Arbeitskonto verwendet.",
  factor_removed_subject: "Aus Ihrem Konto bei {operator} wurde eine Anmeldemöglichkeit entfernt",
  factor_removed_text:
    "Seit {changedAt} hat Ihr Konto diesen Passkey oder diese Authenticator-App nicht mehr: {name}. Entfernt wurde der Eintrag von hier: {device}.\n\nWenn Sie es waren, brauchen Sie nichts zu tun. Wenn nicht, sehen Sie sofort unter {issuer}/settings/security nach und wählen Sie ein neues Passwort.",
  access_requested_subject: "{person} bittet um {service} in {organization}",
  access_requested_text:
    "{person} bittet Sie als Eigentümer von {organization}, {service} zuzulassen.\n\nBegründung: {reason}\n\nLassen Sie den Dienst für alle zu, oder lehnen Sie ihn ab: {link}",
  access_approved_subject: "{service} hat Zugang zu {organization}",
  access_approved_text:
    "Ein Eigentümer von {organization} hat {service} zugelassen, worum Sie gebeten hatten. Machen Sie dort weiter: {url}\n\nHatten Sie den Dienst schon freigegeben, erreicht er die Organisation ab der nächsten Erneuerung.",
  access_denied_subject: "{service} hat keinen Zugang zu {organization}",
  access_denied_text:
    "Ein Eigentümer von {organization} hat {service} abgelehnt, worum Sie gebeten hatten. Was Sie dem Dienst sonst erlaubt haben, bleibt. Wenn Sie ihn brauchen, sprechen Sie mit einem Eigentümer: {link}",
  organization_invitation_subject: "{person} lädt Sie zu {organization} ein",
  organization_invitation_text:
    "{person} lädt Sie ein, bei {operator} Mitglied von {organization} zu werden. Um anzunehmen, öffnen Sie diese Seite und melden Sie sich mit dieser Adresse an: {link}\n\nDie Einladung gilt sieben Tage. Wenn Sie sie nicht erwartet haben, brauchen Sie nichts zu tun.",
  authorization_new_subject: "{service} darf bei {operator} in Ihrem Namen handeln",
  authorization_new_text:
    "Am {approvedAt} wurde {service} für Ihr Konto freigegeben, mit {device} ({place}).\n\nErlaubt ist: {permissions}.\n\nWenn Sie das waren, brauchen Sie nichts zu tun. Wenn nicht, widerrufen Sie es sofort unter {link} und wählen Sie ein neues Passwort.",
  authorization_widened_subject: "{service} darf bei {operator} mehr in Ihrem Namen tun",
  authorization_widened_text:
    "Für {service}, das Zugriff auf Ihr Konto hat, wurde am {approvedAt} mehr freigegeben, mit {device} ({place}).\n\nErbeten war: {permissions}.\n\nWenn Sie das waren, brauchen Sie nichts zu tun. Wenn nicht, widerrufen Sie es sofort unter {link} und wählen Sie ein neues Passwort.",
  service_reported_subject: "Ein Dienst wurde gemeldet: {service}",
  service_reported_text:
    "{person} hat {service} ({client}) gemeldet.\n\nGrund: {reason}\n\n{text}\n\nDie Meldungen stehen unter /admin/reports.",
  token_reused_subject: "Bei {operator} wurde der Zugriff eines Geräts für {service} beendet",
  token_reused_text:
    "Ein Refresh-Token von {service} wurde ein zweites Mal verwendet, aus einer Verbindung, die auf {device} begann. Einer der beiden war möglicherweise nicht der Dienst selbst. Deshalb haben wir den Zugriff dieser Verbindung am {endedAt} beendet.\n\nSie müssen nichts tun: Niemand kann ihn mehr verwenden, und der Dienst fragt Sie bei der nächsten Verwendung erneut. Wenn es wieder geschieht, sehen Sie unter {link} nach, was der Dienst tut, und pausieren oder widerrufen Sie dort seinen Zugriff.",
  new_sign_in_subject: "Neue Anmeldung bei Ihrem Konto bei {operator}",
  new_sign_in_text:
    "Jemand hat sich am {signedInAt} bei Ihrem Konto angemeldet.\n\nGerät: {device}. Ort: {place}.\n\nWenn Sie das waren, ist nichts zu tun. Wenn nicht, melden Sie sich überall sonst ab und ändern Sie Ihr Passwort: {link}",
};
