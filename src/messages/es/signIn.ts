import type { Translation } from "../catalogue.ts";
import type { signIn as english } from "../en/signIn.ts";

export const signIn: Translation<typeof english> = {
  title: "Iniciar sesión",
  confirm_title: "Confirme que es usted",
  lead: "Para ver y cambiar lo que los servicios pueden hacer en su nombre.",
  confirm_lead: "Para continuar debe iniciar sesión otra vez, ya que otra persona podría estar usando este navegador.",
  from_site: "{service}, en {host}, le ha enviado aquí para iniciar sesión. Ese servicio no verá su contraseña.",
  from_device:
    "{service}, en el dispositivo cuyo código ha escrito, le ha enviado aquí para iniciar sesión. Ese servicio no verá su contraseña.",
  confirm_from_site: "{service}, en {host}, le pide que inicie sesión otra vez. Ese servicio no verá su contraseña.",
  email: "Correo electrónico",
  password: "Contraseña",
  forgot: "¿Ha olvidado su contraseña?",
  other_ways: "Otras formas de iniciar sesión",
  by_code: "Iniciar sesión con un código por correo",
  by_work: "Continuar con su cuenta de trabajo",
  create: "Crear una cuenta",
  nothing_yet: "Iniciar sesión todavía no comparte nada. Verá lo que pide {service} y decidirá entonces.",
  next_lead: "Escriba la contraseña de esta cuenta o elija otra forma más abajo.",
  no_email: "Escriba su correo electrónico.",
  not_an_email: "Esto no es un correo electrónico. Debe tener una forma como ada@example.com.",
  no_password: "Escriba su contraseña.",
  wrong:
    "El correo electrónico y la contraseña no se corresponden. Compruebe ambos y la tecla Bloq Mayús, y escriba de nuevo la contraseña.",
  no_directory: "El inicio de sesión de la organización de esta dirección no está conectado aquí. Use otra de las formas.",
  choose_title: "Elegir una cuenta",
  which_account: "¿Qué cuenta?",
  signed_in: "Ha iniciado sesión",
  choose_from_site: "{service}, en {host}, le ha enviado aquí. Elija la cuenta con la que quiere continuar.",
  choose_from_device:
    "{service}, en el dispositivo cuyo código ha escrito, le ha enviado aquí. Elija la cuenta con la que quiere continuar.",
  continue_as: "Continuar como {name}",
  another: "Usar otra cuenta",
  still_here: "También con sesión en este navegador",
  sign_out_all: "Cerrar todas las sesiones aquí",
  second_expired: "Este inicio de sesión ha caducado. Empiécelo de nuevo.",
  other_browser: "Este enlace pertenece a otro navegador. Empiece el inicio de sesión de nuevo aquí.",
  disabled: "Esta cuenta no puede iniciar sesión. Consulte con quien gestiona {operator}.",
};
