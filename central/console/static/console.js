// The console's only script: keys, dialogs, the overlay on pictures and clip, leases, prefetch.
// Pages work by buttons and links; everything here makes them faster. No framework, no eval, no inline code.

const RENEW_LEASE_MS = 30_000;
const POLL_EMPTY_MS = 10_000;
const LAMP_COLOURS = { red: "#ff3b4e", amber: "#ffb52e", green: "#3ddc84" };
const LINE_COLOURS = { stop_line: "#ffffff", commit_line: "#ffb52e", solid_line: "#ff5bd1", lane: "#6ec6ff", zone: "#9be37a", head: "#ffffff" };

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const state = { inFlight: false, brightness: 100, overlay: true, evidence: null, viewer: null, attended: true };

// ---------------------------------------------------------------- keys

function isTyping(target) {
  if (target.closest("dialog:not([open])")) return false; // the focus leaves a closed dialog a moment later
  return target.matches("textarea, select, [contenteditable]") || (target.matches("input") && !["range", "checkbox"].includes(target.type));
}

function scopeOfKeys() {
  return all("dialog[open]").at(-1) ?? document.body;
}

function controlForKey(event) {
  const scope = scopeOfKeys();
  const names = [event.code, event.key, event.code.replace(/^(Digit|Numpad)/, "")];
  return all("[data-key]", scope).find((control) => names.includes(control.dataset.key) && (scope !== document.body || !control.closest("dialog")));
}

document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (viewerKey(event)) return event.preventDefault();
  const control = controlForKey(event);
  if (!control || control.disabled || state.inFlight) return;
  event.preventDefault();
  control.click();
});

// ---------------------------------------------------------------- clicks

const CLICKS = {
  "[data-dialog]": (control) => openDialog(control.dataset.dialog),
  "[data-close]": (control) => control.closest("dialog").close(),
  "[data-candidate]": (control) => fillPlate(control),
  "[data-open-viewer]": (control) => openViewer(control),
  "[data-zoom]": () => openViewer(one("[data-role=over] [data-open-viewer]") ?? one("[data-open-viewer]")),
  "[data-play]": () => togglePlay(),
  "[data-step]": (control) => stepClip(Number(control.dataset.step)),
  "[data-toggle-overlay]": () => setOverlay(!state.overlay),
  "[data-dim]": () => setBrightness(state.brightness - 20),
  "[data-brighten]": () => setBrightness(state.brightness + 20),
  "[data-theme-switch]": () => switchTheme(),
};

document.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(CLICKS)) {
    const control = event.target.closest(selector);
    if (control) return act(control);
  }
});

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  dialog.showModal();
  const input = one("[autofocus]", dialog);
  input?.focus();
  input?.select?.();
}

function fillPlate(control) {
  const input = one("input[name=plate]", control.closest("dialog"));
  input.value = control.dataset.candidate;
  input.focus();
}

function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme === "dark" || (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=strict`;
}

function announce(text) {
  if (text) one("#live").textContent = text;
}

// ---------------------------------------------------------------- decisions: one request at a time

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-decision]")) return;
  if (state.inFlight) return event.stopImmediatePropagation(), event.preventDefault();
  all("[data-brightness]", form).forEach((input) => (input.value = state.brightness));
}, true);

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
document.addEventListener("htmx:responseError", (event) => showTrouble("failed", event.detail.xhr.getResponseHeader("X-Request-ID")));

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

// With no delay between swap and settling (base.html) no key reaches a form before htmx has taken it over.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "pane") paneChanged();
});

function paneChanged() {
  const pane = one("[data-announce]");
  announce(pane?.dataset.announce);
  setUpEvidence();
  countDown();
  prefetch(pane?.dataset.upcoming);
  const reopen = one("[data-reopen]")?.dataset.reopen;
  if (reopen) openDialog(reopen);
  pollLater();
  one(".toast") && setTimeout(() => one(".toast")?.remove(), 6000);
}

function pollLater() {
  clearTimeout(state.poll);
  const again = one("[data-poll]");
  if (again) state.poll = setTimeout(() => document.contains(again) && !state.inFlight && again.click(), POLL_EMPTY_MS);
}

function countDown() {
  const undo = one("[data-undo-until]");
  if (!undo) return;
  const left = Math.ceil((Date.parse(undo.dataset.undoUntil) - Date.now()) / 1000);
  if (left <= 0) return void (undo.disabled = true);
  one("[data-countdown]", undo).textContent = `${left} s`;
  setTimeout(countDown, 500);
}

async function prefetch(address) {
  if (!address) return;
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return; // only a saving of time
  for (const picture of (await answer.json()).pictures) new Image().src = picture;
}

// ---------------------------------------------------------------- lease, and whether somebody is there

for (const sign of ["keydown", "pointerdown", "pointermove", "wheel"]) addEventListener(sign, () => (state.attended = true), { passive: true });

// What the page asks by itself must not keep a session alive that nobody uses.
function attendance() {
  const headers = state.attended ? {} : { "X-Unattended": "1" };
  state.attended = false;
  return headers;
}

document.addEventListener("htmx:configRequest", (event) => {
  if (event.target.matches("[data-poll]")) Object.assign(event.detail.headers, attendance());
});

setInterval(async () => {
  const address = one("[data-lease]")?.dataset.lease;
  if (!address || state.inFlight || document.hidden) return;
  const answer = await fetch(address, { method: "POST", headers: attendance() }).catch(() => null);
  showTrouble(answer ? null : "lost");
  if (answer?.redirected) location.reload(); // the session has ended: nothing of the case stays on the screen
}, RENEW_LEASE_MS);

addEventListener("pagehide", () => {
  const address = one("[data-release]")?.dataset.release;
  if (address) navigator.sendBeacon(address);
});

// ---------------------------------------------------------------- overlay

function setUpEvidence() {
  const root = one("[data-evidence]");
  state.evidence = root ? { root, data: JSON.parse(root.dataset.overlay) } : null;
  if (!root) return;
  for (const figure of all("[data-still]", root)) {
    const picture = one("img", figure);
    const draw = () => drawStill(figure);
    picture.complete ? draw() : picture.addEventListener("load", draw, { once: true });
  }
  setUpClip(one("[data-clip] video", root));
  setBrightness(state.brightness);
}

addEventListener("resize", () => redraw());

function redraw() {
  if (!state.evidence) return;
  all("[data-still]", state.evidence.root).forEach(drawStill);
  const video = one("[data-clip] video", state.evidence.root);
  if (video) drawClip(video, video.currentTime);
}

function setOverlay(value) {
  state.overlay = value;
  one("[data-toggle-overlay]")?.setAttribute("aria-pressed", String(value));
  redraw();
  drawViewer();
}

function drawStill(figure) {
  const picture = one("img", figure);
  drawOverlay(one("canvas", figure), picture.naturalWidth, picture.naturalHeight, Number(figure.dataset.seconds) * 1000);
}

// The picture is letter-boxed inside its frame (object-fit: contain): find where it really is.
function contentBox(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(canvas.clientHeight * ratio);
  const scale = Math.min(canvas.width / width, canvas.height / height);
  const [w, h] = [width * scale, height * scale];
  return { x: (canvas.width - w) / 2, y: (canvas.height - h) / 2, w, h, ratio };
}

function drawOverlay(canvas, width, height, milliseconds) {
  if (!canvas || !width || !height) return;
  const box = contentBox(canvas, width, height);
  const paint = canvas.getContext("2d");
  paint.clearRect(0, 0, canvas.width, canvas.height);
  if (!state.overlay) return;
  const place = ([x, y]) => [box.x + x * box.w, box.y + y * box.h];
  const { scene, trajectory, phases } = state.evidence.data;
  for (const line of scene) drawLine(paint, line, place, box.ratio, lampAt(phases, milliseconds));
  drawTrail(paint, trajectory, milliseconds, place, box.ratio);
  const vehicle = boxAt(trajectory, milliseconds);
  if (!vehicle) return;
  const [x1, y1] = place([vehicle[0], vehicle[1]]);
  const [x2, y2] = place([vehicle[2], vehicle[3]]);
  stroke(paint, LAMP_COLOURS[lampAt(phases, milliseconds)] ?? "#6ec6ff", 2.5 * box.ratio, () => paint.rect(x1, y1, x2 - x1, y2 - y1));
}

function stroke(paint, colour, width, path, dash = []) {
  for (const [style, extra] of [["rgba(0,0,0,.55)", 2], [colour, 0]]) {
    paint.beginPath();
    paint.setLineDash(dash);
    paint.strokeStyle = style;
    paint.lineWidth = width + extra;
    path();
    paint.stroke();
  }
}

function drawLine(paint, line, place, ratio, lamp) {
  const colour = line.kind === "head" ? LAMP_COLOURS[lamp] ?? "#fff" : LINE_COLOURS[line.kind];
  const closed = ["lane", "zone", "head"].includes(line.kind);
  const faint = ["lane", "zone"].includes(line.kind);
  paint.globalAlpha = faint ? 0.45 : 0.9;
  stroke(paint, colour, (faint ? 1 : 2) * ratio, () => {
    line.points.forEach((point, index) => paint[index ? "lineTo" : "moveTo"](...place(point)));
    if (closed && line.points.length > 2) paint.closePath();
  }, line.kind === "commit_line" ? [8 * ratio, 6 * ratio] : []);
  paint.globalAlpha = 1;
}

function drawTrail(paint, trajectory, milliseconds, place, ratio) {
  const past = trajectory.filter((point) => point.t <= milliseconds);
  if (past.length < 2) return;
  stroke(paint, "#ffe14d", 2 * ratio, () => past.forEach((point, index) => paint[index ? "lineTo" : "moveTo"](...place(point.ground))));
}

function boxAt(trajectory, milliseconds) {
  const after = trajectory.findIndex((point) => point.t >= milliseconds);
  if (after < 0 || !trajectory.length) return null;
  const [a, b] = [trajectory[Math.max(after - 1, 0)], trajectory[after]];
  if (after === 0) return b.t - milliseconds < 120 ? b.box : null;
  const part = b.t === a.t ? 0 : (milliseconds - a.t) / (b.t - a.t);
  return a.box.map((value, index) => value + (b.box[index] - value) * part);
}

function lampAt(phases, milliseconds) {
  return phases.find((phase) => phase.from <= milliseconds && milliseconds < phase.to)?.colour;
}

// ---------------------------------------------------------------- clip

function setUpClip(video) {
  if (!video) return;
  const seek = one("[data-seek]", video.closest("[data-clip]"));
  const onFrame = (_now, frame) => {
    drawClip(video, frame.mediaTime);
    if (video.isConnected) video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
  video.addEventListener("timeupdate", () => (seek.value = (video.currentTime / (video.duration || 1)) * 1000));
  seek.addEventListener("input", () => (video.currentTime = (seek.value / 1000) * (video.duration || 0)));
  const play = one("[data-play]", video.closest("[data-clip]"));
  for (const kind of ["play", "pause"]) video.addEventListener(kind, () => (play.textContent = video.paused ? "▶" : "❚❚"));
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) video.play().catch(() => {});
}

function drawClip(video, seconds) {
  if (!state.evidence?.root.contains(video)) return;
  const milliseconds = seconds * 1000 + state.evidence.data.clipStart;
  drawOverlay(one("canvas", video.parentElement), video.videoWidth, video.videoHeight, milliseconds);
  const sign = milliseconds < 0 ? "−" : "+";
  const text = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(Math.abs(milliseconds / 1000));
  one("[data-clip-time]").textContent = `${sign}${text} s`;
}

function togglePlay() {
  const video = one("[data-clip] video");
  if (video) video.paused ? video.play() : video.pause();
}

function stepClip(direction) {
  const video = one("[data-clip] video");
  if (!video) return;
  video.pause();
  video.currentTime = Math.min(Math.max(video.currentTime + direction * frameSeconds(), 0), video.duration || 0);
}

// The clip's own frame time from its trajectory; a twelfth of a second when there is none.
function frameSeconds() {
  const times = state.evidence?.data.trajectory.map((point) => point.t) ?? [];
  const gaps = times.slice(1).map((time, index) => time - times[index]).filter((gap) => gap > 0);
  return gaps.length ? Math.min(...gaps) / 1000 : 1 / 12;
}

function setBrightness(percent) {
  state.brightness = Math.min(Math.max(percent, 40), 300);
  for (const element of all(".picture img, .picture video, .plate-picture img, [data-viewer-image]")) element.style.filter = state.brightness === 100 ? "" : `brightness(${state.brightness}%)`;
}

// ---------------------------------------------------------------- viewer: zoom, pan, blink

function openViewer(control) {
  const dialog = one("#viewer");
  if (!dialog || !control) return;
  const figures = all("[data-open-viewer]").filter((other) => !other.closest("dialog"));
  state.viewer = { figures, index: figures.indexOf(control), scale: 1, x: 0, y: 0 };
  if (!dialog.open) dialog.showModal();
  showInViewer();
}

function showInViewer() {
  const control = state.viewer.figures[state.viewer.index];
  const image = one("[data-viewer-image]");
  image.src = one("img", control).src;
  one("[data-viewer-caption]").textContent = one("img", control).alt;
  image.decode().then(drawViewer, () => {});
  setBrightness(state.brightness);
}

function drawViewer() {
  const viewer = state.viewer;
  if (!viewer || !one("#viewer")?.open) return;
  const figure = viewer.figures[viewer.index].closest("[data-still]");
  const image = one("[data-viewer-image]");
  const canvas = one("[data-viewer-canvas]");
  const transform = `translate(${viewer.x}px, ${viewer.y}px) scale(${viewer.scale})`;
  image.style.transform = canvas.style.transform = transform;
  canvas.hidden = !figure;
  if (figure) drawOverlay(canvas, image.naturalWidth, image.naturalHeight, Number(figure.dataset.seconds) * 1000);
}

function viewerKey(event) {
  const dialog = one("#viewer");
  if (event.code === "KeyB" && !dialog?.open && one("[data-role=before]") && !one("dialog[open]")) {
    openViewer(one("[data-role=before] [data-open-viewer]"));
    return true;
  }
  if (!dialog?.open || !state.viewer) return false;
  const { figures } = state.viewer;
  const digit = Number(event.key);
  if (event.code === "KeyZ") dialog.close();
  else if (event.code === "KeyB") state.viewer.index = state.viewer.index === 0 ? Math.min(1, figures.length - 1) : 0;
  else if (event.code === "ArrowRight") state.viewer.index = (state.viewer.index + 1) % figures.length;
  else if (event.code === "ArrowLeft") state.viewer.index = (state.viewer.index + figures.length - 1) % figures.length;
  else if (digit >= 1 && digit <= figures.length) state.viewer.index = digit - 1;
  else if (event.code === "BracketLeft") setBrightness(state.brightness - 20);
  else if (event.code === "BracketRight") setBrightness(state.brightness + 20);
  else if (event.code === "KeyO") setOverlay(!state.overlay);
  else return false;
  if (dialog.open) showInViewer();
  return true;
}

function zoomAt(event) {
  const viewer = state.viewer;
  const stage = event.currentTarget.getBoundingClientRect();
  const [px, py] = [event.clientX - stage.left, event.clientY - stage.top];
  const scale = Math.min(Math.max(viewer.scale * (event.deltaY < 0 ? 1.25 : 0.8), 1), 12);
  viewer.x = scale === 1 ? 0 : px - ((px - viewer.x) * scale) / viewer.scale;
  viewer.y = scale === 1 ? 0 : py - ((py - viewer.y) * scale) / viewer.scale;
  viewer.scale = scale;
  drawViewer();
}

const stage = one("[data-viewer-stage]");
stage?.addEventListener("wheel", (event) => { event.preventDefault(); zoomAt(event); }, { passive: false });
stage?.addEventListener("pointerdown", (event) => { event.preventDefault(); stage.setPointerCapture(event.pointerId); });
stage?.addEventListener("pointermove", (event) => {
  if (!stage.hasPointerCapture(event.pointerId)) return;
  state.viewer.x += event.movementX;
  state.viewer.y += event.movementY;
  drawViewer();
});

// ---------------------------------------------------------------- start

paneChanged();
