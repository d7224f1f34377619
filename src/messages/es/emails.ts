import type { Translation } from "../catalogue.ts";
import type { emails as english } from "../en/emails.ts";

export const emails: Translation<typeof english> = {
  footer:
    "Enviado por {operator}, {issuer}. Nunca le pediremos su contraseña ni un código por correo electrónico o por teléfono.",
  code_subject: "Su código para {operator}",
  code_sign_in_text:
    "Escriba este código en el navegador donde lo solicitó para iniciar sesión:\n\nVale durante {minutes} minutos, una sola vez y solo en ese navegador. Si no lo solicitó, no tiene que hacer nada. No se lo diga a nadie.",
  code_create_account_text:
    "Escriba este código en el navegador donde lo solicitó para crear su cuenta:\n\nVale durante {minutes} minutos, una sola vez y solo en ese navegador. Si no lo solicitó, no tiene que hacer nada: sin el código no se crea ninguna cuenta.",
  code_verify_email_text:
    "Escriba este código en el navegador donde lo solicitó para que esta sea la dirección de su cuenta:\n\nVale durante {minutes} minutos, una sola vez y solo en ese navegador. Si no lo solicitó, no tiene que hacer nada: es posible que alguien haya escrito mal su dirección.",
  code_reset_password_text:
    "Escriba este código en el navegador donde lo solicitó para elegir una contraseña nueva:\n\nVale durante {minutes} minutos, una sola vez y solo en ese navegador. Si no lo solicitó, no tiene que hacer nada: su contraseña sigue igual. No le diga el código a nadie.",
  account_exists_subject: "Ya tiene una cuenta en {operator}",
  account_exists_text:
    "Alguien, quizá usted, quiso usar esta dirección para una cuenta en {operator}. Ya pertenece a una cuenta, así que no se ha cambiado nada.\n\nPara iniciar sesión, vaya a {issuer}/sign-in. Si olvidó la contraseña, allí puede elegir una nueva.\n\nSi no fue usted, no tiene que hacer nada.",
  no_account_subject: "Ninguna cuenta de {operator} tiene esta dirección",
  no_account_text:
    "Alguien, quizá usted, solicitó un código para iniciar sesión en {operator} con esta dirección. Ninguna cuenta la tiene, así que no hay código.\n\nQuizá se registró con otra dirección. Para crear una cuenta, vaya a {issuer}/create-account.\n\nSi no fue usted, no tiene que hacer nada.",
  password_changed_subject: "Se ha cambiado su contraseña de {operator}",
  password_changed_text:
    "La contraseña de su cuenta se cambió el {changedAt}. Se cerró la sesión en los demás navegadores.\n\nSi fue usted, no tiene que hacer nada. Si no, elija de inmediato una contraseña nueva en {issuer}/forgot-password y revise {issuer}/settings/security.",
  email_changed_subject: "Se ha cambiado la dirección de su cuenta de {operator}",
  email_changed_text:
    "Desde el {changedAt} su cuenta tiene otra dirección: {newEmail}. Ya no se inicia sesión con esta.\n\nSi fue usted, no tiene que hacer nada. Si no, avise de inmediato a los responsables de {operator}.",
  account_deleted_subject: "Se ha eliminado su cuenta de {operator}",
  account_deleted_text:
    "Su cuenta se eliminó el {deletedAt}, como se pidió en un navegador con la sesión iniciada. Todo lo que los servicios podían hacer en su nombre ha terminado.\n\nLo que los servicios hayan copiado sigue en su poder. No se puede deshacer. Si no fue usted, avise a los responsables de {operator}.",
  factor_added_subject: "Se ha añadido una forma de iniciar sesión a su cuenta de {operator}",
  factor_added_text:
    "Desde el {changedAt} su cuenta tiene una llave de acceso o una aplicación de autenticación más: {name}. Se añadió desde: {device}.\n\nSi fue usted, no tiene que hacer nada. Si no, quítela cuanto antes en {issuer}/settings/security y elija una contraseña nueva.",
  identity_linked_subject: "Se ha vinculado una cuenta de trabajo a su cuenta de {operator}",
  identity_linked_text:
    "Desde el {changedAt} también se puede iniciar sesión en su cuenta a través de {directory}, como {account}.\n\nSi fue usted, no tiene que hacer nada. Si no, desvincúlela cuanto antes en {issuer}/settings/account/identities y pregunte a su administrador quién la usa.",
  factor_removed_subject: "Se ha quitado una forma de iniciar sesión de su cuenta de {operator}",
  factor_removed_text:
    "Desde el {changedAt} su cuenta ya no tiene esta llave de acceso o aplicación de autenticación: {name}. Se quitó desde: {device}.\n\nSi fue usted, no tiene que hacer nada. Si no, revise cuanto antes {issuer}/settings/security y elija una contraseña nueva.",
  access_requested_subject: "{person} pide {service} en {organization}",
  access_requested_text:
    "{person} le pide, como propietario de {organization}, que deje entrar a {service}.\n\nMotivo: {reason}\n\nApruébelo o rechácelo para todos: {link}",
  access_approved_subject: "{service} puede entrar en {organization}",
  access_approved_text:
    "Un propietario de {organization} ha aprobado {service}, que usted había pedido. Siga allí: {url}\n\nSi ya había autorizado el servicio, este llega a la organización desde su próxima renovación.",
  access_denied_subject: "{service} no puede entrar en {organization}",
  access_denied_text:
    "Un propietario de {organization} ha rechazado {service}, que usted había pedido. Lo que le permitió en otros lugares se mantiene. Si lo necesita, hable con un propietario: {link}",
  organization_invitation_subject: "{person} le invita a {organization}",
  organization_invitation_text:
    "{person} le invita a ser miembro de {organization} en {operator}. Para aceptar, abra esta página y entre con esta dirección: {link}\n\nLa invitación vale siete días. Si no la esperaba, no tiene que hacer nada.",
  authorization_new_subject: "{service} puede actuar en su nombre en {operator}",
  authorization_new_text:
    "El {approvedAt} se aprobó {service} para su cuenta, desde {device} ({place}).\n\nPermisos: {permissions}.\n\nSi fue usted, no tiene que hacer nada. Si no, revóquelo enseguida en {link} y elija una contraseña nueva.",
  authorization_widened_subject: "{service} puede hacer más en su nombre en {operator}",
  authorization_widened_text:
    "El {approvedAt} se aprobó más para {service}, que tiene acceso a su cuenta, desde {device} ({place}).\n\nPidió: {permissions}.\n\nSi fue usted, no tiene que hacer nada. Si no, revóquelo enseguida en {link} y elija una contraseña nueva.",
  service_reported_subject: "Se denunció un servicio: {service}",
  service_reported_text:
    "{person} denunció {service} ({client}).\n\nMotivo: {reason}\n\n{text}\n\nLas denuncias figuran en /admin/reports.",
  token_reused_subject: "Se ha puesto fin al acceso de un dispositivo para {service} en {operator}",
  token_reused_text:
    "Un token de actualización de {service} se usó por segunda vez, en una conexión que comenzó en {device}. Puede que uno de los dos usos no fuera del propio servicio. Por eso, el {endedAt} pusimos fin al acceso de esa conexión.\n\nNo tiene que hacer nada: ya nadie puede usarlo, y el servicio volverá a preguntarle la próxima vez que lo use. Si vuelve a ocurrir, mire qué hace el servicio en {link} y pause o revoque allí su acceso.",
  new_sign_in_subject: "Nuevo inicio de sesión en su cuenta de {operator}",
  new_sign_in_text:
    "Alguien inició sesión en su cuenta el {signedInAt}.\n\nDispositivo: {device}. Lugar: {place}.\n\nSi fue usted, no tiene que hacer nada. Si no, cierre sesión en todos los demás sitios y cambie su contraseña: {link}",
};
