// Stills and clip with what the node measured drawn over them. Times are milliseconds from the violation.

import { all, one, signedSeconds } from "./dom.js";

const LAMP_COLOURS = { red: "#ff3b4e", amber: "#ffb52e", green: "#3ddc84" };
const LINE_COLOURS = { stop_line: "#ffffff", commit_line: "#ffb52e", solid_line: "#ff5bd1", lane: "#6ec6ff", zone: "#9be37a", head: "#ffffff" };
const HEAD_COLOURS = { bare: "#ff3b4e", helmet: "#3ddc84", unsure: "#ffb52e" };
const HEAD_NEAR_MS = 120; // a look's heads are marked on pictures taken this near to it
const LOOP_FROM_MS = -1500; // the clip goes round from here …
const LOOP_TO_MS = 1500; // … to here, or to the last still
const LEAST_MS = -86_400_000;

const state = { evidence: null, overlay: true, brightness: 100 };
export const overlayIsOn = () => state.overlay;
export const brightness = () => state.brightness;
export const hasEvidence = () => state.evidence !== null;

// Pictures fetched ahead are taken as they are: evidence is never kept in the browser's cache.
const ahead = new Map();
export function fetchAhead(addresses) {
  for (const known of ahead.keys()) if (!addresses.includes(known)) ahead.delete(known);
  for (const address of addresses) {
    if (ahead.has(address)) continue;
    const picture = new Image();
    picture.src = address;
    ahead.set(address, picture);
  }
}

export function setUpEvidence() {
  const root = one("[data-evidence]");
  state.evidence = root ? { root, data: JSON.parse(root.dataset.overlay) } : null;
  all("img[data-src]").forEach(load);
  if (!root) return;
  for (const figure of all("[data-still]", root)) {
    onceLoaded(one("img", figure), () => drawStill(figure));
  }
  for (const place of all("[data-mark]", root)) {
    onceLoaded(one("img", place), () => drawMarked(place));
  }
  setUpClip(one("[data-clip]", root));
  setUpPlate(one(".known"));
  setBrightness(state.brightness);
}

export function onceLoaded(picture, act) {
  picture.complete ? act() : picture.addEventListener("load", act, { once: true });
}

// The plate's picture takes its width and height from its own shape: a long plate stands over the law, a short one beside it.
const WIDE = 2.6;
function setUpPlate(known) {
  const picture = known && one(".plate-picture img", known);
  if (!picture) return known?.classList.remove("is-wide");
  onceLoaded(picture, () => {
    if (!picture.naturalWidth) return;
    const ratio = picture.naturalWidth / picture.naturalHeight;
    known.style.setProperty("--plate-ratio", String(ratio));
    known.classList.toggle("is-wide", ratio >= WIDE);
    redraw(); // the stills' room has changed
  });
}

function load(place) {
  const ready = ahead.get(place.dataset.src);
  const picture = ready ?? place;
  if (ready) {
    for (const { name, value } of place.attributes) if (name !== "data-src") ready.setAttribute(name, value);
    place.replaceWith(ready);
    ahead.delete(place.dataset.src);
  } else {
    place.src = place.dataset.src;
    place.removeAttribute("data-src");
  }
  const failed = () => picture.closest("[data-shows]")?.classList.add("is-damaged");
  picture.complete && picture.src && !picture.naturalWidth ? failed() : picture.addEventListener("error", failed, { once: true });
}

addEventListener("resize", redraw);

function redraw() {
  if (!state.evidence) return;
  all("[data-still]").forEach(drawStill);
  all("[data-mark]").forEach(drawMarked);
  const video = videoOf();
  if (video) drawClip(video);
  document.dispatchEvent(new Event("console:redraw"));
}

export function setOverlay(value) {
  state.overlay = value;
  all("[data-toggle-overlay]").forEach((button) => button.setAttribute("aria-pressed", String(value)));
  redraw();
}

export function setBrightness(percent) {
  state.brightness = Math.min(Math.max(percent, 40), 300);
  const filter = state.brightness === 100 ? "" : `brightness(${state.brightness}%)`;
  for (const element of all(".picture img, .picture video, .plate-picture img, [data-viewer-image], .viewer video")) element.style.filter = filter;
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

// An empty canvas over a picture of that size, and where a point (0..1) of the picture lies on it; null: nothing is to be drawn.
function sheetOver(canvas, width, height) {
  if (!canvas || !width || !height) return null;
  const box = contentBox(canvas, width, height);
  const paint = canvas.getContext("2d");
  paint.clearRect(0, 0, canvas.width, canvas.height);
  if (!state.overlay || !state.evidence) return null;
  return { box, paint, place: ([x, y]) => [box.x + x * box.w, box.y + y * box.h] };
}

export function drawOverlay(canvas, width, height, milliseconds) {
  const sheet = sheetOver(canvas, width, height);
  if (!sheet) return;
  const { box, paint, place } = sheet;
  const { scene, trajectory, phases, riders } = state.evidence.data;
  const lamp = lampAt(phases, milliseconds);
  for (const line of scene) drawLine(paint, line, place, box.ratio, lamp);
  drawTrail(paint, trajectory, milliseconds, place, box.ratio);
  drawHeads(paint, riders, milliseconds, place, box.ratio);
  const vehicle = boxAt(trajectory, milliseconds);
  if (vehicle) drawVehicle(sheet, vehicle, LAMP_COLOURS[lamp]);
}

function drawVehicle({ box, paint, place }, vehicle, colour = "#6ec6ff") {
  const [x1, y1] = place([vehicle[0], vehicle[1]]);
  const [x2, y2] = place([vehicle[2], vehicle[3]]);
  stroke(paint, colour, 2.5 * box.ratio, () => paint.rect(x1, y1, x2 - x1, y2 - y1));
}

function drawMarked(place) {
  const picture = one("img", place);
  drawMark(one("canvas", place), picture.naturalWidth, picture.naturalHeight, place.dataset.mark);
}

// Which vehicle is meant in another camera's picture: `mark` is a box in its pixels.
export function drawMark(canvas, width, height, mark) {
  const sheet = sheetOver(canvas, width, height);
  if (sheet) drawVehicle(sheet, mark.split(" ").map((pixel, axis) => pixel / (axis % 2 ? height : width)));
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
  const colour = line.kind === "head" ? LAMP_COLOURS[lamp] ?? "#fff" : LINE_COLOURS[line.kind] ?? "#fff";
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

function drawHeads(paint, riders, milliseconds, place, ratio) {
  const near = riders.filter((look) => Math.abs(look.t - milliseconds) <= HEAD_NEAR_MS);
  const look = near.sort((a, b) => Math.abs(a.t - milliseconds) - Math.abs(b.t - milliseconds))[0];
  for (const head of look?.heads ?? []) {
    if (!head.box) continue;
    const [[x1, y1], [x2, y2]] = [place([head.box[0], head.box[1]]), place([head.box[2], head.box[3]])];
    const dash = head.state === "unsure" ? [4 * ratio, 3 * ratio] : [];
    stroke(paint, HEAD_COLOURS[head.state], 2 * ratio, () => paint.rect(x1, y1, x2 - x1, y2 - y1), dash);
  }
}

function boxAt(trajectory, milliseconds) {
  const after = trajectory.findIndex((point) => point.t >= milliseconds);
  if (after < 0 || !trajectory.length) return null;
  const [a, b] = [trajectory[Math.max(after - 1, 0)], trajectory[after]];
  if (after === 0) return b.t - milliseconds < 120 ? b.box : null;
  const part = b.t === a.t ? 0 : (milliseconds - a.t) / (b.t - a.t);
  return a.box.map((value, index) => value + (b.box[index] - value) * part);
}

const lampAt = (phases, milliseconds) => phases.find((phase) => phase.from <= milliseconds && milliseconds < phase.to)?.colour;

// ---------------------------------------------------------------- clip

// In its frame, or in the large view.
const videoOf = () => one("video[data-clip-video]");
const toClip = (milliseconds) => Math.max((milliseconds - state.evidence.data.clipStart) / 1000, 0);
const fromClip = (seconds) => seconds * 1000 + state.evidence.data.clipStart;

function loopEnd() {
  const last = Math.max(...all("[data-still][data-role]").map((still) => Number(still.dataset.seconds) * 1000), LEAST_MS);
  return Math.max(last + 500, LOOP_TO_MS);
}

function setUpClip(frame) {
  if (!frame) return;
  const video = one("video", frame);
  const seek = one("[data-seek]", frame);
  const onFrame = (_now, shown) => {
    drawClip(video, shown.mediaTime);
    if (video.isConnected) video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
  video.addEventListener("loadedmetadata", jumpToAct, { once: true });
  if (video.readyState) jumpToAct();
  video.addEventListener("timeupdate", () => {
    if (!state.evidence) return; // the case has gone from the screen
    seek.value = (video.currentTime / (video.duration || 1)) * 1000;
    if (!video.paused && fromClip(video.currentTime) > loopEnd()) video.currentTime = toClip(LOOP_FROM_MS);
  });
  video.addEventListener("ended", () => state.evidence && ((video.currentTime = toClip(LOOP_FROM_MS)), video.play().catch(() => {})));
  video.addEventListener("error", () => frame.classList.add("is-damaged"));
  seek.addEventListener("input", () => (video.pause(), (video.currentTime = (seek.value / 1000) * (video.duration || 0))));
  const play = one("[data-play]", frame);
  for (const kind of ["play", "pause"]) video.addEventListener(kind, () => (play.textContent = video.paused ? "▶" : "❚❚"));
  if (!matchMedia("(prefers-reduced-motion: reduce)").matches) video.play().catch(() => {});
}

function drawClip(video, seconds) {
  if (!state.evidence) return;
  const milliseconds = fromClip(seconds ?? video.currentTime);
  drawOverlay(one("canvas", video.parentElement), video.videoWidth, video.videoHeight, milliseconds);
  const places = [one("[data-clip-time]"), video.closest(".viewer") && one("[data-viewer-time]")];
  for (const place of places) if (place) place.textContent = signedSeconds(milliseconds);
}

export function jumpToAct() {
  const video = videoOf();
  if (video && state.evidence) video.currentTime = toClip(LOOP_FROM_MS);
}

export function togglePlay() {
  const video = videoOf();
  if (video) video.paused ? video.play() : video.pause();
}

export function toggleHalfSpeed() {
  const video = videoOf();
  if (!video) return;
  video.playbackRate = video.playbackRate === 1 ? 0.5 : 1;
  all("[data-half-speed]").forEach((button) => button.setAttribute("aria-pressed", String(video.playbackRate !== 1)));
}

export function stepClip(direction) {
  const video = videoOf();
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

const CLICKS = {
  "[data-play]": togglePlay,
  "[data-step]": (control) => stepClip(Number(control.dataset.step)),
  "[data-jump]": () => (jumpToAct(), videoOf()?.play().catch(() => {})),
  "[data-half-speed]": toggleHalfSpeed,
};

document.addEventListener("click", (event) => {
  for (const [selector, act] of Object.entries(CLICKS)) {
    const control = event.target.closest(selector);
    if (control) act(control);
  }
});
