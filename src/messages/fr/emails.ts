import type { Translation } from "../catalogue.ts";
import type { emails as english } from "../en/emails.ts";

export const emails: Translation<typeof english> = {
  footer:
    "Envoyé par {operator}, {issuer}. Nous ne demandons jamais votre mot de passe ni un code par e-mail ou par téléphone.",
  code_subject: "Votre code pour {operator}",
  code_sign_in_text:
    "Saisissez ce code dans le navigateur où vous l’avez demandé, pour vous connecter :\n\nIl est valable {minutes} minutes, une seule fois et dans ce navigateur uniquement. Si vous ne l’avez pas demandé, vous n’avez rien à faire. Ne le communiquez à personne.",
  code_create_account_text:
    "Saisissez ce code dans le navigateur où vous l’avez demandé, pour créer votre compte :\n\nIl est valable {minutes} minutes, une seule fois et dans ce navigateur uniquement. Si vous ne l’avez pas demandé, vous n’avez rien à faire : sans le code, aucun compte n’est créé.",
  code_verify_email_text:
    "Saisissez ce code dans le navigateur où vous l’avez demandé, pour que cette adresse devienne celle de votre compte :\n\nIl est valable {minutes} minutes, une seule fois et dans ce navigateur uniquement. Si vous ne l’avez pas demandé, vous n’avez rien à faire : quelqu’un s’est peut-être trompé d’adresse.",
  code_reset_password_text:
    "Saisissez ce code dans le navigateur où vous l’avez demandé, pour choisir un nouveau mot de passe :\n\nIl est valable {minutes} minutes, une seule fois et dans ce navigateur uniquement. Si vous ne l’avez pas demandé, vous n’avez rien à faire : votre mot de passe reste inchangé. Ne communiquez ce code à personne.",
  account_exists_subject: "Vous avez déjà un compte chez {operator}",
  account_exists_text:
    "Quelqu’un, peut-être vous, a voulu utiliser cette adresse pour un compte chez {operator}. Elle appartient déjà à un compte ; rien n’a donc été modifié.\n\nPour vous connecter, rendez-vous sur {issuer}/sign-in. Si vous avez oublié le mot de passe, vous pouvez y en choisir un nouveau.\n\nSi ce n’était pas vous, vous n’avez rien à faire.",
  no_account_subject: "Aucun compte n’a cette adresse chez {operator}",
  no_account_text:
    "Quelqu’un, peut-être vous, a demandé un code pour se connecter à {operator} avec cette adresse. Aucun compte ne l’utilise ; il n’y a donc pas de code.\n\nVous vous êtes peut-être inscrit avec une autre adresse. Pour créer un compte, rendez-vous sur {issuer}/create-account.\n\nSi ce n’était pas vous, vous n’avez rien à faire.",
  password_changed_subject: "Votre mot de passe chez {operator} a été modifié",
  password_changed_text:
    "Le mot de passe de votre compte a été modifié le {changedAt}. Les autres navigateurs ont été déconnectés.\n\nSi c’était vous, vous n’avez rien à faire. Sinon, choisissez immédiatement un nouveau mot de passe sur {issuer}/forgot-password et vérifiez {issuer}/settings/security.",
  email_changed_subject: "L’adresse de votre compte chez {operator} a été modifiée",
  email_changed_text:
    "Depuis le {changedAt}, votre compte a une autre adresse : {newEmail}. Celle-ci ne sert plus à vous connecter.\n\nSi c’était vous, vous n’avez rien à faire. Sinon, prévenez immédiatement les responsables de {operator}.",
  account_deleted_subject: "Votre compte chez {operator} a été supprimé",
  account_deleted_text:
    "Votre compte a été supprimé le {deletedAt}, comme demandé dans un navigateur connecté. Tout ce que des services pouvaient faire en votre nom a pris fin.\n\nCe que des services ont copié reste chez eux. La suppression est définitive. Si ce n’était pas vous, prévenez les responsables de {operator}.",
  factor_added_subject: "Un moyen de connexion a été ajouté à votre compte {operator}",
  factor_added_text:
    "Depuis le {changedAt}, votre compte a une clé d’accès ou une application d’authentification de plus : {name}. L’ajout a été fait depuis : {device}.\n\nSi c’était vous, vous n’avez rien à faire. Sinon, retirez-la sans attendre sur {issuer}/settings/security et choisissez un nouveau mot de passe.",
  identity_linked_subject: "Un compte professionnel a été associé à votre compte {operator}",
  identity_linked_text:
    "Depuis le {changedAt}, on peut aussi se connecter à votre compte par {directory}, en tant que {account}.\n\nSi c’était vous, vous n’avez rien à faire. Sinon, dissociez-le sans attendre sur {issuer}/settings/account/identities et demandez à votre administrateur qui l’utilise.",
  factor_removed_subject: "Un moyen de connexion a été retiré de votre compte {operator}",
  factor_removed_text:
    "Depuis le {changedAt}, votre compte n’a plus cette clé d’accès ou cette application d’authentification : {name}. Le retrait a été fait depuis : {device}.\n\nSi c’était vous, vous n’avez rien à faire. Sinon, vérifiez sans attendre {issuer}/settings/security et choisissez un nouveau mot de passe.",
  access_requested_subject: "{person} demande {service} dans {organization}",
  access_requested_text:
    "{person} vous demande, en tant que propriétaire de {organization}, d’y admettre {service}.\n\nMotif : {reason}\n\nApprouvez ou refusez ce service pour tous : {link}",
  access_approved_subject: "{service} peut entrer dans {organization}",
  access_approved_text:
    "Un propriétaire de {organization} a approuvé {service}, que vous aviez demandé. Continuez là-bas : {url}\n\nSi vous aviez déjà autorisé le service, il atteint l’organisation dès son prochain renouvellement.",
  access_denied_subject: "{service} ne peut pas entrer dans {organization}",
  access_denied_text:
    "Un propriétaire de {organization} a refusé {service}, que vous aviez demandé. Ce que vous lui avez permis ailleurs reste. Si vous en avez besoin, parlez-en à un propriétaire : {link}",
  organization_invitation_subject: "{person} vous invite dans {organization}",
  organization_invitation_text:
    "{person} vous invite à devenir membre de {organization} chez {operator}. Pour accepter, ouvrez cette page et connectez-vous avec cette adresse : {link}\n\nL’invitation vaut sept jours. Si vous ne l’attendiez pas, vous n’avez rien à faire.",
  authorization_new_subject: "{service} peut agir en votre nom chez {operator}",
  authorization_new_text:
    "{service} a été accepté pour votre compte le {approvedAt}, depuis {device} ({place}).\n\nAutorisations : {permissions}.\n\nSi c’était vous, vous n’avez rien à faire. Sinon, révoquez-le tout de suite à {link} et choisissez un nouveau mot de passe.",
  authorization_widened_subject: "{service} peut en faire plus en votre nom chez {operator}",
  authorization_widened_text:
    "Davantage a été accepté pour {service}, qui a accès à votre compte, le {approvedAt}, depuis {device} ({place}).\n\nDemandé : {permissions}.\n\nSi c’était vous, vous n’avez rien à faire. Sinon, révoquez-le tout de suite à {link} et choisissez un nouveau mot de passe.",
  service_reported_subject: "Un service a été signalé : {service}",
  service_reported_text:
    "{person} a signalé {service} ({client}).\n\nMotif : {reason}\n\n{text}\n\nLes signalements figurent sous /admin/reports.",
  token_reused_subject: "L’accès d’un appareil pour {service} a pris fin chez {operator}",
  token_reused_text:
    "Un jeton d’actualisation de {service} a été utilisé une seconde fois, dans une connexion commencée sur {device}. L’un des deux usages ne venait peut-être pas du service lui-même. C’est pourquoi nous avons mis fin à l’accès de cette connexion le {endedAt}.\n\nVous n’avez rien à faire : plus personne ne peut s’en servir, et le service vous consultera à la prochaine utilisation. Si cela se reproduit, regardez ce que fait le service sur {link}, et suspendez ou révoquez-y son accès.",
  new_sign_in_subject: "Nouvelle connexion à votre compte {operator}",
  new_sign_in_text:
    "Quelqu’un s’est connecté à votre compte le {signedInAt}.\n\nAppareil : {device}. Lieu : {place}.\n\nSi c’était vous, vous n’avez rien à faire. Sinon, déconnectez-vous partout ailleurs et changez votre mot de passe : {link}",
};
