// Asks before what was typed and not saved is left behind: by a link, another form, a closed tab.
const form = document.querySelector("[data-keep]");

function watch() {
  const typed = () => JSON.stringify([...new FormData(form)]);
  // A page that shows a refusal holds unsaved text from the start.
  const isUnsaved = "typed" in form.dataset || form.querySelector("[aria-invalid]");
  const kept = isUnsaved ? null : typed();
  let saving = false;
  // A button with a target of its own shows what was typed, and keeps nothing.
  form.addEventListener("submit", ({ submitter }) => { saving = !submitter?.formTarget; });
  addEventListener("beforeunload", (event) => {
    if (!saving && typed() !== kept) event.preventDefault();
  });
}

if (form) watch();
