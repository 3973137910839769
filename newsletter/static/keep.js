// Asks before what was typed and not saved is left behind: by a link, another form, a closed tab.
const forms = () => [...document.querySelectorAll("[data-keep]")];
// Not the revision, which a move of an article sets in every form.
const typed = (form) => JSON.stringify(
  [...new FormData(form)].filter(([name]) => name !== "revision"));
const kept = new WeakMap();
let saving = null;

// A page that shows a refusal holds unsaved text from the start.
function remember() {
  for (const form of forms()) {
    const isUnsaved = "typed" in form.dataset || form.querySelector("[aria-invalid]");
    if (!kept.has(form)) kept.set(form, isUnsaved ? null : typed(form));
  }
}

remember();
// A list that the server gave anew is as it is kept.
document.addEventListener("composer:moved", remember);
// A button with a target of its own shows what was typed, and keeps nothing.
document.addEventListener("submit", ({ defaultPrevented, target, submitter }) => {
  if (!defaultPrevented) saving = submitter?.formTarget ? null : target;
});
addEventListener("pageshow", () => { saving = null; });
addEventListener("beforeunload", (event) => {
  if (forms().some((form) => form !== saving && typed(form) !== kept.get(form))) {
    event.preventDefault();
  }
});
