// Step 4: what the node saw in the recorded minute, drawn over it as it plays.

import { all, draw, one } from "./dom.js";
import { controls } from "./player.js";
import { Scene } from "./scene.js";
import { listed, painted } from "./stage.js";

const LIT = 0.6; // seconds a line shines after somebody crossed it
const TRAIL = 12;

const root = one("[data-try]");
const data = JSON.parse(one("#data").textContent);
const video = one("video", root);
const svg = one("svg", root);
const scene = new Scene(data.draft);
const shapes = scene.shapes();
let frames = [];
let found = [];
let crossings = [];

svg.setAttribute("viewBox", `0 0 ${scene.size[0]} ${scene.size[1]}`);
controls(root, video);
for (const button of all("[data-at]")) {
  button.addEventListener("click", () => {
    video.currentTime = Number(button.dataset.at);
    video.play();
    video.scrollIntoView({ block: "nearest" });
  });
}

if (root.hasAttribute("data-ran")) {
  const answer = await fetch(`/cameras/${data.camera}/trial.json`, { headers: { Accept: "application/json" } });
  if (answer.ok) {
    ({ frames, found } = await answer.json());
    crossings = crossed();
  }
}

const onFrame = (_, shown) => {
  paint(shown.mediaTime);
  video.requestVideoFrameCallback(onFrame);
};
if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(onFrame);
else video.addEventListener("timeupdate", () => paint(video.currentTime));
new ResizeObserver(() => paint(video.currentTime)).observe(svg);
paint(0);

function paint(t) {
  const unit = scene.size[0] / (svg.clientWidth || scene.size[0]);
  const lit = new Set(crossings.filter((one) => one.t <= t && t < one.t + LIT).map((one) => one.key));
  const layers = shapes.map((shape) => {
    const layer = painted(shape, unit, false);
    layer.classList.toggle("is-lit", lit.has(shape.key));
    return layer;
  });
  const index = indexAt(t);
  if (index >= 0) layers.push(...lamps(frames[index], unit), ...vehicles(index, t, unit));
  svg.replaceChildren(...layers);
}

// The newest frame that is shown by then.
function indexAt(t) {
  let [low, high] = [0, frames.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    frames[middle].t <= t + 0.005 ? (low = middle + 1) : (high = middle);
  }
  return low - 1;
}

function vehicles(index, t, unit) {
  return frames[index].vehicles.map((vehicle) => {
    const case_ = found.find((one) => one.track === vehicle.id && one.start - 0.5 <= t && t <= one.end + 1);
    const group = draw("g", { class: `vehicle ${case_?.decision ?? ""}` });
    const [x1, y1, x2, y2] = vehicle.box;
    group.append(draw("rect", { x: x1, y: y1, width: x2 - x1, height: y2 - y1 }));
    group.append(draw("polyline", { class: "trail", points: listed(trail(index, vehicle.id)) }));
    group.append(draw("circle", { class: `wheels-${vehicle.wheels}`, cx: vehicle.ground[0], cy: vehicle.ground[1], r: 5 * unit }));
    const words = case_ ? case_.rule[document.documentElement.lang] : "";
    group.append(draw("text", { x: x1, y: y1 - 5 * unit, "font-size": 13 * unit }, words));
    return group;
  });
}

function trail(index, id) {
  return frames
    .slice(Math.max(0, index - TRAIL), index + 1)
    .flatMap((frame) => frame.vehicles.filter((one) => one.id === id).map((one) => one.ground));
}

function lamps(frame, unit) {
  return (scene.draft.heads ?? []).map((head) => {
    const colour = frame.lamps[head.id] ?? "unknown";
    const [x1, y1, x2, y2] = head.box;
    return draw("rect", { class: `lamp lamp-${colour}`, x: x1 - 3 * unit, y: y1 - 3 * unit, width: x2 - x1 + 6 * unit, height: y2 - y1 + 6 * unit });
  });
}

// When which line was crossed by somebody's wheels.
function crossed() {
  const lines = shapes.filter((shape) => !shape.closed && !shape.isBox);
  const last = new Map();
  const met = [];
  for (const frame of frames) {
    for (const { id, ground, wheels } of frame.vehicles) {
      const before = last.get(id);
      if (wheels !== "hidden") last.set(id, ground);
      if (!before || wheels === "hidden") continue;
      for (const shape of lines) if (meets(before, ground, shape.points)) met.push({ t: frame.t, key: shape.key });
    }
  }
  return met;
}

function meets(a, b, points) {
  const side = (p, q, r) => Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
  return points.slice(1).some((d, index) => side(a, b, points[index]) !== side(a, b, d) && side(points[index], d, a) !== side(points[index], d, b));
}
