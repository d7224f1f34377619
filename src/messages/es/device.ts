import type { Translation } from "../catalogue.ts";
import type { device as english } from "../en/device.ts";

export const device: Translation<typeof english> = {
  approval_title: "Acceso para un dispositivo",
  asks: "{service} en un dispositivo pide actuar en su nombre",
  code: "Código:",
  the_device: "El dispositivo",
  device: "Dispositivo",
  where: "Dónde está",
  not_known: "No se sabe",
  asked: "Preguntó",
  far: "Este dispositivo parece estar lejos de usted.",
  far_text: "Preguntó desde aquí: {there}. Usted está aquí: {here}.",
  other_network: "Está en otra red que este navegador. Es habitual si aquí usa datos móviles; si no, mírelo dos veces.",
  same_network: "Está en la misma red que este navegador.",
  in_front: "Siga solo si el dispositivo está delante de usted y muestra este código.",
  in_front_advice:
    "Si alguien le envió el código o el enlace a esta página, rechácelo: entraría en su cuenta, esté donde esté.",
  heading: "Conectar un dispositivo",
  lead: "Un dispositivo que quiere usar con su cuenta muestra un código. Escríbalo aquí.",
  field: "Código del dispositivo",
  filled_in: "Lo ha rellenado el enlace que siguió. Siga solo si el dispositivo que tiene delante muestra el mismo código.",
  example: "Ocho letras, por ejemplo {example}.",
  sent_to_you: "¿Alguien le envió este código?",
  sent_to_you_text:
    "Entonces deténgase aquí: quien le envía un código quiere entrar con él en su cuenta. Un código solo sirve para un dispositivo que está delante de usted.",
  no_code: "Escriba el código que muestra el dispositivo.",
  not_a_code: "Este código no es nuestro: un código tiene ocho letras, sin vocales ni cifras.",
  unknown:
    "Ningún dispositivo espera con este código. Puede estar mal escrito, ya usado o ser demasiado antiguo (vale {duration}): haga entonces que el dispositivo muestre uno nuevo.",
  approved: "Puede volver a su dispositivo",
  approved_lead: "{service} en el dispositivo tiene su aprobación y continúa en unos segundos. Puede cerrar esta página.",
  approved_end:
    "Si el dispositivo no estaba delante de usted, póngale fin ahora: figura en {authorizations}, como todo lo que aprueba.",
  denied: "Rechazado",
  denied_lead: "{service} en el dispositivo no obtiene nada. Sabe que usted lo rechazó, y nada más.",
  denied_close: "Puede cerrar esta página. Para decidir otra cosa, haga que el dispositivo muestre un código nuevo.",
};
