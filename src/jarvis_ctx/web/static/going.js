// From view to view without leaving the page; the address always says what is shown.
import { tell } from "./times.js";

const view = document.getElementById("view"), nav = document.querySelector(".views");
// Answers to an address that shows nothing: the page of that says so, and where to go.
const NOTHING = new Set([400, 404, 422]);
// When what was typed last is asked for.
let later;

const alone = () => "/view" + location.pathname + location.search;

// A view is only swapped in when nobody has gone elsewhere while it was fetched.
function show(source, swap, headers = {}) {
  view.classList.add("waiting");
  return htmx.ajax("GET", alone(), { source, target: view, swap, headers });
}

// Stands behind what is being fetched.
export function refresh(anew) {
  if (busy()) return Promise.resolve();
  return show(view, "innerMorph", anew ? { "Cache-Control": "no-cache" } : {});
}

// Takes the place of what is being fetched: so the navigation's hx-sync says of all that it asks for.
const turn = (swap) => show(nav, swap);

// Whoever types or chooses is not disturbed.
function busy() {
  return document.getElementById("ask").open || view.matches(":has(select:focus, input:focus, details[open])");
}

// Not by scrollIntoView: from then on the first Tab would begin at the link.
function reveal(link) {
  const bar = link.closest(".views"), edge = bar.getBoundingClientRect(), at = link.getBoundingClientRect();
  bar.scrollLeft += Math.max(at.right - edge.right, 0) + Math.min(at.left - edge.left, 0);
}

function mark() {
  for (const link of document.querySelectorAll(".views a")) {
    const to = link.getAttribute("href");
    const here = to === "/" ? location.pathname === "/" : location.pathname.startsWith(to);
    if (here) {
      link.setAttribute("aria-current", "page");
      reveal(link);
      document.title = document.title.replace(/^[^:]*/, link.textContent);
    } else link.removeAttribute("aria-current");
  }
}

// What is still seen is not what the address says, until that is there.
function leave() {
  clearTimeout(later);
  mark();
  view.classList.add("leaving");
  return turn("innerHTML");
}

async function go(to, focus) {
  history.pushState(null, "", to);
  await leave();
  // Unless they have gone on already, and are elsewhere soon.
  if (focus && !view.classList.contains("leaving")) {
    // Whoever was quick is in it already.
    if (!view.contains(document.activeElement)) view.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}

function asked(form) {
  const given = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) given.append(name, value);
  const query = given.toString();
  return form.getAttribute("action") + (query ? `?${query}` : "");
}

export function begin() {
  mark();
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-go]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go(link.getAttribute("href"), !link.closest(".views"));
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-filter]")) return;
    event.preventDefault();
    go(asked(event.target), false).then(() => tell());
  });
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-filter]");
    if (!form || form.querySelector("button")) return;
    clearTimeout(later);
    later = setTimeout(() => {
      history.replaceState(null, "", asked(form));
      turn("innerMorph");
    }, 200);
  });
  addEventListener("popstate", leave);
  document.addEventListener("htmx:before:swap", (event) => {
    const { ctx } = event.detail;
    if (ctx.target === view && ctx.request.action !== alone()) event.preventDefault();
  });
  document.addEventListener("htmx:after:swap", (event) => event.detail.ctx.target === view && view.classList.remove("leaving"));
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.target === view && ctx.request.action === alone() && NOTHING.has(ctx.response.status)) location.reload();
  });
  // Not when `refresh` is done: what stands behind another request is asked for later, and what took its place now.
  document.addEventListener("htmx:finally:request", (event) => {
    const { ctx } = event.detail, replaced = ctx.request.signal.reason?.name === "AbortError";
    if (ctx.target === view && ctx.request.action === alone() && !replaced) view.classList.remove("waiting");
  });
}
