// The desk: one decision at a time, never on a case that nobody looked at; leases, prefetch, trouble told.

import { all, announce, one, say } from "./dom.js";
import { brightness, fetchAhead, setUpEvidence } from "./evidence.js";
import { refuseControls } from "./keys.js";
import { attendance } from "./session.js";

const DEAD_MS = 500; // no key decides a case that took another's place less than this ago
const RENEW_LEASE_MS = 30_000;
const POLL_EMPTY_MS = 10_000;
const TAB_ALIVE_MS = 75_000;

const state = { inFlight: false, caseId: null, replaced: false, shownAt: 0, poll: 0 };
const title = document.title;

// ---------------------------------------------------------------- what may be pressed now

refuseControls((control) => {
  const decides = control.matches("[data-decision] [type=submit], [data-dialog]:not([data-dialog=help])");
  if (decides && state.inFlight) return true;
  if (control.matches("[data-why]")) return say(control.dataset.why), true;
  const damaged = control.matches("[data-needs-evidence]") && one(".is-damaged .damaged");
  if (damaged) return say(damaged.textContent), true;
  return control.matches(`${ONE_KEY} [type=submit]`) && isTooFast();
});

// Undoing harms nothing, and what is typed was meant.
const ONE_KEY = "[data-decision]:not([data-safe], [data-typed])";

const lookedFor = () => performance.now() - state.shownAt;
const isTooFast = () => one("[data-just-shown]") !== null;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-decision]")) return;
  if (state.inFlight || (form.matches(ONE_KEY) && isTooFast())) return event.stopImmediatePropagation(), event.preventDefault();
  all("[data-brightness]", form).forEach((input) => (input.value = brightness()));
  all("[data-looked]", form).forEach((input) => ((input.value = Math.round(lookedFor())), (input.disabled = !state.replaced || form.matches("[data-typed]"))));
}, true);

// What a key unfolds is ready to be typed in.
document.addEventListener("click", (event) => {
  const fold = event.target.closest("summary[data-key]")?.parentElement;
  if (fold && !fold.open) setTimeout(() => (one("select, input", fold)?.focus(), fold.scrollIntoView({ block: "nearest" })));
});

// ---------------------------------------------------------------- requests and their trouble

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.closest("#pane") || event.target.id === "pane") setInFlight(true);
});
document.addEventListener("htmx:afterRequest", (event) => {
  setInFlight(false);
  const { status } = event.detail.xhr; // 0: no answer
  if (status > 0 && status < 500) showTrouble(null);
  else pollLater(); // who waits for a case keeps waiting
});
document.addEventListener("htmx:sendError", () => showTrouble("lost"));
document.addEventListener("htmx:responseError", ({ detail: { xhr } }) =>
  xhr.status === 503 ? showTrouble("away") : showTrouble("failed", xhr.getResponseHeader("X-Request-ID")));

// What went wrong between here and the centre, over everything else on the screen, until the centre answers.
function showTrouble(kind, request) {
  const strip = one("#trouble");
  if (!kind) return strip.hidePopover();
  strip.textContent = strip.dataset[kind] + (request ? ` (${request})` : "");
  strip.showPopover();
}

function setInFlight(value) {
  state.inFlight = value;
  one("#pane")?.setAttribute("aria-busy", String(value));
}

// ---------------------------------------------------------------- a new case on the screen

// With no delay between swap and settling (base.html) no key reaches a form before htmx has taken it over.
document.addEventListener("htmx:afterSettle", (event) => event.target.id === "pane" && paneChanged());

function paneChanged() {
  const pane = one("[data-announce]");
  const shown = pane?.dataset.case ?? null;
  const isNew = shown !== state.caseId;
  if (isNew) {
    forgetTab(state.caseId);
    state.shownAt = performance.now();
    state.replaced = state.caseId !== null && !pane?.hasAttribute("data-seen-before");
    pane?.toggleAttribute("data-just-shown", shown !== null);
  }
  state.caseId = shown;
  document.dispatchEvent(new Event("console:pane"));
  announce(pane?.dataset.announce);
  const waiting = Number(pane?.dataset.waiting ?? 0);
  document.title = waiting ? `(${waiting}) ${title}` : title;
  setUpEvidence();
  one(".accident-reason")?.closest(".law").scrollIntoView({ block: "end" }); // refused without a reason: here it goes
  if (isNew && shown) seen(pane);
  countDown();
  prefetch(pane?.dataset.upcoming);
  rememberTab();
  const reopen = one("[data-reopen]")?.dataset.reopen;
  if (reopen) document.dispatchEvent(new CustomEvent("console:open", { detail: reopen }));
  pollLater();
}

// No key decides on pictures that are not there yet: the time of looking begins with them.
async function seen(pane) {
  await Promise.all(all("[data-still] img", pane).map(settled));
  if (!document.contains(pane)) return;
  state.shownAt = performance.now();
  setTimeout(() => pane.removeAttribute("data-just-shown"), state.replaced ? DEAD_MS : 0);
}

const settled = (picture) =>
  picture.complete || new Promise((done) => ["load", "error"].forEach((event) => picture.addEventListener(event, done, { once: true })));

function pollLater() {
  clearTimeout(state.poll);
  const again = one("[data-poll]");
  if (again) state.poll = setTimeout(() => document.contains(again) && !state.inFlight && again.click(), POLL_EMPTY_MS);
}

// By the time that passes here, whatever date this machine believes it is.
function countDown() {
  const undo = one("[data-undo-left]");
  const until = performance.now() + Number(undo?.dataset.undoLeft) * 1000;
  const tick = () => {
    if (!document.contains(undo)) return;
    const left = Math.ceil((until - performance.now()) / 1000);
    if (left <= 0) return void (undo.disabled = true);
    one("[data-countdown]", undo).textContent = `${left} s`;
    setTimeout(tick, 500);
  };
  if (undo) tick();
}

async function prefetch(address) {
  if (!address) return;
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok && !answer.redirected) fetchAhead((await answer.json()).pictures); // only a saving of time
}

// ---------------------------------------------------------------- lease, and whether somebody is there

const person = attendance();

document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.matches("[data-poll]")) Object.assign(event.detail.headers, person.headers());
});

setInterval(async () => {
  const address = one("[data-lease]")?.dataset.lease;
  if (!address || state.inFlight || document.hidden) return;
  rememberTab();
  const answer = await fetch(address, { method: "POST", headers: person.headers() }).catch(() => null);
  showTrouble(answer ? null : "lost");
  if (answer?.redirected) location.reload(); // the session has ended: nothing of the case stays on the screen
}, RENEW_LEASE_MS);

// A case stays with its person while any of their tabs shows it.
const tab = crypto.randomUUID?.() ?? String(Math.random());
const tabsOf = (caseId) => JSON.parse(localStorage.getItem(`case ${caseId}`) ?? "{}");

function rememberTab() {
  if (!state.caseId) return;
  localStorage.setItem(`case ${state.caseId}`, JSON.stringify({ ...tabsOf(state.caseId), [tab]: Date.now() }));
}

// Whether another tab still shows the case.
function forgetTab(caseId) {
  if (!caseId) return false;
  const others = Object.entries(tabsOf(caseId)).filter(([name, seen]) => name !== tab && Date.now() - seen < TAB_ALIVE_MS);
  if (others.length) localStorage.setItem(`case ${caseId}`, JSON.stringify(Object.fromEntries(others)));
  else localStorage.removeItem(`case ${caseId}`);
  return others.length > 0;
}

addEventListener("pagehide", () => {
  const address = one("[data-release]")?.dataset.release;
  if (address && !forgetTab(state.caseId)) navigator.sendBeacon(address);
});

paneChanged();
