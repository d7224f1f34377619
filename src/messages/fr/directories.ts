import type { Translation } from "../catalogue.ts";
import type { directories as english } from "../en/directories.ts";

export const directories: Translation<typeof english> = {
  denied_title: "{directory} ne vous a pas laissé entrer",
  denied:
    "Soit vous avez refusé là-bas, soit votre organisation ne vous a pas donné accès. Si vous n’avez pas refusé, demandez à votre administrateur l’accès à {operator}.",
  not_signed_in_title: "{directory} a d’abord besoin de vous",
  not_signed_in:
    "{directory} vous demande de vous y connecter, ou d’y confirmer quelque chose, avant de nous dire qui vous êtes. Veuillez réessayer.",
  stale_title: "Cette connexion est terminée",
  stale:
    "Elle a duré plus de dix minutes, a déjà servi, ou a commencé dans un autre navigateur ou onglet. Veuillez recommencer.",
  unavailable_title: "{directory} est injoignable",
  unavailable: "Nous n’avons pas reçu de réponse. Rien n’a changé. Veuillez patienter un instant, puis réessayer.",
  misconfigured_title: "La liaison avec {directory} n’est pas bien configurée",
  misconfigured: "Vous n’avez rien fait de mal, et réessayer n’aidera guère. Veuillez prévenir votre administrateur.",
  untrusted_title: "Nous n’avons pas pu vérifier la réponse de {directory}",
  untrusted:
    "Pour votre sécurité, vous n’avez pas été connecté. Veuillez réessayer. Si cela se reproduit, prévenez votre administrateur.",
  clock_title: "Les horloges ne concordent pas",
  clock:
    "L’horloge de {directory} et la nôtre sont trop éloignées pour une connexion sûre. Veuillez prévenir votre administrateur.",
  not_fresh_title: "Cette étape exige une nouvelle connexion",
  not_fresh:
    "{directory} n’a pas confirmé que vous venez de vous y connecter. Veuillez réessayer et vous connecter lorsqu’on vous le demande, ou choisir un autre moyen.",
  wrong_tenant_title: "Ce compte appartient à une autre organisation",
  wrong_tenant:
    "Chez {directory}, vous êtes connecté avec un compte qui n’est pas celui de l’organisation reliée ici. Veuillez réessayer et choisir votre compte professionnel.",
  no_account_title: "Vous n’avez pas encore de compte ici",
  no_account:
    "{directory} vous connaît, mais ne peut pas vous ouvrir de compte ici. Veuillez demander à votre administrateur l’accès à {operator}.",
  taken_title: "Il existe déjà un compte avec votre adresse",
  taken:
    "S’il est à vous, connectez-vous comme d’habitude. Associez ensuite votre compte professionnel dans vos paramètres, sous « Compte ». Vous pourrez dès lors entrer par {directory}.",
  others_title: "Ce compte professionnel appartient ici à un autre compte",
  others:
    "Il ne peut être associé qu’à un seul. Connectez-vous avec lui pour atteindre l’autre compte, et dissociez-le d’abord là-bas.",
  disabled_title: "Votre compte ici est désactivé",
  disabled: "Veuillez vous adresser aux responsables de {operator}.",
  number: "Numéro de cet incident, pour votre administrateur : {number}",
  try_again: "Réessayer",
  another_way: "Se connecter autrement",
  to_settings: "Retour à vos comptes professionnels",

  work_accounts: "Comptes professionnels",
  lead: "Avec un compte professionnel, vous vous connectez par votre organisation. Elle décide si vous pouvez entrer ainsi, et peut faire de vous un membre de son organisation ici.",
  none: "Aucun compte professionnel n’est associé.",
  linked_since: "Associé le {day}",
  last_used: "utilisé pour la dernière fois {ago}",
  unlink: "Dissocier",
  unlink_named: "Dissocier {account}",
  link_title: "Associer un compte professionnel",
  address: "Adresse e-mail professionnelle",
  address_hint: "Votre organisation vous demande de vous y connecter, puis vous revenez ici.",
  link: "Continuer vers votre organisation",
  linked: "Le compte professionnel est associé.",
  unlinked: "Le compte professionnel n’est plus associé. Les appartenances qu’il a apportées demeurent.",
  last_way:
    "C’est votre seul moyen de vous connecter. Définissez un mot de passe ou ajoutez une clé d’accès avant de le dissocier.",
  no_address: "Saisissez votre adresse e-mail professionnelle.",
  not_an_email: "Ce n’est pas une adresse e-mail. Elle doit avoir une forme comme ada@example.com.",
  no_directory: "Aucune organisation reliée ici n’utilise cette adresse. Vérifiez-la, ou demandez à votre administrateur.",
};
