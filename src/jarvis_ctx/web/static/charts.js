// Memory, processor, threads and files over time.
const view = document.getElementById("view");
// Milliseconds without a sample after which nobody ran; one is taken every ten seconds.
const SILENCE = 30_000;
const NOTHING = { rss: null, cpu: null, threads: null, files: null };
let drawn = [];

const CHARTS = [
  ["Memory", "MB", [["memory", "--busy", (one) => one.rss && one.rss / 1e6]]],
  ["Processor", "% of one", [["processor", "--warn", (one) => one.cpu]]],
  ["Threads and files", "", [["threads", "--good", (one) => one.threads], ["files", "--bad", (one) => one.files]]],
];

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

const two = (number) => String(number).padStart(2, "0");
function clock(seconds) {
  const at = new Date(seconds * 1000);
  return [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
}

function options(title, unit, lines, width) {
  const axis = { stroke: colour("--faint"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
  const series = lines.map(([label, line]) => ({
    label: unit ? `${label} (${unit})` : label,
    stroke: colour(line),
    width: 2,
    points: { show: false, size: 4, filter: (chart, at) => alone(chart.data[at]) },
    value: (_, value) => (value == null ? "—" : value.toFixed(value < 10 ? 1 : 0)),
  }));
  return { width, height: 170, series: [{ label: "time", value: (_, at) => (at == null ? "—" : clock(at)) }, ...series], axes: [{ ...axis, space: 80, values: (_, at) => at.map(clock) }, { ...axis, size: 56 }], scales: { y: { range: (_, low, high) => [0, Math.max(1, high * 1.1)] } }, cursor: { sync: { key: "resources" } } };
}

// Between two processes, and where nothing was measured, stands an empty sample: a line ends there, and does not go on.
export function broken(samples) {
  const found = [];
  for (const one of samples) {
    const before = found.at(-1), at = Date.parse(one.time);
    if (before && (before.pid !== one.pid || at - before.at > SILENCE)) found.push({ ...NOTHING, at: (before.at + at) / 2 });
    found.push({ ...one, at });
  }
  return found;
}

// Where a line has one end only, and would not be seen.
const alone = (values) => values.flatMap((value, at) => (value == null || values[at - 1] != null || values[at + 1] != null ? [] : [at]));

async function draw() {
  const place = view.querySelector("[data-charts]");
  if (!place) return clear();
  let found;
  try {
    const answer = await fetch(place.dataset.charts);
    if (!answer.ok) return;
    found = broken((await answer.json()).samples);
  } catch {
    return;
  }
  if (!place.isConnected) return;
  const times = found.map((one) => one.at / 1000);
  const data = CHARTS.map(([, , lines]) => [times, ...lines.map(([, , of]) => found.map(of))]);
  if (drawn.length && place.contains(drawn[0].root)) return drawn.forEach((chart, at) => chart.setData(data[at]));
  clear();
  place.replaceChildren();
  drawn = CHARTS.map(([title, unit, lines], at) => {
    const box = document.createElement("section"), head = document.createElement("h3");
    box.className = "chart";
    head.textContent = title;
    box.append(head);
    place.append(box);
    return new uPlot(options(title, unit, lines, box.clientWidth - 26), data[at], box);
  });
}

function clear() {
  for (const chart of drawn) chart.destroy();
  drawn = [];
}

export function begin() {
  draw();
  document.addEventListener("htmx:after:swap", (event) => event.detail.ctx.target === view && draw());
  addEventListener("resize", () => drawn.forEach((chart) => chart.setSize({ width: chart.root.parentElement.clientWidth - 26, height: 170 })));
  document.addEventListener("theme", () => {
    clear();
    draw();
  });
}
