// Whoever is at a page stays signed in, also while they only type. Before the session of somebody who has left ends,
// the page says so; when it has ended, what was typed stays on the page until it can be sent.

import { one } from "./dom.js";

const WARN_S = 120;
const ASK_AGAIN_MS = 60_000;
const TICK_MS = 5_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel"];

// Headers for what a page asks by itself: it must not keep a session alive that nobody uses.
export function attendance() {
  let attended = true;
  for (const sign of SIGNS) addEventListener(sign, () => (attended = true), { passive: true, capture: true }); // before whoever asks
  return {
    isAttended: () => attended,
    keep: () => (attended = true),
    headers() {
      const headers = attended ? {} : { "X-Unattended": "1" };
      attended = false;
      return headers;
    },
  };
}

const strip = one("#leaving");
const person = attendance();
const now = () => performance.now();
const state = { askedAt: now(), endsAt: now() + Number(strip?.dataset.idle) * 1000, canStay: true, ended: false, asking: false };
const isWarned = () => !state.ended && state.canStay && secondsLeft() <= WARN_S;
const secondsLeft = () => Math.max(0, Math.round((state.endsAt - now()) / 1000));

async function ask() {
  if (state.asking) return;
  state.asking = true;
  state.askedAt = now();
  const headers = person.headers();
  const keepSign = () => "X-Unattended" in headers || person.keep(); // what was not taken down is said again
  const answer = await fetch("/session", { headers }).catch(() => null);
  state.asking = false;
  if (!answer || answer.status >= 500) return keepSign(); // a lost centre is told elsewhere
  state.ended = answer.redirected || !answer.ok;
  if (!state.ended) {
    const { seconds, extendable } = await answer.json();
    state.endsAt = now() + seconds * 1000;
    state.canStay = extendable;
  }
  tell();
  if (!isWarned()) return;
  if (person.isAttended()) ask(); // a sign that came while it asked
  else keepSign();
}

function tell() {
  const seconds = secondsLeft();
  if (!state.ended && seconds > WARN_S) return strip.hidePopover();
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const words = state.ended ? strip.dataset.ended : strip.dataset[state.canStay ? "soon" : "last"].replace("{time}", time);
  one("span", strip).textContent = words;
  one("a", strip).hidden = !state.ended;
  strip.showPopover();
}

function tick() {
  const soon = secondsLeft() <= WARN_S + TICK_MS / 1000;
  const isOld = now() - state.askedAt >= ASK_AGAIN_MS;
  const isDue = person.isAttended() ? isOld || isWarned() : isOld && soon;
  if (!state.ended && (isDue || secondsLeft() === 0)) ask();
  else if (soon) tell();
}

function stay() {
  const returned = state.ended && document.visibilityState === "visible" && now() - state.askedAt >= TICK_MS;
  if (returned || isWarned()) ask();
}

// What can't be received any more is not sent: it would be lost on the way to the sign-in page.
function keepBack(event) {
  if (!state.ended || event.target.method !== "post" && !event.target.matches("[hx-post]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask();
}

if (strip) {
  setInterval(tick, TICK_MS);
  for (const sign of [...SIGNS, "visibilitychange"]) document.addEventListener(sign, stay, { passive: true });
  document.addEventListener("submit", keepBack, true);
}
