// Takes what is pasted from a word processor as Markdown, which the server makes of it. Without it
// the server does so when the form is saved.
const field = document.querySelector("[data-takes-html]");

function takeHtml(event) {
  const html = event.clipboardData.getData("text/html");
  if (!/<(b|strong|i|em|h[1-6]|li|a)[\s>]/i.test(html)) return;
  event.preventDefault();
  const data = new FormData();
  data.set("csrf_token", field.form.elements.csrf_token.value);
  data.set("html", html.slice(0, 500000));
  const plain = event.clipboardData.getData("text/plain");
  fetch(field.form.dataset.markdown, { method: "POST", body: data, headers: { Accept: "text/plain" } })
    .then((answer) => (answer.ok && !answer.redirected ? answer.text() : plain))
    .catch(() => plain)
    .then((text) => {
      field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
}

field?.addEventListener("paste", takeHtml);
