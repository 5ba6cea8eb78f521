// Keys: one map for the page (data-key on the controls themselves), which dialogs take over while they are open.

import { all } from "./dom.js";

const takers = []; // who looks at a key before the controls do: the viewer
const refusals = []; // who may say that a control is not to be used now

export const takeKeys = (taker) => takers.push(taker);
export const refuseControls = (refusal) => refusals.push(refusal);

export function isTyping(target) {
  if (target.closest("dialog:not([open])")) return false; // the focus leaves a closed dialog a moment later
  return target.matches("textarea, select, [contenteditable]") || (target.matches("input") && !["range", "checkbox", "radio"].includes(target.type));
}

// The topmost dialog has the keys; without one, the page.
function controlForKey(event) {
  const scope = all("dialog[open]").at(-1) ?? document.body;
  const names = [event.code, event.key, event.code.replace(/^(Digit|Numpad)/, "")];
  return all("[data-key]", scope).find((control) => names.includes(control.dataset.key) && (scope !== document.body || !control.closest("dialog")));
}

// In a text of several lines Enter is a new line: there the form is sent with Ctrl.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.ctrlKey || !event.target.matches("textarea")) return;
  event.preventDefault();
  if (!event.repeat) event.target.form?.requestSubmit(); // a key held too long sends nothing twice
});

// A box is ticked with Space as everywhere, and with Enter, which would send its form instead.
const isBox = (target) => target.matches("input:is([type=checkbox], [type=radio])");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (isBox(event.target) && event.key === " ") return;
  if (isBox(event.target) && event.key === "Enter") return event.preventDefault(), event.repeat || event.target.click();
  if (takers.some((take) => take(event))) return event.preventDefault();
  const control = controlForKey(event);
  if (!control || (event.repeat && !control.hasAttribute("data-repeats"))) return;
  event.preventDefault();
  control.hasAttribute("data-focuses") ? control.focus() : control.click();
});

// One place for keys and clicks alike: a control that is off says why, one that must wait does nothing.
document.addEventListener("click", (event) => {
  const control = event.target.closest("button, [data-key]");
  if (control && refusals.some((refuse) => refuse(control))) event.stopImmediatePropagation(), event.preventDefault();
}, true);
