import type { Translation } from "../catalogue.ts";
import type { frame as english } from "../en/frame.ts";

export const frame: Translation<typeof english> = {
  skip: "Zum Inhalt springen",
  your_account: "Ihr Konto",
  authorizations: "Freigaben",
  security: "Sicherheit",
  account: "Konto",
  organizations: "Organisationen",
  developer: "Für Entwickler",
  sign_out: "Abmelden",
  colophon:
    "Sie sind bei {issuer}. Geben Sie Ihr Passwort für {operator} nur dort ein, wo die Adresszeile Ihres Browsers genau so beginnt.",
  language_link: "Sprache und Zeit: {language}",
  help: "Hilfe",
  privacy: "Datenschutz",
  terms: "Nutzungsbedingungen",
  error_title: "Fehler: {title}",
  just_now: "gerade eben",
  less_than_a_minute: "weniger als eine Minute",
  tor: "aus dem Tor-Netz, das den Ort verbirgt",
  place: "{city}, {country}",

  server_error: "Bei uns ist etwas schiefgegangen",
  server_error_advice: "Es wurde nichts weitergegeben und nichts geändert. Bitte versuchen Sie es gleich noch einmal.",
  unavailable: "Wir können gerade nicht antworten",
  unavailable_advice:
    "Es wurde nichts weitergegeben und nichts geändert. Bitte warten Sie einige Sekunden und versuchen Sie es noch einmal.",
  forbidden: "Wir haben dieses Formular nicht angenommen",
  forbidden_advice: "Es wurde nichts weitergegeben und nichts geändert.",
  not_found: "Hier ist nichts",
  not_found_advice: "Prüfen Sie die Adresse, oder beginnen Sie auf unserer Startseite.",
  wrong_method: "Diese Adresse lässt sich so nicht öffnen",
  wrong_method_advice: "Beginnen Sie bitte auf unserer Startseite.",
  too_large: "Das war zu viel auf einmal",
  too_large_advice: "Es wurde nichts geändert. Gehen Sie zurück und senden Sie weniger.",
  slow_down: "Bitte warten Sie ein wenig",
  slow_down_advice: "Das schützt Konten vor Leuten, die raten. Ihr Konto ist nicht dauerhaft gesperrt.",
  faulty: "Diese Anfrage kommt hier nicht weiter",
  faulty_advice:
    "Es wurde nichts weitergegeben. Gehen Sie dorthin zurück, woher Sie kamen, und versuchen Sie es noch einmal. Geschieht es wieder, dann senden Sie den Betreibern jenes Dienstes, was hier unten steht.",
  said_by_request: "Was nicht stimmt, für die Betreiber des Dienstes (auf Englisch)",
  error_code: "Fehler",
  request_number: "Anfrage",
  to_front: "Zur Startseite",
  too_many_attempts: {
    one: "Es waren zu viele Versuche. Versuchen Sie es in einer Minute wieder.",
    other: "Es waren zu viele Versuche. Versuchen Sie es in {count} Minuten wieder.",
  },
  foreign_form:
    "Dieses Formular kam nicht von unserer eigenen Seite in diesem Browser. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.",
  sign_in_expired: "Diese Anmeldung ist abgelaufen. Gehen Sie zum Dienst zurück und beginnen Sie neu.",
  device_expired: "Diese Seite ist abgelaufen. Geben Sie den Code, den das Gerät zeigt, noch einmal ein.",
  other_browser: "Dieser Link gehört zu einem anderen Browser. Gehen Sie zum Dienst zurück und beginnen Sie hier neu.",
  other_browser_device: "Dieser Link gehört zu einem anderen Browser. Geben Sie den Code, den das Gerät zeigt, hier ein.",
  not_signed_in: "Sie sind nicht angemeldet. Gehen Sie zum Dienst zurück und beginnen Sie neu.",
  not_signed_in_device: "Sie sind nicht angemeldet. Geben Sie den Code, den das Gerät zeigt, noch einmal ein.",
  answered_before:
    "Diese Anfrage wurde schon beantwortet. Gehen Sie zum Dienst zurück; lässt er Sie nicht ein, beginnen Sie dort neu.",
  nothing_chosen: "Es wurde weder „Zustimmen“ noch „Ablehnen“ gewählt.",
  approval_used:
    "Diese Freigabe wurde schon verwendet. Gehen Sie zum Dienst zurück; lässt er Sie nicht ein, beginnen Sie dort neu.",
  approval_ended:
    "Die Anmeldung oder die Freigabe ist eben zu Ende gegangen. Gehen Sie zum Dienst zurück und beginnen Sie neu.",
  service_gone: "Der Dienst, der Sie hierher geschickt hat, ist bei uns nicht mehr registriert.",
  open_from_list: "Öffnen Sie diesen Dienst aus der Liste Ihrer Freigaben.",
};
