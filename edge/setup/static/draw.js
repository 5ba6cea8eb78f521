// Step 2: what is seen is drawn on the recorded minute, and kept as it is drawn.

import { all, make, one, words } from "./dom.js";
import { form } from "./forms.js";
import { controls } from "./player.js";
import { GROUPS, Scene } from "./scene.js";
import { Stage } from "./stage.js";
import { Suggestions, whenWatched } from "./suggestions.js";

const root = one("[data-draw]");
const data = JSON.parse(one("#data").textContent);
const scene = new Scene(data.draft);
const stage = new Stage(one("[data-stage]"), scene);
const player = controls(root, stage.video);
const panel = one("[data-panel]");
let problems = data.problems;

// ---- tools

const tools = all("[data-tool]");
for (const tool of tools) tool.addEventListener("click", () => stage.use(stage.tool === tool.dataset.tool ? null : tool.dataset.tool));

const ACTS = {
  undo: () => scene.undo(),
  redo: () => scene.redo(),
  finish: () => stage.finish(),
  cancel: () => stage.use(null),
  larger: () => zoom(1.5),
  smaller: () => zoom(1 / 1.5),
};
for (const button of all("[data-act]")) button.addEventListener("click", ACTS[button.dataset.act]);

stage.addEventListener("tool", showTool);
scene.addEventListener("change", showTool);

function showTool() {
  for (const tool of tools) tool.setAttribute("aria-pressed", String(tool.dataset.tool === stage.tool));
  const idle = GROUPS.some((group) => scene.items(group).length) ? "js.hint" : "js.hint_first";
  one("[data-hint]").textContent = words(stage.tool ? `js.hint_${stage.tool}` : idle);
  one("[data-drawing]").hidden = !stage.tool;
}

// At first the whole picture is seen, however high it is.
const FITS = 0.72; // parts of the window's height
let larger = 1;
function zoom(factor) {
  const view = one("[data-stage]");
  const place = one("[data-scroll]");
  const middle = [(place.scrollLeft + place.clientWidth / 2) / view.clientWidth, (place.scrollTop + place.clientHeight / 2) / view.clientHeight];
  larger = Math.min(Math.max(larger * factor, 1), 8);
  const [width, height] = scene.size;
  view.style.width = `${larger * Math.min(place.clientWidth, (FITS * window.innerHeight * width) / height)}px`;
  place.scrollTo(middle[0] * view.clientWidth - place.clientWidth / 2, middle[1] * view.clientHeight - place.clientHeight / 2);
  stage.paint();
}

new ResizeObserver(() => zoom(1)).observe(one("[data-scroll]"));

// ---- the panel: the selected object's form, else the list of all

stage.addEventListener("select", showPanel);
scene.addEventListener("change", showPanel);

function showPanel() {
  const shape = scene.shape(stage.selected);
  panel.replaceChildren(...(shape ? selected(shape) : listed()));
}

function selected(shape) {
  const heading = make("h2", {}, `${words(`js.kind_${shape.kind}`)} ${shape.owner.id}`);
  const back = make("button", { type: "button", class: "quiet", onclick: () => stage.select(null) }, words("js.to_list"));
  const remove = make("button", { type: "button", class: "danger", onclick: () => stage.removeSelected() }, words(stage.vertex === null ? "js.remove" : "js.remove_point"));
  return [back, heading, ...form(scene, shape, data.choices, (kind, index) => stage.use(kind, index)), remove];
}

function listed() {
  const found = scene.shapes();
  const list = make("ul", { class: "objects" });
  for (const shape of found) {
    const wrong = problems.filter((problem) => isOf(problem, shape));
    const name = `${words(`js.kind_${shape.kind}`)} ${shape.kind === "exit" ? words(`js.${shape.holder.movement}`) : shape.owner.id}`;
    const button = make("button", { type: "button", onclick: () => stage.select(shape.key) }, name);
    const lacks = shape.kind === "stop_lines" && !shape.owner.head && !shape.owner.heads ? make("p", { class: "small warn-text" }, words("js.lacks_head")) : null;
    list.append(make("li", { class: wrong.length ? "is-wrong" : "" }, button, lacks, ...wrong.map((problem) => make("p", { class: "small bad" }, problem.words))));
  }
  const others = problems.filter((problem) => problem.where[0] !== "rules" && !found.some((shape) => isOf(problem, shape)));
  return [
    make("h2", {}, words("js.objects")),
    found.length ? list : make("p", { class: "muted" }, words("js.nothing_drawn")),
    ...others.map((problem) => make("p", { class: "small bad" }, problem.words)),
  ];
}

// A problem belongs to the innermost shape its place leads to.
function isOf(problem, shape) {
  const where = problem.where.join(".");
  const inner = scene.shapes().filter((one) => `${where}.`.startsWith(`${one.key}.`));
  return inner.length > 0 && inner.reduce((a, b) => (b.key.length > a.key.length ? b : a)).key === shape.key;
}

// ---- keys

const NUDGES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea")) return;
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && key === "z") event.shiftKey ? scene.redo() : scene.undo();
  else if ((event.ctrlKey || event.metaKey) && key === "y") scene.redo();
  else if (NUDGES[event.key] && stage.selected) stage.nudge(...NUDGES[event.key].map((by) => by * (event.shiftKey ? 10 : 1)));
  else if (event.key === "Enter" && stage.tool) stage.finish();
  else if (event.key === "Escape") stage.tool ? stage.use(null) : stage.select(null);
  else if (event.key === "Backspace" && stage.tool) stage.takeBack();
  else if (["Delete", "Backspace"].includes(event.key) && stage.selected) stage.removeSelected();
  else if (event.key === " " && event.target.tagName !== "BUTTON") player.toggle();
  else return;
  event.preventDefault();
});

// ---- keeping

const kept = one("[data-kept]");
let waiting = null;
let sending = Promise.resolve();

scene.addEventListener("change", () => {
  kept.textContent = words("js.saving");
  clearTimeout(waiting);
  waiting = setTimeout(() => (sending = sending.then(keep)), 300);
});

async function keep() {
  waiting = null;
  try {
    const answer = await fetch(`/cameras/${data.camera}/draft`, { method: "PUT", headers: { Accept: "application/json" }, body: JSON.stringify(scene.draft) });
    if (!answer.ok) throw new Error(await answer.text());
    problems = (await answer.json()).problems;
    kept.textContent = words("js.saved");
    if (!panel.contains(document.activeElement)) showPanel();
  } catch (error) {
    kept.textContent = words("js.lost");
    waiting = setTimeout(() => (sending = sending.then(keep)), 3000);
  }
}

// Leaving the page sends what has not been sent yet.
for (const link of all("a[href^='/cameras/']")) {
  link.addEventListener("click", async (event) => {
    if (!waiting) return;
    event.preventDefault();
    clearTimeout(waiting);
    await keep();
    location.href = link.href;
  });
}
window.addEventListener("beforeunload", (event) => waiting && event.preventDefault());

// ---- beginning

const suggestions = new Suggestions(stage, scene, one("[data-suggestions]"));
whenWatched(() => suggestions.load(data.camera));
showTool();
showPanel();
