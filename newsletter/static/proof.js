// Does the work (ALTCHA, SHA-256) that a post of an address form costs, while its reader types.
// It never submits by itself, and never keeps a person from submitting: when anything fails, the
// form goes without proof.
const BATCH = 200; // digests at once
const TURN_MS = 30; // then typing and drawing get a turn: digests would go before them
const FRESH_MS = 15 * 60 * 1000; // a challenge is good for 20 minutes
const PATIENCE_MS = 60 * 1000;

const bytes = new TextEncoder();

const turn = () => new Promise((resolve) => { setTimeout(resolve); });

async function digest(text) {
  return new DataView(await crypto.subtle.digest("SHA-256", bytes.encode(text)));
}

function hex(view) {
  let text = "";
  for (let i = 0; i < view.byteLength; i += 1) text += view.getUint8(i).toString(16).padStart(2, "0");
  return text;
}

async function find({ challenge, salt, maxnumber }) {
  const start = parseInt(challenge.slice(0, 8), 16);
  let rested = performance.now();
  for (let from = 0; from <= maxnumber; from += BATCH) {
    const tried = [];
    for (let n = from; n < from + BATCH && n <= maxnumber; n += 1) tried.push(digest(salt + n));
    const found = await Promise.all(tried);
    const at = found.findIndex((view) => view.getUint32(0) === start && hex(view) === challenge);
    if (at >= 0) return from + at;
    if (performance.now() - rested > TURN_MS) {
      await turn();
      rested = performance.now();
    }
  }
  throw new Error("no number fits");
}

async function work(address) {
  const began = performance.now();
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  const given = await answer.json();
  const number = await find(given);
  const { algorithm, challenge, salt, signature } = given;
  const took = Math.round(performance.now() - began);
  return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature, took }));
}

function guard(field) {
  const form = field.form;
  const said = form.querySelector("[role=status]");
  const button = form.querySelector("button[type=submit]");
  const words = button.textContent;
  let proof = null;
  let began = 0;
  let state = "typing"; // then working, then sent

  function start() {
    if (proof && performance.now() - began < FRESH_MS) return proof;
    began = performance.now();
    proof = work(field.dataset.challenge).catch(() => "");
    return proof;
  }

  function tell(text) {
    said.textContent = text;
    button.textContent = text || words;
  }

  form.addEventListener("focusin", start, { once: true });
  form.addEventListener("submit", async (event) => {
    if (state === "sent") return;
    event.preventDefault();
    if (state === "working") return;
    state = "working";
    const slow = setTimeout(() => tell(field.dataset.patience), 100);
    const late = new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS, ""); });
    field.value = await Promise.race([start(), late]);
    clearTimeout(slow);
    await turn(); // a form that is still telling of its submit cannot be submitted
    state = "sent";
    if (form.requestSubmit) form.requestSubmit(event.submitter); else form.submit();
  });
  // Come back to with the browser's button, the page has a proof that was used.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    state = "typing";
    proof = null;
    field.value = "";
    tell("");
  });
}

// Without Web Crypto (an old browser, or http on another machine) forms go without proof.
if (globalThis.crypto && crypto.subtle && globalThis.fetch) {
  document.querySelectorAll("input[name=altcha]").forEach(guard);
}
