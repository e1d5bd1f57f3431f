// What is shown follows what happens: the stream says when to look again; without it the page looks every two seconds.
import { refresh } from "./going.js";

const STREAM = "/api/jarvis/context/stream";
const BETWEEN = 400, IDLE = 5000, POLL = 2000;
const strip = document.getElementById("strip"), link = document.getElementById("link"), notice = document.getElementById("notice");
let due = 0, last = 0, alarm, streaming = false, failed = 0, looking = false, anew = false, since = null;

function tell(state, text) {
  if (link.textContent === text) return;
  link.className = `link ${state}`;
  document.body.classList.toggle("lost", state === "lost");
  link.textContent = text;
}

function reached(status) {
  if (status === 401) location.assign("/login");
  const well = status > 0 && status < 400;
  failed = well ? 0 : failed + 1;
  if (well) {
    since = new Date();
    notice.hidden = true;
    tell("live", streaming ? "live" : "every 2 s");
  } else if (failed > 1) {
    tell("lost", "not reached");
    const shown = since ? ` What you see is as of ${since.toLocaleTimeString()}.` : "";
    const what = status === 0 ? "The server does not answer." : `The server answers ${status}.`;
    notice.textContent = `${what}${shown} Trying again.`;
    notice.hidden = false;
  }
}

async function look() {
  if (looking) return;
  looking = true;
  last = Date.now();
  due = last + (failed ? Math.min(1000 * failed, 5000) : streaming ? IDLE : POLL);
  try {
    const exact = anew, before = failed;
    anew = false;
    if (!before) await refresh(exact);
    if (failed === before) await htmx.ajax("GET", "/view/strip", { source: strip, target: strip, swap: "innerMorph" });
    if (before && !failed) await refresh(exact);
  } finally {
    looking = false;
    wake();
  }
}

// The first run in a store may have a name of its own.
function call() {
  const name = strip.querySelector("data").value, brand = document.querySelector(".brand strong");
  if (brand.textContent === name) return;
  brand.textContent = name;
  document.title = document.title.replace(/:.*/, `: ${name}`);
}

// At the time that is due: timers of a page that nobody sees are late, and it need not look.
function wake() {
  clearTimeout(alarm);
  if (!document.hidden && !looking) alarm = setTimeout(look, Math.max(0, due - Date.now()));
}

function listen() {
  const stream = new EventSource(STREAM);
  const soon = () => {
    due = Math.min(due, last + BETWEEN);
    wake();
  };
  stream.onopen = () => {
    streaming = true;
    soon();
  };
  stream.onmessage = soon;
  stream.onerror = () => {
    streaming = false;
    soon();
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  };
}

export function begin() {
  document.addEventListener("htmx:after:request", (event) => reached(event.detail.ctx.response.status));
  document.addEventListener("htmx:error", () => reached(0));
  document.addEventListener("htmx:after:swap", (event) => event.detail.ctx.target === strip && call());
  document.addEventListener("look", () => {
    anew = true;
    due = 0;
    wake();
  });
  document.addEventListener("visibilitychange", wake);
  wake();
  listen();
}
