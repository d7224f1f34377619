import type { Translation } from "../catalogue.ts";
import type { device as english } from "../en/device.ts";

export const device: Translation<typeof english> = {
  approval_title: "Accès pour un appareil",
  asks: "{service} sur un appareil demande à agir en votre nom",
  code: "Code :",
  the_device: "L’appareil",
  device: "Appareil",
  where: "Où il se trouve",
  not_known: "Inconnu",
  asked: "Demandé",
  far: "Cet appareil semble loin de vous.",
  far_text: "Il a fait sa demande depuis : {there}. Vous êtes ici : {here}.",
  other_network:
    "Il est sur un autre réseau que ce navigateur. C’est courant si vous utilisez ici des données mobiles ; sinon, regardez-y à deux fois.",
  same_network: "Il est sur le même réseau que ce navigateur.",
  in_front: "Ne continuez que si l’appareil est devant vous et affiche ce code.",
  in_front_advice:
    "Si quelqu’un vous a envoyé le code ou le lien vers cette page, refusez : cette personne entrerait dans votre compte, où qu’elle soit.",
  heading: "Connecter un appareil",
  lead: "Un appareil que vous voulez utiliser avec votre compte affiche un code. Saisissez-le ici.",
  field: "Code sur l’appareil",
  filled_in: "Le lien que vous avez suivi l’a rempli. Ne continuez que si l’appareil devant vous affiche le même code.",
  example: "Huit lettres, comme {example}.",
  sent_to_you: "Quelqu’un vous a-t-il envoyé ce code ?",
  sent_to_you_text:
    "Alors arrêtez-vous ici : qui vous envoie un code veut entrer dans votre compte avec lui. Un code ne vaut que pour un appareil qui est devant vous.",
  no_code: "Saisissez le code affiché par l’appareil.",
  not_a_code: "Ce n’est pas un de nos codes : un code a huit lettres, sans voyelles ni chiffres.",
  unknown:
    "Aucun appareil n’attend avec ce code. Il est peut-être mal saisi, déjà utilisé ou trop vieux (il vaut {duration}) : faites alors afficher un nouveau code par l’appareil.",
  approved: "Vous pouvez retourner à votre appareil",
  approved_lead:
    "{service} sur l’appareil a votre approbation et continue dans quelques secondes. Vous pouvez fermer cette page.",
  approved_end:
    "Si l’appareil n’était pas devant vous, mettez-y fin maintenant : il figure dans {authorizations}, comme tout ce que vous approuvez.",
  denied: "Refusé",
  denied_lead: "{service} sur l’appareil n’obtient rien. Il apprend que vous avez refusé, et rien d’autre.",
  denied_close: "Vous pouvez fermer cette page. Pour décider autrement, faites afficher un nouveau code par l’appareil.",
};
