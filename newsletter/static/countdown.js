// Keeps "over 2 uur en 5 minuten" true, by the minute: nothing ticks. Spoken only at a few moments.
const EVERY_MS = 5000;
const SPOKEN = [60, 10, 1]; // minutes before

function span(minutes, words) {
  if (minutes < 1) return words.soon;
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const parts = days ? [["day", days], ["hour", hours]] : [["hour", hours], ["minute", minutes % 60]];
  return parts
    .filter(([, count]) => count)
    .map(([unit, count]) => `${count} ${words[unit].split("|")[count === 1 ? 0 : 1]}`)
    .join(` ${words.and} `);
}

function follow(place) {
  const until = Date.parse(place.dataset.countdown);
  const voice = place.nextElementSibling;
  let before = Infinity;
  function tell() {
    const left = until - Date.now();
    const minutes = Math.floor(left / 60000);
    const words = left <= 0 ? place.dataset.now : `${place.dataset.in} ${span(minutes, place.dataset)}`;
    if (place.textContent !== words) place.textContent = words;
    if (SPOKEN.some((at) => minutes < at && before >= at && before !== Infinity)) voice.textContent = words;
    before = minutes;
    if (left > 0) setTimeout(tell, EVERY_MS);
  }
  tell();
}

for (const place of document.querySelectorAll("[data-countdown]")) follow(place);
