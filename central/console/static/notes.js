// A note that is half written outlives the session: it is kept in this tab, for the same person and the same case,
// until it is sent, the case is decided or the person signs out. Another person in the tab never sees it.

import { all, one } from "./dom.js";

const PREFIX = "note ";
const FIELDS = "#pane form[hx-post] :is(input, textarea)[name=note]";
const account = document.body.dataset.account;

const ofCase = (caseId) => `${PREFIX}${account} ${caseId} `;
const caseOf = (element) => element.closest("[data-case]")?.dataset.case ?? one("#pane [data-case]")?.dataset.case;

// One for each form, and for each reason that has a form of its own.
function keyOf(field) {
  const path = field.form.getAttribute("hx-post").split("?")[0];
  return ofCase(caseOf(field)) + [path, one("input[type=hidden][name=reason]", field.form)?.value ?? ""].join(" ");
}

function forget(isGone) {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX) && isGone(key)) sessionStorage.removeItem(key);
}

function bringBack() {
  for (const field of all(FIELDS)) field.value ||= sessionStorage.getItem(keyOf(field)) ?? "";
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches(FIELDS)) return;
  if (target.value) sessionStorage.setItem(keyOf(target), target.value);
  else sessionStorage.removeItem(keyOf(target));
});

// Before the answer takes the place of the form that was sent.
document.addEventListener("htmx:beforeSwap", ({ detail: { xhr, requestConfig } }) => {
  const form = requestConfig.elt;
  if (xhr.status < 300 && form.matches("#pane [data-decision]")) forget((key) => key.startsWith(ofCase(caseOf(form))));
});

document.addEventListener("submit", ({ target }) => target.matches("[action='/sign-out']") && forget(() => true));
document.addEventListener("console:pane", bringBack);

if (account) forget((key) => !key.startsWith(`${PREFIX}${account} `));
