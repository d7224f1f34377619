import type { Translation } from "../catalogue.ts";
import type { directories as english } from "../en/directories.ts";

export const directories: Translation<typeof english> = {
  denied_title: "{directory} hat Sie nicht eingelassen",
  denied:
    "Entweder haben Sie dort abgelehnt, oder Ihre Organisation hat Ihnen keinen Zugang gegeben. Falls Sie nicht abgelehnt haben, bitten Sie Ihre Administration um Zugang zu {operator}.",
  not_signed_in_title: "{directory} braucht zuerst Sie",
  not_signed_in:
    "{directory} möchte, dass Sie sich dort anmelden oder etwas bestätigen, bevor wir erfahren, wer Sie sind. Bitte versuchen Sie es noch einmal.",
  stale_title: "Diese Anmeldung ist vorbei",
  stale:
    "Sie hat länger als zehn Minuten gedauert, wurde schon verwendet oder begann in einem anderen Browser oder Tab. Bitte beginnen Sie von vorn.",
  unavailable_title: "{directory} ist nicht erreichbar",
  unavailable:
    "Wir haben keine Antwort erhalten. Es hat sich nichts geändert. Bitte warten Sie einen Moment und versuchen Sie es noch einmal.",
  misconfigured_title: "Die Verbindung zu {directory} ist nicht richtig eingerichtet",
  misconfigured:
    "Sie haben nichts falsch gemacht, und ein neuer Versuch hilft kaum. Bitte sagen Sie Ihrer Administration Bescheid.",
  untrusted_title: "Wir konnten die Antwort von {directory} nicht prüfen",
  untrusted:
    "Zu Ihrer Sicherheit wurden Sie nicht angemeldet. Bitte versuchen Sie es noch einmal. Geschieht es wieder, sagen Sie Ihrer Administration Bescheid.",
  clock_title: "Die Uhren stimmen nicht überein",
  clock:
    "Die Uhr von {directory} und unsere gehen für eine sichere Anmeldung zu weit auseinander. Bitte sagen Sie Ihrer Administration Bescheid.",
  not_fresh_title: "Dieser Schritt braucht eine neue Anmeldung",
  not_fresh:
    "{directory} hat nicht bestätigt, dass Sie sich gerade eben dort angemeldet haben. Bitte versuchen Sie es noch einmal und melden Sie sich an, wenn Sie danach gefragt werden, oder wählen Sie einen anderen Weg.",
  wrong_tenant_title: "Dieses Konto gehört zu einer anderen Organisation",
  wrong_tenant:
    "Bei {directory} sind Sie mit einem Konto angemeldet, das nicht zu der hier verbundenen Organisation gehört. Bitte versuchen Sie es noch einmal und wählen Sie Ihr Arbeitskonto.",
  no_account_title: "Sie haben hier noch kein Konto",
  no_account:
    "{directory} kennt Sie, darf hier aber kein Konto für Sie eröffnen. Bitte bitten Sie Ihre Administration um Zugang zu {operator}.",
  taken_title: "Mit Ihrer Adresse gibt es schon ein Konto",
  taken:
    "Wenn es Ihres ist, melden Sie sich an wie immer. Verknüpfen Sie dann in Ihren Einstellungen unter „Konto“ Ihr Arbeitskonto. Von da an können Sie über {directory} hereinkommen.",
  others_title: "Dieses Arbeitskonto gehört hier zu einem anderen Konto",
  others:
    "Es kann nur mit einem verknüpft sein. Melden Sie sich damit an, um das andere Konto zu erreichen, und lösen Sie dort zuerst die Verknüpfung.",
  disabled_title: "Ihr Konto hier ist gesperrt",
  disabled: "Bitte wenden Sie sich an diejenigen, die {operator} betreiben.",
  number: "Nummer dieses Vorgangs, für Ihre Administration: {number}",
  try_again: "Noch einmal versuchen",
  another_way: "Auf anderem Weg anmelden",
  to_settings: "Zurück zu Ihren Arbeitskonten",

  work_accounts: "Arbeitskonten",
  lead: "Mit einem Arbeitskonto melden Sie sich über Ihre Organisation an. Sie entscheidet, ob Sie auf diesem Weg hereinkommen, und kann Sie hier zum Mitglied ihrer Organisation machen.",
  none: "Es ist kein Arbeitskonto verknüpft.",
  linked_since: "Verknüpft am {day}",
  last_used: "zuletzt verwendet {ago}",
  unlink: "Verknüpfung lösen",
  unlink_named: "Verknüpfung mit {account} lösen",
  link_title: "Ein Arbeitskonto verknüpfen",
  address: "E-Mail-Adresse bei der Arbeit",
  address_hint: "Ihre Organisation bittet Sie, sich dort anzumelden; danach sind Sie wieder hier.",
  link: "Weiter zu Ihrer Organisation",
  linked: "Das Arbeitskonto ist verknüpft.",
  unlinked: "Das Arbeitskonto ist nicht mehr verknüpft. Mitgliedschaften, die damit kamen, bleiben.",
  last_way:
    "Dies ist Ihr einziger Weg, sich anzumelden. Legen Sie ein Passwort oder einen Passkey an, bevor Sie die Verknüpfung lösen.",
  no_address: "Geben Sie Ihre E-Mail-Adresse bei der Arbeit ein.",
  not_an_email: "Das ist keine E-Mail-Adresse. Sie braucht eine Form wie ada@example.com.",
  no_directory:
    "Keine hier verbundene Organisation verwendet diese Adresse. Prüfen Sie sie, oder fragen Sie Ihre Administration.",
};
