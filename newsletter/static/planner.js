// Moves an edition along the line of the year plan, by dragging and by arrow keys; the form saves.
// Without it, "Wijzig" in the table does the same.
const LEFT = 10, WIDTH = 1080; // of the line, in the drawing's own units (year_line.py)
const DAY_MS = 86400000, PAUSE_MS = 250;
const STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -7, PageUp: 7 };
const drawing = document.querySelector(".planner");
const form = document.querySelector("#move");
const said = document.querySelector("#moving");
const notMoved = document.querySelector("#move-help")?.dataset.back;
const inWords = new Intl.DateTimeFormat(document.documentElement.lang, {
  weekday: "long", day: "numeric", month: "long", timeZone: "UTC",
});
let asked; // the answer that is being waited for

const days = () => Number(drawing.dataset.days);
const newYear = () => Date.UTC(Number(drawing.dataset.year), 0, 1);
const dateOf = (place) => new Date(newYear() + place * DAY_MS);
const isoOf = (place) => dateOf(place).toISOString().slice(0, 10);
const unitsOf = (places) => (places * WIDTH) / days();

class Edition {
  constructor(group) {
    this.group = group;
    this.home = Math.round((Date.parse(group.dataset.day) - newYear()) / DAY_MS);
    this.place = this.home;
    group.setAttribute("role", "slider");
    group.setAttribute("tabindex", "0");
    group.setAttribute("aria-label", group.dataset.name);
    group.setAttribute("aria-describedby", "move-keys");
    group.setAttribute("aria-valuemin", "1");
    group.setAttribute("aria-valuemax", String(days()));
    this.show();
    group.addEventListener("keydown", (event) => this.press(event));
    group.addEventListener("blur", () => this.putBack());
    group.addEventListener("pointerdown", (event) => this.take(event));
  }

  show() {
    this.group.setAttribute("aria-valuenow", String(Math.min(Math.max(this.place + 1, 1), days())));
    this.group.setAttribute("aria-valuetext", inWords.format(dateOf(this.place)));
    this.group.setAttribute("transform", `translate(${unitsOf(this.place - this.home)} 0)`);
    this.group.classList.toggle("moved", this.place !== this.home);
  }

  moveTo(place) {
    this.place = Math.min(Math.max(place, 0), days() - 1);
    this.show();
  }

  putBack() {
    if (this.place === this.home) return;
    clearTimeout(asked);
    this.moveTo(this.home);
    said.textContent = notMoved;
  }

  press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in STEPS) {
      this.moveTo(this.place + STEPS[event.key]);
      this.ask();
    } else if (event.key === "Escape") {
      this.drop?.();
      this.putBack();
    } else if (event.key === "Enter") {
      this.save();
    } else {
      return;
    }
    event.preventDefault();
  }

  // What the server says of that day; keys that follow fast ask once.
  ask() {
    clearTimeout(asked);
    asked = setTimeout(async () => {
      const place = this.place;
      const answer = await fetch(`${this.group.dataset.address}?dag=${isoOf(place)}`);
      if (answer.ok && !answer.redirected && place === this.place) {
        said.textContent = await answer.text();
      }
    }, PAUSE_MS);
  }

  save() {
    if (this.place === this.home) return;
    clearTimeout(asked);
    form.action = this.group.dataset.address;
    form.elements.day.value = isoOf(this.place);
    form.elements.revision.value = this.group.dataset.revision;
    form.submit();
  }

  take(event) {
    if (event.button !== 0 || !event.isPrimary) return;
    this.group.focus();
    const from = this.place - this.under(event);
    const listening = new AbortController();
    const heard = { signal: listening.signal };
    this.drop = () => listening.abort();
    this.group.setPointerCapture(event.pointerId);
    this.group.addEventListener("pointermove", (moved) => {
      this.moveTo(Math.round(from + this.under(moved)));
      said.textContent = inWords.format(dateOf(this.place));
    }, heard);
    this.group.addEventListener("pointerup", () => {
      this.drop();
      this.save();
    }, heard);
    this.group.addEventListener("pointercancel", () => {
      this.drop();
      this.putBack();
    }, heard);
    event.preventDefault();
  }

  // Where on the line the pointer is, in days since New Year.
  under(event) {
    const point = new DOMPoint(event.clientX, event.clientY)
      .matrixTransform(drawing.getScreenCTM().inverse());
    return ((point.x - LEFT) * days()) / WIDTH;
  }
}

function start() {
  drawing.setAttribute("role", "group");
  document.querySelector("#move-help").hidden = false;
  for (const group of drawing.querySelectorAll(".movable")) new Edition(group);
  // After a save the keyboard comes back to the edition that was moved, and the page to its top.
  const key = location.hash.startsWith("#move-") && CSS.escape(location.hash.slice(6));
  if (key) drawing.querySelector(`[data-key="${key}"]`)?.focus({ preventScroll: true });
}

if (drawing?.querySelector(".movable")) start();
