// The page's parts, begun in their order.
import { begin as times } from "./times.js";
import { begin as going } from "./going.js";
import { begin as live } from "./live.js";
import { begin as charts } from "./charts.js";
import { begin as asking } from "./asking.js";

times();
charts();
going();
asking();
live();

document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  localStorage.setItem("jarvis-theme", root.dataset.theme);
  document.dispatchEvent(new Event("theme"));
});
