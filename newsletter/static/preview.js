// Shows an article while it is typed: presses, after a pause, the button that its writer would; and
// counts the words of the summary. Without it the buttons do the same.
const PAUSE_MS = 800;
const form = document.querySelector("[data-preview]");

function follow() {
  let button = [...form.elements].find((each) => each.formTarget);
  let waiting;
  form.addEventListener("submit", ({ submitter }) => {
    if (submitter?.formTarget) button = submitter;
  });
  const counts = [...form.querySelectorAll("[data-words-of]")];
  const count = () => counts.forEach((place) => {
    const field = document.getElementById(place.dataset.wordsOf);
    place.textContent = field.value.split(/\s+/).filter(Boolean).length;
  });
  form.addEventListener("input", () => {
    count();
    clearTimeout(waiting);
    waiting = setTimeout(show, PAUSE_MS);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
  // What a frame shows first makes no step in the browser's history; what follows would.
  const show = () => {
    const frame = document.querySelector(`iframe[name="${button.formTarget}"]`);
    frame.replaceWith(frame.cloneNode());
    form.requestSubmit(button);
  };
  count();
  show();
}

if (form) follow();
