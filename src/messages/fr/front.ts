import type { Translation } from "../catalogue.ts";
import type { front as english } from "../en/front.ts";

export const front: Translation<typeof english> = {
  title: "Qui peut agir en votre nom",
  heading: "Rien n’agit en votre nom sans votre signature.",
  lead: "Les autres services demandent ici avant de toucher à votre travail. Vous voyez qui demande et pourquoi, vous décidez, et vous pouvez revenir sur votre décision à tout moment. Aucun service ne voit jamais votre mot de passe.",
  signed_in_as: "Vous êtes connecté en tant que {name}.",
  see_approved: "Voir ce que vous avez approuvé",
  sign_in: "Se connecter",
  step_asks: "Un service demande",
  step_asks_text: "Il vous envoie ici et dit ce qu’il veut consulter ou modifier, et dans lesquelles de vos organisations.",
  step_sign: "Vous contresignez",
  step_sign_text: "Vous en approuvez autant que vous voulez, ou rien. Ce que vous n’avez pas coché, il ne l’obtient pas.",
  step_charge: "Vous gardez la main",
  step_charge_text: "La liste de vos autorisations montre qui utilise quoi, et depuis quand. Un clic y met fin.",
  for_developers: "Pour les développeurs",
  for_developers_text:
    "{operator} parle OAuth 2.1 et OpenID Connect. Indiquez à votre bibliothèque cliente l’émetteur {issuer} ; elle trouve le reste dans le {document}.",
  discovery_document: "document de découverte",

  signed_out: "Déconnecté",
  you_are_signed_out: "Vous êtes déconnecté",
  nobody_signed_in: "Personne n’est connecté à {operator} dans ce navigateur.",
  services_keep_access:
    "Les services que vous avez approuvés gardent leur accès jusqu’à ce que vous le révoquiez. Certains ont aussi leur propre connexion, qui dure jusqu’à ce que vous vous y déconnectiez.",
  sign_in_again: "Se reconnecter",
  sign_out_question: "Se déconnecter ?",
  ends_session: "Cela met fin à la session de {name} dans ce navigateur.",
  sign_out_keeps:
    "Les services qui ont demandé à en être informés le sont. Ceux que vous avez approuvés gardent leur accès. Pour y mettre fin, allez dans {authorizations}.",
  stay_signed_in: "Rester connecté",
  sign_out_of: "Se déconnecter de {operator} ?",
  page_asks: "Une page demande à mettre fin à la session de {name} dans ce navigateur.",
  service_asks: "{service} demande à mettre fin à la session de {name} dans ce navigateur.",
  asks_other:
    "{service} demande à déconnecter un autre compte que celui de ce navigateur. La personne connectée ici est {name} ({email}).",
  logout_keeps:
    "Si vous vous déconnectez, vous vous reconnecterez la prochaine fois que {operator} devra vous reconnaître. Les services qui ont demandé à en être informés le sont. Ce que vous avez approuvé demeure : pour y mettre fin, allez dans {authorizations}.",
  then_go_on: "Vous continuerez ensuite vers {place}.",
  sign_out_anyway: "Se déconnecter quand même",

  unchecked_service: "Personne n’a vérifié le service situé à {host}. N’y allez que si c’est de là que vous venez.",
  back_to: "Retourner à {host}",
  on_the_way: "Retour au service",
  one_moment: "Un instant",
  on_the_way_to: "Vous retournez vers {service}.",
  the_service: "le service",
  continue: "Continuer",

  language_and_time: "Langue et heure",
  language_lead: "La langue de nos pages et de nos e-mails, et le fuseau horaire des heures qu’ils indiquent.",
  language_lead_stranger:
    "La langue de nos pages dans ce navigateur. Si vous vous connectez, votre compte se souvient de votre choix.",
  language: "Langue",
  as_browser_says: "Selon mon navigateur",
  time_zone: "Fuseau horaire",
  now_there: "Il y est {time}.",
  save: "Enregistrer",
  saved: "Enregistré.",
  go_on: "Revenir à la page précédente",
  unknown_language: "Choisissez l’une de ces langues.",
  unknown_time_zone: "Choisissez l’un de ces fuseaux horaires.",
};
