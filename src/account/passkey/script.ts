/**
 * The one script of the pages with a passkey: it hands what the page offers to the browser's API, and what comes back to the form.
 * Nothing else on these pages depends on it. Where the browser knows no passkeys, the form stays hidden.
 */
export const PASSKEY_SCRIPT = `
const form = document.getElementById("passkey");
const missing = document.getElementById("passkey-missing");
const options = JSON.parse(form.dataset.options);
const isNew = form.dataset.mode === "create";
const alert = form.querySelector("[role=alert]");
let waiting = new AbortController();
let pressed = false;

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join(""))
    .replace(/[+]/g, "-").replace(/[/]/g, "_").replace(/=/g, "");
const listed = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

function parse() {
  const known = isNew ? "parseCreationOptionsFromJSON" : "parseRequestOptionsFromJSON";
  if (PublicKeyCredential[known]) return PublicKeyCredential[known](options);
  const parsed = { ...options, challenge: bytes(options.challenge) };
  if (options.user) parsed.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) parsed.allowCredentials = listed(options.allowCredentials);
  if (options.excludeCredentials) parsed.excludeCredentials = listed(options.excludeCredentials);
  return parsed;
}

function answerOf({ id, rawId, type, response }) {
  const answer = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"])
    if (response[name]) answer[name] = text(response[name]);
  if (response.getTransports) answer.transports = response.getTransports();
  return { id, rawId: text(rawId), type, response: answer, clientExtensionResults: {} };
}

async function ask(how) {
  waiting.abort();
  waiting = new AbortController();
  const request = { publicKey: parse(), signal: waiting.signal, ...how };
  const credential = await (isNew ? navigator.credentials.create(request) : navigator.credentials.get(request));
  form.elements.credential.value = JSON.stringify(answerOf(credential));
  form.submit();
}

function tell(error) {
  if (error.name === "AbortError") return;
  alert.textContent = { NotAllowedError: form.dataset.stopped, InvalidStateError: form.dataset.known }[error.name] || form.dataset.failed;
  alert.hidden = false;
}

if (window.PublicKeyCredential) {
  form.hidden = false;
  if (missing) missing.hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    pressed = true;
    alert.hidden = true;
    ask({}).catch(tell);
  });
  if (form.dataset.conditional && PublicKeyCredential.isConditionalMediationAvailable)
    PublicKeyCredential.isConditionalMediationAvailable()
      .then((can) => can && !pressed && ask({ mediation: "conditional" }))
      .catch(() => {});
}
`;

/** Of the script, as the policy of the page names it. */
export const PASSKEY_SCRIPT_HASH = "sha256-t1XXD1EpG0UM1ev+6hk3X+aion42v0euWa9tmrF9r48=";
