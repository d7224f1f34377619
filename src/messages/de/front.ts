import type { Translation } from "../catalogue.ts";
import type { front as english } from "../en/front.ts";

export const front: Translation<typeof english> = {
  title: "Wer in Ihrem Namen handeln darf",
  heading: "Nichts geschieht in Ihrem Namen ohne Ihre Unterschrift.",
  lead: "Andere Dienste fragen hier, bevor sie Ihre Arbeit anrühren. Sie sehen, wer fragt und wofür, Sie entscheiden, und Sie können es jederzeit zurücknehmen. Kein Dienst bekommt je Ihr Passwort zu sehen.",
  signed_in_as: "Sie sind angemeldet als {name}.",
  see_approved: "Ansehen, was Sie freigegeben haben",
  sign_in: "Anmelden",
  step_asks: "Ein Dienst fragt",
  step_asks_text: "Er schickt Sie hierher und sagt, was er sehen oder ändern will, und in welchen Ihrer Organisationen.",
  step_sign: "Sie zeichnen gegen",
  step_sign_text: "Sie geben so viel davon frei, wie Sie möchten, oder nichts. Was Sie nicht ankreuzen, bekommt er nicht.",
  step_charge: "Es bleibt in Ihrer Hand",
  step_charge_text: "Die Liste Ihrer Freigaben zeigt, wer was nutzt und seit wann. Ein Klick dort beendet es.",
  for_developers: "Für Entwickler",
  for_developers_text:
    "{operator} spricht OAuth 2.1 und OpenID Connect. Geben Sie Ihrer Client-Bibliothek den Aussteller {issuer} an; alles Weitere findet sie im {document}.",
  discovery_document: "Discovery-Dokument",

  signed_out: "Abgemeldet",
  you_are_signed_out: "Sie sind abgemeldet",
  nobody_signed_in: "In diesem Browser ist niemand bei {operator} angemeldet.",
  services_keep_access:
    "Dienste, die Sie freigegeben haben, behalten ihren Zugriff, bis Sie ihn widerrufen. Manche haben auch eine eigene Anmeldung, die weiterläuft, bis Sie sich dort abmelden.",
  sign_in_again: "Wieder anmelden",
  sign_out_question: "Abmelden?",
  ends_session: "Damit endet die Sitzung von {name} in diesem Browser.",
  sign_out_keeps:
    "Dienste, die davon erfahren wollten, werden benachrichtigt. Dienste, die Sie freigegeben haben, behalten ihren Zugriff. Beenden können Sie ihn unter {authorizations}.",
  stay_signed_in: "Angemeldet bleiben",
  sign_out_of: "Bei {operator} abmelden?",
  page_asks: "Eine Seite bittet darum, die Sitzung von {name} in diesem Browser zu beenden.",
  service_asks: "{service} bittet darum, die Sitzung von {name} in diesem Browser zu beenden.",
  asks_other:
    "{service} bittet darum, ein anderes Konto abzumelden als das in diesem Browser. Angemeldet ist hier {name} ({email}).",
  logout_keeps:
    "Wenn Sie sich abmelden, melden Sie sich neu an, sobald {operator} Sie das nächste Mal erkennen muss. Dienste, die davon erfahren wollten, werden benachrichtigt. Was Sie freigegeben haben, bleibt bestehen; beenden können Sie es unter {authorizations}.",
  then_go_on: "Danach geht es weiter zu {place}.",
  sign_out_anyway: "Trotzdem abmelden",

  unchecked_service: "Niemand hat den Dienst bei {host} geprüft. Gehen Sie nur dorthin, wenn Sie von dort kamen.",
  back_to: "Zurück zu {host}",
  on_the_way: "Zurück zum Dienst",
  one_moment: "Einen Augenblick",
  on_the_way_to: "Sie sind auf dem Weg zurück zu {service}.",
  the_service: "dem Dienst",
  continue: "Weiter",

  language_and_time: "Sprache und Zeit",
  language_lead: "Wie unsere Seiten und E-Mails zu Ihnen sprechen und in welcher Zeitzone sie die Zeit angeben.",
  language_lead_stranger:
    "Wie unsere Seiten in diesem Browser zu Ihnen sprechen. Wenn Sie sich anmelden, merkt sich Ihr Konto die Wahl.",
  language: "Sprache",
  as_browser_says: "Wie mein Browser es angibt",
  time_zone: "Zeitzone",
  now_there: "Dort ist es jetzt {time}.",
  save: "Speichern",
  saved: "Gespeichert.",
  go_on: "Zurück zur vorigen Seite",
  unknown_language: "Wählen Sie eine dieser Sprachen.",
  unknown_time_zone: "Wählen Sie eine dieser Zeitzonen.",
};
