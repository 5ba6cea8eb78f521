// Keeps what is being typed: a while after the last key, and before the page is left.

const form = document.querySelector("form[data-draft]");
const status = document.querySelector("#draft-status");
let waiting = 0;
let changed = false;

form?.addEventListener("input", () => {
  changed = true;
  clearTimeout(waiting);
  waiting = setTimeout(keep, 1200);
});
form?.addEventListener("submit", () => {
  changed = false;
  clearTimeout(waiting);
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") keep();
});
// A file goes by a form of its own: what was typed is kept first.
for (const other of document.querySelectorAll("#files form")) {
  other.addEventListener("submit", async (event) => {
    if (!changed) return;
    event.preventDefault();
    await keep();
    other.submit();
  });
}

// What is too large is told before it is sent over somebody's telephone.
document.querySelector("input[data-largest]")?.addEventListener("change", ({ target }) => {
  const file = target.files[0];
  target.setCustomValidity(file?.size > Number(target.dataset.largest) ? target.dataset.tooLarge.replace("{name}", file.name) : "");
  target.reportValidity();
});

async function keep() {
  if (!changed) return;
  changed = false;
  try {
    const answer = await fetch(form.dataset.draft, {
      method: "POST", body: new FormData(form), headers: { "X-Draft": "1" }, keepalive: true, redirect: "error",
    });
    if (!answer.ok) throw new Error(answer.status);
    status.textContent = status.dataset.kept;
  } catch {
    changed = true;
    status.textContent = status.dataset.lost;
  }
}
