// The console's script. Pages work by buttons and links; everything here makes them faster. No framework, no eval,
// no inline code.

import { all, one } from "./dom.js";
import "./session.js";
import "./keys.js";
import "./notes.js";
import "./desk.js";
import { brightness, overlayIsOn, setBrightness, setOverlay } from "./evidence.js";
import "./viewer.js";
import "./plate.js";

const CLICKS = {
  "[data-dialog]": (control) => openDialog(control.dataset.dialog),
  "[data-close]": (control) => control.closest("dialog").close(),
  "[data-toggle-overlay]": () => setOverlay(!overlayIsOn()),
  "[data-dim]": () => setBrightness(brightness() - 20),
  "[data-brighten]": () => setBrightness(brightness() + 20),
  "[data-theme-switch]": () => switchTheme(),
  "[data-print]": () => print(),
  "[data-clears]": (control) => clearPlace(document.getElementById(control.dataset.clears)),
};

document.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(CLICKS)) {
    const control = event.target.closest(selector);
    if (control) act(control);
  }
});

// The first thing in a dialog is its heading: no key chooses anything that nobody looked at.
export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  dialog.showModal();
  const first = one("[autofocus]", dialog) ?? one("h2", dialog);
  first?.focus();
  first?.select?.();
}

document.addEventListener("console:open", (event) => openDialog(event.detail));

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme === "dark" || (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=strict`;
}

// A file that is too large is told when it is chosen: sent, it would be refused, and has to be chosen again.
document.addEventListener("change", ({ target }) => {
  const largest = Number(target.dataset.largest);
  if (!largest) return;
  const file = [...target.files].find((one) => one.size > largest);
  target.setCustomValidity(file ? target.dataset.tooLarge.replace("{name}", file.name) : "");
  target.reportValidity();
});

// A form that was opened in a page goes away again by its button or Escape.
function clearPlace(place) {
  place?.replaceChildren();
  document.getElementById("main").focus();
}

document.addEventListener("keydown", (event) => event.key === "Escape" && all("[data-clears]").forEach((button) => button.click()));

// On a telephone the bar of pages is moved so far that the present one is seen.
const present = one(".topbar nav [aria-current]");
if (present) present.parentElement.scrollLeft = present.offsetLeft - present.parentElement.offsetLeft;

// A menu closes when something else is clicked or Escape is pressed.
document.addEventListener("click", (event) => all("details.person[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false)));
document.addEventListener("keydown", (event) => event.key === "Escape" && all("details.person[open]").forEach((menu) => ((menu.open = false), one("summary", menu).focus())));

// A list's filter sends itself when a choice is made; the button stays for those without a script.
document.addEventListener("change", (event) => event.target.closest("form[data-sends-itself]")?.requestSubmit());

