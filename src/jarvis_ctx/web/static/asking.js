// What changes something is asked about first, and sent with the page's own word, which no other site knows.
const ask = document.getElementById("ask"), field = document.getElementById("ask-value");
const part = (name) => document.getElementById(`ask-${name}`);
const csrf = document.querySelector("meta[name=csrf]").content;
let todo = null;

async function send(path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
      body: JSON.stringify(body),
    });
  } catch {
    return "The server does not answer.";
  }
  if (answer.ok) return "";
  const problem = await answer.json().catch(() => ({}));
  return problem.detail || `The server answers ${answer.status}.`;
}

function open({ title, text, yes, label, act }) {
  part("title").textContent = title;
  part("text").textContent = text;
  part("yes").textContent = yes;
  part("said").textContent = "";
  part("field").hidden = !label;
  part("label").textContent = label || "";
  field.value = "";
  todo = act;
  ask.showModal();
  (label ? field : part("no")).focus();
}

async function act() {
  part("yes").setAttribute("aria-busy", "true");
  part("yes").disabled = true;
  const failed = await todo(field.value.trim());
  part("yes").removeAttribute("aria-busy");
  part("yes").disabled = false;
  part("said").textContent = failed;
  if (failed) return;
  ask.close();
  document.dispatchEvent(new Event("look"));
}

const restore = (button) => ({
  title: `Go back to ${button.dataset.label}?`,
  text: "Its state becomes the present one, in a new branch. Nothing is deleted: a point is made that leads back here.",
  yes: "Go back",
  act: () => send("/api/jarvis/context/restore", { point: button.dataset.restore }),
});

const point = () => ({
  title: "Mark a recovery point",
  text: "The state as it is now is kept under this name, and never thinned away.",
  yes: "Mark it",
  label: "Name",
  act: (name) => (name ? send("/api/jarvis/context/checkpoint", { label: name }) : "It needs a name."),
});

export function begin() {
  document.addEventListener("click", (event) => {
    const back = event.target.closest("[data-restore]");
    if (back) open(restore(back));
    else if (event.target.closest("[data-mark]")) open(point());
  });
  part("yes").addEventListener("click", act);
  part("no").addEventListener("click", () => ask.close());
  field.addEventListener("keydown", (event) => event.key === "Enter" && act());
  document.getElementById("logout").addEventListener("click", async () => {
    await send("/logout", {});
    location.assign("/login");
  });
}
