import type { Translation } from "../catalogue.ts";
import type { signIn as english } from "../en/signIn.ts";

export const signIn: Translation<typeof english> = {
  title: "Anmelden",
  confirm_title: "Bestätigen Sie, dass Sie es sind",
  lead: "Um zu sehen und zu ändern, was Dienste in Ihrem Namen tun dürfen.",
  confirm_lead:
    "Für den nächsten Schritt melden Sie sich bitte noch einmal an, denn inzwischen könnte jemand anderes an diesem Browser sein.",
  from_site: "{service} auf {host} hat Sie zur Anmeldung hierher geschickt. Ihr Passwort bekommt der Dienst nicht zu sehen.",
  from_device:
    "{service} auf dem Gerät, dessen Code Sie eingegeben haben, hat Sie zur Anmeldung hierher geschickt. Ihr Passwort bekommt der Dienst nicht zu sehen.",
  confirm_from_site:
    "{service} auf {host} möchte, dass Sie sich noch einmal anmelden. Ihr Passwort bekommt der Dienst nicht zu sehen.",
  email: "E-Mail-Adresse",
  password: "Passwort",
  forgot: "Passwort vergessen?",
  other_ways: "Andere Wege der Anmeldung",
  by_code: "Mit einem Code per E-Mail anmelden",
  by_work: "Mit Ihrem Arbeitskonto fortfahren",
  create: "Konto anlegen",
  nothing_yet:
    "Mit der Anmeldung wird noch nichts weitergegeben. Sie sehen danach, worum {service} bittet, und entscheiden dann.",
  next_lead: "Geben Sie das Passwort dieses Kontos ein, oder wählen Sie unten einen anderen Weg.",
  no_email: "Geben Sie Ihre E-Mail-Adresse ein.",
  not_an_email: "Das ist keine E-Mail-Adresse. Sie muss eine Form wie ada@example.com haben.",
  no_password: "Geben Sie Ihr Passwort ein.",
  wrong:
    "E-Mail-Adresse und Passwort gehören nicht zusammen. Prüfen Sie beides und die Feststelltaste, und geben Sie das Passwort noch einmal ein.",
  no_directory: "Die Anmeldung der Organisation zu dieser Adresse ist hier nicht verbunden. Nutzen Sie einen der anderen Wege.",
  choose_title: "Konto wählen",
  which_account: "Welches Konto?",
  signed_in: "Sie sind angemeldet",
  choose_from_site: "{service} auf {host} hat Sie hierher geschickt. Wählen Sie das Konto, mit dem es weitergehen soll.",
  choose_from_device:
    "{service} auf dem Gerät, dessen Code Sie eingegeben haben, hat Sie hierher geschickt. Wählen Sie das Konto, mit dem es weitergehen soll.",
  continue_as: "Als {name} fortfahren",
  another: "Ein anderes Konto verwenden",
  still_here: "Auch in diesem Browser angemeldet",
  sign_out_all: "Alle hier abmelden",
  second_expired: "Diese Anmeldung ist abgelaufen. Beginnen Sie sie noch einmal.",
  other_browser: "Dieser Link gehört zu einem anderen Browser. Beginnen Sie die Anmeldung hier noch einmal.",
  disabled: "Mit diesem Konto ist keine Anmeldung möglich. Wenden Sie sich an die Betreiber von {operator}.",
};
