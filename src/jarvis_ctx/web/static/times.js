// Times as the reader's clock has them, and how long ago that is.
const steps = [[60, 1, "s"], [3600, 60, "min"], [172800, 3600, "h"], [Infinity, 86400, "d"]];

function span(seconds) {
  const [, size, unit] = steps.find(([below]) => seconds < below);
  return `${Math.max(0, Math.floor(seconds / size))} ${unit}`;
}

const ago = (seconds) => (seconds < 1 ? "now" : `${span(seconds)} ago`);

const two = (number) => String(number).padStart(2, "0");

const clock = (date) => `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

const here = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(date)}`;

// On a scale: as exact as the server wrote it, hours and minutes with or without seconds, or the day.
function short(date, as) {
  return as.includes(":") ? clock(date).slice(0, as.length) : date.toLocaleDateString("en-GB", { day: "2-digit", month: "short" });
}

export function tell(root = document) {
  for (const time of root.querySelectorAll("time[datetime]")) {
    const date = new Date(time.dateTime);
    const past = (Date.now() - date) / 1000;
    const text = "for" in time.dataset ? span(past) : "ago" in time.dataset ? ago(past) : here(date);
    if (time.textContent !== text) time.textContent = text;
    if (!time.title) time.title = `${here(date)} (${time.dateTime})`;
  }
  for (const choice of root.querySelectorAll("option[data-at]")) {
    const shown = `${choice.dataset.label}, ${here(new Date(choice.dataset.at))}`;
    if (choice.textContent !== shown) choice.textContent = shown;
  }
  for (const text of root.querySelectorAll("text[data-at]")) {
    const shown = short(new Date(text.dataset.at), text.textContent);
    if (text.textContent !== shown) text.textContent = shown;
  }
}

export function begin() {
  tell();
  setInterval(tell, 1000);
  document.addEventListener("htmx:after:swap", () => tell());
}
