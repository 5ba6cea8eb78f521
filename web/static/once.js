// A form is sent once: a second tap, or a key held too long, does nothing while its answer is awaited.

const AGAIN_AFTER_MS = 10_000; // an answer that is a file leaves the page, and the form, where they are
let sent = new WeakSet();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (sent.has(form)) return event.preventDefault();
  sent.add(form);
  setTimeout(() => sent.delete(form), AGAIN_AFTER_MS);
});

addEventListener("pageshow", () => (sent = new WeakSet())); // somebody came back to the page
