import type { Translation } from "../catalogue.ts";
import type { device as english } from "../en/device.ts";

export const device: Translation<typeof english> = {
  approval_title: "Zugriff für ein Gerät",
  asks: "{service} auf einem Gerät bittet darum, in Ihrem Namen zu handeln",
  code: "Code:",
  the_device: "Das Gerät",
  device: "Gerät",
  where: "Wo es ist",
  not_known: "Nicht bekannt",
  asked: "Gefragt",
  far: "Dieses Gerät scheint weit von Ihnen entfernt zu sein.",
  far_text: "Es hat von hier gefragt: {there}. Sie sind hier: {here}.",
  other_network:
    "Es ist in einem anderen Netz als dieser Browser. Das ist üblich, wenn Sie hier mobile Daten nutzen; wenn nicht, sehen Sie genau hin.",
  same_network: "Es ist im selben Netz wie dieser Browser.",
  in_front: "Machen Sie nur weiter, wenn das Gerät vor Ihnen steht und diesen Code zeigt.",
  in_front_advice:
    "Hat Ihnen jemand den Code oder den Link zu dieser Seite geschickt, dann lehnen Sie ab: Er käme in Ihr Konto, wo immer er ist.",
  heading: "Ein Gerät verbinden",
  lead: "Ein Gerät, das Sie mit Ihrem Konto nutzen möchten, zeigt einen Code. Geben Sie ihn hier ein.",
  field: "Code auf dem Gerät",
  filled_in:
    "Der Link, dem Sie gefolgt sind, hat ihn eingetragen. Machen Sie nur weiter, wenn das Gerät vor Ihnen denselben Code zeigt.",
  example: "Acht Buchstaben, zum Beispiel {example}.",
  sent_to_you: "Hat Ihnen jemand diesen Code geschickt?",
  sent_to_you_text:
    "Dann hören Sie hier auf: Wer Ihnen einen Code schickt, will damit in Ihr Konto. Ein Code ist nur für ein Gerät gut, das vor Ihnen steht.",
  no_code: "Geben Sie den Code ein, den das Gerät zeigt.",
  not_a_code: "Das ist kein Code von uns: Ein Code hat acht Buchstaben, darunter keine Vokale und keine Ziffern.",
  unknown:
    "Kein Gerät wartet mit diesem Code. Vielleicht ist er vertippt, schon benutzt oder zu alt; er gilt {duration} lang. Lassen Sie dann das Gerät einen neuen zeigen.",
  approved: "Sie können zu Ihrem Gerät zurückgehen",
  approved_lead:
    "{service} auf dem Gerät hat Ihre Zustimmung und macht in wenigen Sekunden weiter. Sie können diese Seite schließen.",
  approved_end:
    "Stand das Gerät nicht vor Ihnen, dann beenden Sie es jetzt: Es steht unter {authorizations}, wie alles, was Sie freigeben.",
  denied: "Abgelehnt",
  denied_lead: "{service} auf dem Gerät bekommt nichts. Es erfährt, dass Sie abgelehnt haben, und sonst nichts.",
  denied_close: "Sie können diese Seite schließen. Um anders zu entscheiden, lassen Sie das Gerät einen neuen Code zeigen.",
};
