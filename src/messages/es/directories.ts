import type { Translation } from "../catalogue.ts";
import type { directories as english } from "../en/directories.ts";

export const directories: Translation<typeof english> = {
  denied_title: "{directory} no le ha dejado entrar",
  denied:
    "O bien lo rechazó allí, o su organización no le ha dado acceso. Si no lo rechazó, pida a su administrador acceso a {operator}.",
  not_signed_in_title: "{directory} le necesita primero",
  not_signed_in:
    "{directory} quiere que inicie sesión allí, o que confirme algo, antes de decirnos quién es usted. Inténtelo de nuevo.",
  stale_title: "Este inicio de sesión ha terminado",
  stale: "Duró más de diez minutos, ya se había usado o empezó en otro navegador u otra pestaña. Empiece de nuevo.",
  unavailable_title: "No se puede contactar con {directory}",
  unavailable: "No nos ha dado respuesta. Nada ha cambiado. Espere un momento e inténtelo de nuevo.",
  misconfigured_title: "La conexión con {directory} no está bien configurada",
  misconfigured: "Usted no ha hecho nada mal, y volver a intentarlo apenas servirá. Avise a su administrador.",
  untrusted_title: "No hemos podido comprobar la respuesta de {directory}",
  untrusted: "Por su seguridad no se ha iniciado la sesión. Inténtelo de nuevo. Si vuelve a ocurrir, avise a su administrador.",
  clock_title: "Los relojes no coinciden",
  clock: "El reloj de {directory} y el nuestro difieren demasiado para iniciar sesión con seguridad. Avise a su administrador.",
  not_fresh_title: "Este paso exige un nuevo inicio de sesión",
  not_fresh:
    "{directory} no ha confirmado que usted acabe de iniciar sesión allí. Inténtelo de nuevo e inicie sesión cuando se le pida, o use otra forma.",
  wrong_tenant_title: "Esta cuenta pertenece a otra organización",
  wrong_tenant:
    "En {directory} ha iniciado sesión con una cuenta que no es de la organización conectada aquí. Inténtelo de nuevo y elija su cuenta de trabajo.",
  no_account_title: "Todavía no tiene cuenta aquí",
  no_account: "{directory} le conoce, pero no puede abrirle una cuenta aquí. Pida a su administrador acceso a {operator}.",
  taken_title: "Ya existe una cuenta con su dirección",
  taken:
    "Si es suya, inicie sesión como siempre. Después vincule su cuenta de trabajo en sus ajustes, en «Cuenta». Desde entonces podrá entrar por {directory}.",
  others_title: "Esta cuenta de trabajo pertenece aquí a otra cuenta",
  others: "Solo puede vincularse a una. Inicie sesión con ella para llegar a la otra cuenta y desvincúlela allí primero.",
  disabled_title: "Su cuenta aquí está desactivada",
  disabled: "Diríjase a quienes gestionan {operator}.",
  number: "Número de este suceso, para su administrador: {number}",
  try_again: "Intentar de nuevo",
  another_way: "Iniciar sesión de otra forma",
  to_settings: "Volver a sus cuentas de trabajo",

  work_accounts: "Cuentas de trabajo",
  lead: "Con una cuenta de trabajo inicia sesión a través de su organización. Ella decide si usted entra así y puede hacerle miembro de su organización aquí.",
  none: "No hay ninguna cuenta de trabajo vinculada.",
  linked_since: "Vinculada el {day}",
  last_used: "usada por última vez {ago}",
  unlink: "Desvincular",
  unlink_named: "Desvincular {account}",
  link_title: "Vincular una cuenta de trabajo",
  address: "Correo electrónico del trabajo",
  address_hint: "Su organización le pide que inicie sesión allí y después vuelve aquí.",
  link: "Continuar a su organización",
  linked: "La cuenta de trabajo está vinculada.",
  unlinked: "La cuenta de trabajo ya no está vinculada. Las pertenencias que llegaron con ella permanecen.",
  last_way: "Es su única forma de iniciar sesión. Cree una contraseña o añada una llave de acceso antes de desvincularla.",
  no_address: "Escriba su correo electrónico del trabajo.",
  not_an_email: "Esto no es una dirección de correo. Debe tener una forma como ada@example.com.",
  no_directory: "Ninguna organización conectada aquí usa esta dirección. Compruébela o pregunte a su administrador.",
};
