// The large view: stills, clip and plate, with zoom, pan and the blink between before and over.

import { all, one, signedSeconds } from "./dom.js";
import { brightness, drawMark, drawOverlay, hasEvidence, jumpToAct, onceLoaded, overlayIsOn, setBrightness, setOverlay, stepClip, toggleHalfSpeed, togglePlay } from "./evidence.js";
import { takeKeys } from "./keys.js";

const LARGEST = 12;
const view = { places: [], index: 0, scale: 1, x: 0, y: 0, home: null };
const dialog = one("#viewer");
const stage = one("[data-viewer-stage]");

document.addEventListener("click", (event) => {
  const control = event.target.closest("[data-open-viewer]");
  if (control) return open(control);
  if (event.target.closest("[data-zoom]")) open(one("[data-role=over] [data-open-viewer]") ?? one("[data-open-viewer]"));
});

function open(control) {
  if (!dialog || !control) return;
  const beside = (place) => Number(place.closest("[data-evidence]") === null); // the plate comes after stills and clip
  view.places = all("[data-open-viewer]").filter((other) => !other.closest("dialog")).sort((a, b) => beside(a) - beside(b));
  view.index = view.places.indexOf(control);
  if (!dialog.open) dialog.showModal();
  show();
}

function show() {
  putClipBack();
  Object.assign(view, { scale: 1, x: 0, y: 0 });
  const place = view.places[view.index];
  const clip = place.closest("[data-clip]");
  const image = one("[data-viewer-image]");
  const still = place.closest("[data-still]");
  one("[data-viewer-caption]").textContent = place.dataset.caption ?? one("img", place)?.alt ?? "";
  one("[data-viewer-time]").textContent = still ? signedSeconds(Number(still.dataset.seconds) * 1000) : "";
  image.hidden = Boolean(clip);
  if (clip) takeClip(clip);
  else copyPicture(one("img", place), image);
  setBrightness(brightness());
  draw();
}

// Drawn, not fetched once more.
function copyPicture(picture, image) {
  onceLoaded(picture, () => {
    image.width = picture.naturalWidth;
    image.height = picture.naturalHeight;
    if (picture.naturalWidth) image.getContext("2d").drawImage(picture, 0, 0);
    draw();
  });
}

// The clip itself moves into the large view and back: it plays on.
function takeClip(frame) {
  const shown = one(".picture", frame);
  view.home = { frame, shown, before: shown.nextSibling };
  stage.append(shown);
}

function putClipBack() {
  if (!view.home) return;
  view.home.frame.insertBefore(view.home.shown, view.home.before);
  view.home.shown.style.transform = "";
  view.home = null;
  document.dispatchEvent(new Event("resize"));
}

dialog?.addEventListener("close", putClipBack);
document.addEventListener("console:redraw", draw);
document.addEventListener("console:pane", () => dialog?.open && dialog.close());

function draw() {
  if (!dialog?.open || !view.places.length) return;
  const place = view.places[view.index];
  const still = place.closest("[data-still]");
  const mark = place.dataset.mark;
  const image = one("[data-viewer-image]");
  const canvas = one("[data-viewer-canvas]");
  const transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
  image.style.transform = canvas.style.transform = transform;
  if (view.home) view.home.shown.style.transform = transform;
  canvas.hidden = !hasEvidence() || !(still || mark);
  if (mark) drawMark(canvas, image.width, image.height, mark);
  if (still) drawOverlay(canvas, image.width, image.height, Number(still.dataset.seconds) * 1000);
}

const KEYS = {
  KeyZ: () => dialog.close(),
  KeyB: () => go(view.index === 0 ? Math.min(1, view.places.length - 1) : 0),
  ArrowRight: (event) => (event.shiftKey ? move(-80, 0) : go((view.index + 1) % view.places.length)),
  ArrowLeft: (event) => (event.shiftKey ? move(80, 0) : go((view.index + view.places.length - 1) % view.places.length)),
  BracketLeft: () => setBrightness(brightness() - 20),
  BracketRight: () => setBrightness(brightness() + 20),
  KeyO: () => setOverlay(!overlayIsOn()),
  KeyJ: () => jumpToAct(),
  KeyH: () => toggleHalfSpeed(),
  Space: () => togglePlay(),
  Comma: () => stepClip(-1),
  Period: () => stepClip(1),
  Equal: () => zoom(1.25),
  NumpadAdd: () => zoom(1.25),
  Minus: () => zoom(0.8),
  NumpadSubtract: () => zoom(0.8),
  ArrowUp: () => move(0, 80),
  ArrowDown: () => move(0, -80),
};

function go(index) {
  view.index = index;
  show();
}

takeKeys((event) => {
  if (event.code === "KeyB" && !one("dialog[open]") && one("[data-role=before]")) return open(one("[data-role=before] [data-open-viewer]")), true;
  if (!dialog?.open) return false;
  const digit = Number(event.key);
  if (digit >= 1 && digit <= view.places.length) return go(digit - 1), true;
  const act = KEYS[event.code];
  if (act) act(event);
  return Boolean(act);
});

function zoom(factor, px = stage.clientWidth / 2, py = stage.clientHeight / 2) {
  const scale = Math.min(Math.max(view.scale * factor, 1), LARGEST);
  view.x = scale === 1 ? 0 : px - ((px - view.x) * scale) / view.scale;
  view.y = scale === 1 ? 0 : py - ((py - view.y) * scale) / view.scale;
  view.scale = scale;
  draw();
}

function move(dx, dy) {
  view.x += dx;
  view.y += dy;
  draw();
}

stage?.addEventListener("wheel", (event) => {
  event.preventDefault();
  const box = stage.getBoundingClientRect();
  zoom(event.deltaY < 0 ? 1.25 : 0.8, event.clientX - box.left, event.clientY - box.top);
}, { passive: false });
stage?.addEventListener("pointerdown", (event) => (event.preventDefault(), stage.setPointerCapture(event.pointerId)));
stage?.addEventListener("pointermove", (event) => stage.hasPointerCapture(event.pointerId) && move(event.movementX, event.movementY));
