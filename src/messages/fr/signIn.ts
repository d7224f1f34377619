import type { Translation } from "../catalogue.ts";
import type { signIn as english } from "../en/signIn.ts";

export const signIn: Translation<typeof english> = {
  title: "Se connecter",
  confirm_title: "Confirmez que c’est bien vous",
  lead: "Pour voir et modifier ce que les services peuvent faire en votre nom.",
  confirm_lead: "La suite demande une nouvelle connexion, car quelqu’un d’autre a pu accéder à ce navigateur.",
  from_site: "{service}, sur {host}, vous a envoyé ici pour vous connecter. Ce service ne verra pas votre mot de passe.",
  from_device:
    "{service}, sur l’appareil dont vous avez saisi le code, vous a envoyé ici pour vous connecter. Ce service ne verra pas votre mot de passe.",
  confirm_from_site:
    "{service}, sur {host}, vous demande de vous connecter à nouveau. Ce service ne verra pas votre mot de passe.",
  email: "Adresse e-mail",
  password: "Mot de passe",
  forgot: "Mot de passe oublié ?",
  other_ways: "Autres façons de se connecter",
  by_code: "Se connecter avec un code reçu par e-mail",
  by_work: "Continuer avec votre compte professionnel",
  create: "Créer un compte",
  nothing_yet: "La connexion ne partage encore rien. Vous verrez ce que {service} demande et déciderez à ce moment-là.",
  next_lead: "Saisissez le mot de passe de ce compte, ou choisissez une autre façon ci-dessous.",
  no_email: "Saisissez votre adresse e-mail.",
  not_an_email: "Ce n’est pas une adresse e-mail. Elle doit avoir la forme ada@example.com.",
  no_password: "Saisissez votre mot de passe.",
  wrong:
    "L’adresse e-mail et le mot de passe ne correspondent pas. Vérifiez les deux, ainsi que la touche Verr. maj., puis saisissez à nouveau le mot de passe.",
  no_directory: "La connexion de l’organisation de cette adresse n’est pas reliée ici. Utilisez une autre façon.",
  choose_title: "Choisir un compte",
  which_account: "Quel compte ?",
  signed_in: "Vous êtes connecté",
  choose_from_site: "{service}, sur {host}, vous a envoyé ici. Choisissez le compte avec lequel continuer.",
  choose_from_device:
    "{service}, sur l’appareil dont vous avez saisi le code, vous a envoyé ici. Choisissez le compte avec lequel continuer.",
  continue_as: "Continuer en tant que {name}",
  another: "Utiliser un autre compte",
  still_here: "Également connecté dans ce navigateur",
  sign_out_all: "Déconnecter tous les comptes ici",
  second_expired: "Cette connexion a expiré. Recommencez-la.",
  other_browser: "Ce lien appartient à un autre navigateur. Recommencez la connexion ici.",
  disabled: "Ce compte ne peut pas se connecter. Adressez-vous à l’équipe de {operator}.",
};
