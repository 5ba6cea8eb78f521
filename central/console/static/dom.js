// Finding elements, and telling people what happened.

export const one = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// For screen readers; the same words stand on the page.
export function announce(text) {
  if (text) one("#live").textContent = text;
}

// A short word in the bar of the desk, where it covers nothing.
export function say(text, kind = "warn") {
  const place = one("[data-said]");
  if (!place || !text) return;
  place.textContent = text;
  place.className = `said said-${kind}`;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => (place.textContent = ""), 8000);
}

export const asLocal = (number, digits) =>
  new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(number);

export const signedSeconds = (milliseconds) => `${milliseconds < 0 ? "−" : "+"}${asLocal(Math.abs(milliseconds) / 1000, 2)} s`;
