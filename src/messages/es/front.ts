import type { Translation } from "../catalogue.ts";
import type { front as english } from "../en/front.ts";

export const front: Translation<typeof english> = {
  title: "Quién puede actuar en su nombre",
  heading: "Nada actúa en su nombre sin su firma.",
  lead: "Los demás servicios preguntan aquí antes de tocar su trabajo. Usted ve quién pregunta y para qué, decide, y puede cambiar de opinión en cualquier momento. Ningún servicio ve nunca su contraseña.",
  signed_in_as: "Ha iniciado sesión como {name}.",
  see_approved: "Ver lo que ha aprobado",
  sign_in: "Iniciar sesión",
  step_asks: "Un servicio pregunta",
  step_asks_text: "Le envía aquí y dice qué quiere ver o cambiar, y en cuáles de sus organizaciones.",
  step_sign: "Usted refrenda",
  step_sign_text: "Aprueba tanto como quiera, o nada. Lo que no haya marcado, no lo obtiene.",
  step_charge: "Usted sigue al mando",
  step_charge_text: "Su lista de autorizaciones muestra quién usa qué y desde cuándo. Un clic allí le pone fin.",
  for_developers: "Para desarrolladores",
  for_developers_text:
    "{operator} habla OAuth 2.1 y OpenID Connect. Indique a su biblioteca de cliente el emisor {issuer}; lo demás lo encuentra en el {document}.",
  discovery_document: "documento de descubrimiento",

  signed_out: "Sesión cerrada",
  you_are_signed_out: "Ha cerrado la sesión",
  nobody_signed_in: "Nadie ha iniciado sesión en {operator} en este navegador.",
  services_keep_access:
    "Los servicios que aprobó conservan su acceso hasta que lo revoque. Algunos tienen además una sesión propia, que sigue abierta hasta que la cierre allí.",
  sign_in_again: "Volver a iniciar sesión",
  sign_out_question: "¿Cerrar la sesión?",
  ends_session: "Esto termina la sesión de {name} en este navegador.",
  sign_out_keeps:
    "Se avisa a los servicios que pidieron saberlo. Los servicios que aprobó conservan su acceso. Para ponerle fin, vaya a {authorizations}.",
  stay_signed_in: "Seguir con la sesión abierta",
  sign_out_of: "¿Cerrar la sesión en {operator}?",
  page_asks: "Una página pide terminar la sesión de {name} en este navegador.",
  service_asks: "{service} pide terminar la sesión de {name} en este navegador.",
  asks_other:
    "{service} pide cerrar la sesión de otra cuenta que la de este navegador. Aquí ha iniciado sesión {name} ({email}).",
  logout_keeps:
    "Si cierra la sesión, la próxima vez que {operator} necesite reconocerle tendrá que iniciarla de nuevo. Se avisa a los servicios que pidieron saberlo. Lo que aprobó se mantiene: para ponerle fin, vaya a {authorizations}.",
  then_go_on: "Después continuará a {place}.",
  sign_out_anyway: "Cerrar la sesión de todos modos",

  unchecked_service: "Nadie ha comprobado el servicio que está en {host}. Vaya allí solo si es de donde viene.",
  back_to: "Volver a {host}",
  on_the_way: "De vuelta al servicio",
  one_moment: "Un momento",
  on_the_way_to: "Está de camino de vuelta a {service}.",
  the_service: "el servicio",
  continue: "Continuar",

  language_and_time: "Idioma y hora",
  language_lead: "En qué idioma le hablan nuestras páginas y correos, y en qué zona horaria muestran la hora.",
  language_lead_stranger:
    "En qué idioma le hablan nuestras páginas en este navegador. Si inicia sesión, su cuenta recuerda lo que elija.",
  language: "Idioma",
  as_browser_says: "Según mi navegador",
  time_zone: "Zona horaria",
  now_there: "Allí la hora es: {time}.",
  save: "Guardar",
  saved: "Guardado.",
  go_on: "Volver a donde estaba",
  unknown_language: "Elija uno de estos idiomas.",
  unknown_time_zone: "Elija una de estas zonas horarias.",
};
