// Moves an article of an edition by dragging its number, by Alt and an arrow, and by the page's own
// buttons without leaving the page. The server decides and gives the list back. Without it the
// buttons and the numbers do the same.
const box = document.querySelector("#ordering");
const said = document.querySelector("#moved");
const refused = document.querySelector("#not-moved");
const KEYS = { ArrowUp: -1, ArrowDown: 1 };
let isBusy = false;

const rows = () => [...box.querySelectorAll("li[data-article]")];
const rowOf = (article) => box.querySelector(`li[data-article="${article}"]`);

// `values` say what is done; `held` is what the focus comes back to.
async function move(values, article, held) {
  if (isBusy) return;
  isBusy = true;
  const form = box.querySelector("form");
  const data = new FormData(form);
  for (const [name, value] of Object.entries(values)) data.set(name, value);
  try {
    const answer = await fetch(form.action, {
      method: "POST", body: data, headers: { "X-Composer": "1", Accept: "text/html" },
    });
    const words = await answer.text();
    const revision = answer.headers.get("X-Revision");
    if (revision === null) {
      refuse(answer.status === 409 ? words : box.dataset.not);
      return;
    }
    refused.hidden = true;
    box.innerHTML = words;
    for (const each of document.querySelectorAll("input[name=revision]")) each.value = revision;
    dress();
    if (answer.headers.has("X-Fell")) {
      said.textContent = box.dataset.fell;
      document.dispatchEvent(new Event("composer:moved"));
      location.assign(location.pathname + location.search);
      return;
    }
    const row = rowOf(article);
    (row.querySelector(held) ?? row.querySelector(".place")).focus();
    said.textContent = box.dataset.said.replace("{title}", row.dataset.title)
      .replace("{place}", rows().indexOf(row) + 1).replace("{all}", rows().length);
    document.dispatchEvent(new Event("composer:moved"));
  } catch {
    refuse(box.dataset.not);
  } finally {
    isBusy = false;
  }
}

// Above the list, where who pressed is looking.
function refuse(words) {
  said.textContent = "";
  refused.querySelector("p").textContent = words;
  refused.hidden = false;
  refused.scrollIntoView({ block: "nearest" });
}

function press(event) {
  const row = event.target.closest("li[data-article]");
  if (!row || !event.altKey || !(event.key in KEYS)) return;
  event.preventDefault();
  const here = rows().indexOf(row), there = here + KEYS[event.key];
  if (there < 0 || there >= rows().length) return;
  const { article } = row.dataset;
  const held = event.target.id ? `#${event.target.id}` : ".place";
  move({ act: `to:${article}`, place: there + 1 }, article, held);
}

function submit(event) {
  const [verb, article] = (event.submitter?.value ?? "").split(":");
  if (!["up", "down", "lead"].includes(verb)) return;
  event.preventDefault();
  move({ act: `${verb}:${article}` }, article, `[value="${verb}:${article}"]`);
}

function take(event) {
  const grip = event.target.closest(".place");
  if (!grip || event.button !== 0 || !event.isPrimary) return;
  event.preventDefault();
  const row = grip.closest("li");
  const { article } = row.dataset;
  const listening = new AbortController();
  const heard = { signal: listening.signal };
  let there = rows().indexOf(row);
  const end = () => {
    listening.abort();
    row.classList.remove("dragged");
    for (const each of rows()) each.classList.remove("before", "behind");
  };
  grip.setPointerCapture(event.pointerId);
  row.classList.add("dragged");
  grip.addEventListener("pointermove", ({ clientY }) => {
    const all = rows(), here = all.indexOf(row);
    const middle = (each) => { const r = each.getBoundingClientRect(); return (r.top + r.bottom) / 2; };
    there = all.filter((each) => each !== row && middle(each) < clientY).length;
    for (const each of all) each.classList.remove("before", "behind");
    if (there !== here) all[there].classList.add(there < here ? "before" : "behind");
  }, heard);
  grip.addEventListener("pointerup", () => {
    const here = rows().indexOf(row);
    end();
    if (there !== here) move({ act: `to:${article}`, place: there + 1 }, article, ".place");
  }, heard);
  const letGo = () => { end(); said.textContent = box.dataset.not; };
  grip.addEventListener("pointercancel", letGo, heard);
  document.addEventListener("keydown", ({ key }) => { if (key === "Escape") letGo(); }, heard);
}

// What only the script can do is offered by the script.
function dress() {
  for (const row of rows()) {
    const grip = row.querySelector(".place");
    grip.classList.add("grip");
    grip.removeAttribute("aria-hidden");
    grip.setAttribute("tabindex", "0");
    grip.setAttribute("role", "button");
    grip.setAttribute("aria-label", `${grip.textContent}: ${row.dataset.title}`);
    grip.setAttribute("aria-describedby", "order-keys");
  }
  box.querySelector("#order-keys")?.removeAttribute("hidden");
}

if (box) {
  dress();
  box.addEventListener("keydown", press);
  box.addEventListener("submit", submit);
  box.addEventListener("pointerdown", take);
}
