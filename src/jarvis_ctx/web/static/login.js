// The token, or the secret of a link (behind the # of the address, so that no server log has it), for a session.
const said = document.getElementById("said");

async function enter(asked) {
  history.replaceState(null, "", "/login");
  let answer;
  try {
    answer = await fetch("/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(asked),
    });
  } catch {
    said.textContent = "The server does not answer.";
    return;
  }
  if (answer.ok) location.replace("/");
  else if (answer.status === 429) said.textContent = `Too many attempts; again in ${answer.headers.get("Retry-After")} s.`;
  else said.textContent = asked.link ? "This link is spent or too old. Ask for a new one, or give the token." : "This token opens nothing here.";
}

document.getElementById("login").addEventListener("submit", (event) => {
  event.preventDefault();
  enter({ token: document.getElementById("token").value });
});

function follow() {
  const link = new URLSearchParams(location.hash.slice(1)).get("link");
  if (link) enter({ link });
}
addEventListener("hashchange", follow); // A link that is put into the address of this very page loads nothing.
follow();
