// Beside an edition while it is typed: counts, shows it in the frame, keeps what is typed as a
// draft, and says who else has it open. Without it the page's buttons do the same.
const SHOW_MS = 600, KEEP_MS = 3000, SAY_MS = 1500, HERE_MS = 20000, AGAIN_MS = 15000;
const form = document.querySelector("#texts-form");
const button = document.querySelector("[formtarget='voorbeeld']");
const kept = document.querySelector("#kept");
const company = document.querySelector("#company");
const fields = ["title", "subject", "preheader", "editorial_md"];
const typed = () => JSON.stringify(fields.map((name) => form.elements[name].value));
let saved = typed(); // what the server has, as the edition or as a draft
let showing, keeping, saying;

// ---- In words, how long a line is; aloud only when the typing stops.

function count() {
  for (const place of document.querySelectorAll("[data-count-of]")) {
    const length = [...document.getElementById(place.dataset.countOf).value].length;
    const words = length > Number(place.dataset.good) ? place.dataset.long : place.dataset.fits;
    place.textContent = words.replace("{count}", length);
  }
  for (const place of document.querySelectorAll("[data-shows]")) {
    const { value } = document.getElementById(place.dataset.shows);
    place.textContent = value || place.dataset.empty || "";
  }
}

function say(field) {
  const words = document.querySelector(`[data-count-of="${field.id}"]`)?.textContent;
  if (words) document.querySelector("#counted").textContent = words;
}

// ---- In the frame, as it is typed. A frame shown anew makes no step in the browser's history.

function show() {
  const frame = document.querySelector("iframe[name='voorbeeld']");
  const fresh = frame.cloneNode();
  fresh.removeAttribute("src");
  frame.replaceWith(fresh);
  form.requestSubmit(button);
}

function look(event) {
  const link = event.target.closest("[data-view], [data-language]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const address = new URL(button.formAction);
  if (link.dataset.view) address.searchParams.set("beeld", link.dataset.view);
  else address.searchParams.set("keuze", `${link.dataset.language}:mail`);
  button.formAction = address;
  document.querySelector("a[href*='/voorbeeld']").href = address;
  for (const each of link.closest("ul").querySelectorAll("a")) each.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  const isPhone = address.searchParams.get("beeld") === "telefoon";
  const frame = document.querySelector(".frame");
  frame.classList.toggle("phone", isPhone);
  frame.classList.toggle("computer", !isPhone);
  frame.querySelector(".frame-head").hidden = address.searchParams.get("beeld") === "web";
  show();
}

// ---- As a draft of who types, and who else is here.

function data() {
  const found = new FormData();
  for (const name of ["csrf_token", "revision", "base", ...fields]) {
    found.set(name, form.elements[name].value);
  }
  return found;
}

// An answer in JSON; who logged in anew meanwhile has another token, which the page itself tells.
async function ask(address, body, isAgain = false) {
  const answer = await fetch(address, {
    method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual",
  });
  const isOurs = answer.headers.get("Content-Type")?.includes("json");
  if (isOurs) return { ok: answer.ok, said: (await answer.json()).said };
  if (answer.status === 400 && !isAgain && (await renew())) {
    body.set("csrf_token", form.elements.csrf_token.value);
    return ask(address, body, true);
  }
  return { ok: false, said: answer.status === 401 ? form.dataset.signedOut : form.dataset.away };
}

async function renew() {
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("input[name=csrf_token]")?.value;
  if (!token) return false;
  for (const each of document.querySelectorAll("input[name=csrf_token]")) each.value = token;
  return true;
}

async function keep() {
  clearTimeout(keeping);
  const now = typed();
  if (now === saved) return;
  const answer = await ask(form.dataset.draft, data())
    .catch(() => ({ ok: false, said: form.dataset.away }));
  kept.textContent = answer.said;
  if (answer.ok) saved = now;
  if (!answer.ok || typed() !== now) keeping = setTimeout(keep, answer.ok ? KEEP_MS : AGAIN_MS);
}

async function beHere() {
  const answer = await ask(form.dataset.here, data()).catch(() => null);
  if (answer?.ok && company.textContent !== answer.said) company.textContent = answer.said;
  else if (answer && !answer.ok) kept.textContent = answer.said;
  setTimeout(beHere, HERE_MS);
}

function follow() {
  const hear = ({ target }) => {
    if (!fields.includes(target.name)) return;
    count();
    clearTimeout(showing);
    clearTimeout(saying);
    clearTimeout(keeping);
    showing = setTimeout(show, SHOW_MS);
    saying = setTimeout(say, SAY_MS, target);
    keeping = setTimeout(keep, KEEP_MS);
  };
  form.addEventListener("input", hear);
  document.addEventListener("composer:moved", show);
  document.querySelector("#preview").parentElement.addEventListener("click", look);
  form.addEventListener("submit", ({ submitter }) => {
    if (submitter?.formTarget) return;
    clearTimeout(keeping);
    saved = typed(); // the save itself carries it, and keeps it when it is refused
  });
  addEventListener("pagehide", () => {
    if (typed() !== saved) navigator.sendBeacon(form.dataset.draft, data());
  });
  count();
  if ("typed" in form.dataset) show();
  setTimeout(beHere, HERE_MS);
}

if (form) follow();
