// What the node suggests from the traffic it saw: dashed, to be accepted, moved or left.

import { draw, make, one, words } from "./dom.js";
import { cornersOf, middleOf } from "./scene.js";
import { listed, rectangle } from "./stage.js";

const SURE = 0.5; // below, a suggestion is not accepted with the others
const GROUPS = [["heads", "box"], ["stop_lines", "line"], ["lanes", "polygon"]];
const READABLE = 45; // pixels of a plate's width, see docs/install-camera.md
const DOUBTFUL = 25;

export class Suggestions {
  #left = [];
  #found = null;
  #shown = new Set();

  constructor(stage, scene, place) {
    Object.assign(this, { stage, scene, place });
    stage.backdrop = () => this.#layers();
  }

  async load(camera) {
    const answer = await fetch(`/cameras/${camera}/suggestions.json`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    this.#found = await answer.json();
    this.#left = GROUPS.flatMap(([group, field]) => this.#found[group].map((item) => ({ group, field, item }))).filter((one) => !this.#isDrawn(one));
    this.show();
  }

  // Something of that kind stands there already: accepted earlier, or drawn by hand.
  #isDrawn({ group, field, item }) {
    const [x, y] = middleOf(pointsOf(item, field));
    return this.scene.items(group).some((other) => {
      const [ox, oy] = middleOf(pointsOf(other, field));
      return Math.hypot(x - ox, y - oy) < 0.03 * this.scene.size[0];
    });
  }

  accept(...wanted) {
    for (const { group, field, item } of wanted) {
      const key = this.scene.add(group, pointsOf(item, field));
      const made = this.scene.shape(key).owner;
      for (const name of ["direction", "layout"]) if (item[name]) made[name] = item[name];
    }
    this.scene.change(() => {});
    this.leave(...wanted);
  }

  leave(...unwanted) {
    this.#left = this.#left.filter((one) => !unwanted.includes(one));
    this.show();
  }

  show() {
    if (!this.#found) return;
    const sure = this.#left.filter((one) => one.item.confidence >= SURE);
    const all = make("button", { type: "button", class: "primary", onclick: () => this.accept(...sure) }, `${words("js.accept_all")} (${sure.length})`);
    const rows = this.#left.map((one) => this.#row(one));
    const said = this.#found.warnings[document.documentElement.lang].map((text) => make("li", { class: "warn-text" }, text));
    this.place.replaceChildren(
      make("h2", {}, words("js.suggestions")),
      ...(sure.length ? [all] : []),
      make("ul", { class: "objects" }, ...rows),
      ...this.#measures(),
      make("ul", { class: "plain" }, ...said),
    );
    this.place.hidden = false;
    this.stage.paint();
  }

  #row(one) {
    const sure = `${words(one.item.confidence >= SURE ? "js.sure" : "js.unsure")} ${Math.round(100 * one.item.confidence)} %`;
    const name = make("span", {}, `${words(`js.kind_${one.group}`)} · `, make("span", { class: "muted" }, sure));
    const take = make("button", { type: "button", onclick: () => this.accept(one) }, words("js.accept"));
    const drop = make("button", { type: "button", class: "quiet", onclick: () => this.leave(one), "aria-label": words("js.leave") }, "✕");
    const row = make("li", { class: "row suggested-row" }, name, make("span", {}, take, drop));
    const light = (on) => ((one.lit = on), this.stage.paint());
    row.addEventListener("pointerenter", () => light(true));
    row.addEventListener("pointerleave", () => light(false));
    return row;
  }

  #measures() {
    const { scale, plates } = this.#found;
    const toggles = [];
    if (scale) toggles.push(this.#toggle("grid", `${words("js.grid")} (± ${scale.residual_cm.toLocaleString(document.documentElement.lang)} cm)`));
    if (plates?.squares.length) toggles.push(this.#toggle("plates", words("js.plates")));
    return toggles;
  }

  #toggle(name, text) {
    const field = make("input", { type: "checkbox", checked: this.#shown.has(name) });
    field.addEventListener("change", () => {
      field.checked ? this.#shown.add(name) : this.#shown.delete(name);
      this.stage.paint();
    });
    return make("label", { class: "choice" }, field, make("span", {}, text));
  }

  #layers() {
    if (!this.#found) return [];
    const layers = [];
    if (this.#shown.has("grid")) layers.push(grid(this.#found.scale.grid));
    if (this.#shown.has("plates")) layers.push(heat(this.#found.plates));
    return [...layers, ...this.#left.map(dashed)];
  }
}

function dashed({ field, item, lit, group }) {
  const layer = draw("g", { class: `suggested ${group}${lit ? " is-lit" : ""}${item.confidence < SURE ? " is-unsure" : ""}` });
  const points = pointsOf(item, field);
  layer.append(field === "box" ? rectangle(points) : draw(field === "polygon" ? "polygon" : "polyline", { points: listed(points) }));
  return layer;
}

function grid(segments) {
  const layer = draw("g", { class: "metre-grid" });
  for (const [[x1, y1], [x2, y2]] of segments) layer.append(draw("line", { x1, y1, x2, y2 }));
  return layer;
}

function heat({ cell, squares }) {
  const layer = draw("g", { class: "heat" });
  for (const [x, y, width] of squares) {
    const kind = width >= READABLE ? "good" : width >= DOUBTFUL ? "fair" : "poor";
    const square = draw("rect", { class: kind, x, y, width: cell, height: cell });
    square.append(draw("title", {}, `${width} px`));
    layer.append(square);
  }
  return layer;
}

const pointsOf = (item, field) => (field === "box" ? cornersOf(item.box) : item[field]);

// Once the node has looked, what it found is shown without loading the page again.
export function whenWatched(act) {
  document.addEventListener("htmx:afterSwap", () => one("[data-watched]") && act());
  if (one("[data-watched]")) act();
}
