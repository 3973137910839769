// Asks the browser for a passkey, or to make one, and sends its answer with the form. Without
// script, or in a browser that has none, the form stays hidden and a code does the same.
const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const decode = (text) => Uint8Array.from(
  atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0),
);

const withIds = (list) => (list || []).map((one) => ({ ...one, id: decode(one.id) }));

async function ask(form) {
  const body = new FormData();
  body.set("csrf_token", form.elements.csrf_token.value);
  const answer = await fetch(form.dataset.challenge, { method: "POST", body });
  if (!answer.ok || answer.redirected) throw new Error("no challenge");
  const asked = await answer.json();
  const publicKey = { ...asked, challenge: decode(asked.challenge) };
  if (form.dataset.passkey === "get") {
    publicKey.allowCredentials = withIds(asked.allowCredentials);
    return navigator.credentials.get({ publicKey });
  }
  publicKey.user = { ...asked.user, id: decode(asked.user.id) };
  publicKey.excludeCredentials = withIds(asked.excludeCredentials);
  return navigator.credentials.create({ publicKey });
}

function said(credential) {
  const { response } = credential;
  const told = { clientDataJSON: encode(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) told[name] = encode(response[name]);
  }
  if (response.getTransports) told.transports = response.getTransports();
  return JSON.stringify({
    id: credential.id, rawId: encode(credential.rawId), type: credential.type, response: told,
    clientExtensionResults: {},
  });
}

async function submit(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const field = form.elements[form.dataset.field];
  const fault = form.querySelector("[data-fault]");
  const button = form.querySelector("button");
  fault.textContent = "";
  button.disabled = true;
  try {
    field.value = said(await ask(form));
    form.submit();
  } catch {
    field.value = "";
    fault.textContent = fault.dataset.fault;
    button.disabled = false;
    button.focus();
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", submit);
    form.hidden = false;
  }
  for (const note of document.querySelectorAll("[data-without-passkey]")) note.hidden = true;
}
