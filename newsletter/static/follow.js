// Keeps what moves of a page up to date, one box of it or several; without it, "Ververs" does the
// same.
const EVERY_MS = 3000;
const box = document.querySelector("[data-follow]");

function show(words) {
  const parts = document.querySelectorAll("[data-part]");
  if (!parts.length) box.innerHTML = words;
  const came = new DOMParser().parseFromString(words, "text/html");
  for (const part of parts) {
    part.replaceChildren(...came.querySelector(`[data-part="${part.dataset.part}"]`).childNodes);
  }
}

async function look() {
  const answer = await fetch(box.dataset.follow, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return; // signed out, or the server is away: stop quietly
  show(await answer.text());
  if (answer.headers.get("X-Moves") === "yes") {
    setTimeout(look, EVERY_MS);
  } else {
    location.reload(); // it has ended: the whole page tells more now
  }
}

if (box) setTimeout(look, EVERY_MS);
