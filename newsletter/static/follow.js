// Keeps the moving part of a mailing's page up to date; without it, "Ververs" does the same.
const EVERY_MS = 3000;
const box = document.querySelector("[data-follow]");

async function look() {
  const answer = await fetch(box.dataset.follow, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return; // signed out, or the server is away: stop quietly
  box.innerHTML = await answer.text();
  if (answer.headers.get("X-Moves") === "yes") {
    setTimeout(look, EVERY_MS);
  } else {
    location.reload(); // it has ended: the whole page tells more now
  }
}

if (box) setTimeout(look, EVERY_MS);
