// The picture with what is drawn on it: points are set, dragged and nudged here.

import { draw, one, words } from "./dom.js";
import { middleOf } from "./scene.js";
import { hideLoupe, showLoupe } from "./loupe.js";

const REACH = 12; // screen pixels within which a point snaps to what is drawn
const ARROW = 56;
const ORDER = { lanes: 0, zones: 1, rider_zones: 1, sections: 1, exit: 2, commit: 3, solid_lines: 4, stop_lines: 5, heads: 6 };
const ENOUGH = { heads: 2, stop_lines: 2, commit: 2, exit: 2, solid_lines: 2, sections: 4 };

export class Stage extends EventTarget {
  selected = null;
  vertex = null;
  tool = null;
  backdrop = () => []; // what lies under everything that is drawn
  #pending = [];
  #drag = null;

  constructor(root, scene) {
    super();
    this.scene = scene;
    this.video = one("video", root);
    this.svg = one("svg", root);
    const [width, height] = scene.size;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    scene.addEventListener("move", () => this.paint());
    new ResizeObserver(() => this.paint()).observe(this.svg);
    this.svg.addEventListener("pointerdown", (event) => this.#down(event));
    this.svg.addEventListener("pointermove", (event) => this.#move(event));
    this.svg.addEventListener("pointerup", (event) => this.#up(event));
    this.svg.addEventListener("pointercancel", () => this.#cancel());
    this.svg.addEventListener("dblclick", () => this.finish());
    this.paint();
  }

  get scale() {
    return this.svg.clientWidth / this.scene.size[0] || 1;
  }

  use(tool, owner = null) {
    this.tool = tool;
    this.owner = owner;
    this.#pending = [];
    if (tool) this.select(null);
    this.svg.classList.toggle("is-drawing", Boolean(tool));
    this.#tell("tool");
  }

  select(key, vertex = null) {
    this.selected = key;
    this.vertex = vertex;
    this.#tell("select");
  }

  // An area is finished with Enter, a double click, its first corner or the button.
  finish() {
    if (this.tool && this.#pending.length >= (ENOUGH[this.tool] ?? 3)) this.#add();
  }

  takeBack() {
    this.#pending.pop();
    this.#tell("tool");
  }

  nudge(dx, dy) {
    const shape = this.scene.shape(this.selected);
    if (!shape) return;
    this.scene.change(() => {
      shape.points = shape.points.map(([x, y], index) => (this.vertex === null || index === this.vertex ? [x + dx, y + dy] : [x, y]));
    });
  }

  removeSelected() {
    const shape = this.scene.shape(this.selected);
    if (!shape) return;
    const least = shape.closed ? 3 : 2;
    if (this.vertex !== null && shape.points.length > least) {
      this.scene.change(() => (shape.points = shape.points.filter((_, index) => index !== this.vertex)));
      this.vertex = null;
      this.#tell("select");
    } else {
      this.scene.remove(this.selected);
      this.select(null);
    }
  }

  #tell(name) {
    this.paint();
    this.dispatchEvent(new Event(name));
  }

  #add() {
    const key = this.scene.add(this.tool, this.#pending, this.owner);
    this.use(null);
    this.select(key);
  }

  #place(event, snap = true) {
    const matrix = this.svg.getScreenCTM().inverse();
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    const [width, height] = this.scene.size;
    const inside = [Math.min(Math.max(x, 0), width), Math.min(Math.max(y, 0), height)];
    return snap && !event.altKey && this.tool !== "heads" ? this.#snapped(inside) : inside;
  }

  // The nearest corner within reach, else the nearest place on a side.
  #snapped(point) {
    const reach = REACH / this.scale;
    let best = null;
    let nearest = reach;
    const own = this.#drag?.key ?? null;
    const shapes = this.scene.shapes().filter((shape) => shape.key !== own && !shape.isBox);
    for (const shape of shapes) {
      for (const corner of shape.points) {
        const away = Math.hypot(corner[0] - point[0], corner[1] - point[1]);
        if (away < nearest) [best, nearest] = [corner, away];
      }
    }
    if (best) return [...best];
    nearest = reach * 0.6;
    for (const shape of shapes) {
      for (const [a, b] of sides(shape)) {
        const on = onSegment(point, a, b);
        const away = Math.hypot(on[0] - point[0], on[1] - point[1]);
        if (away < nearest) [best, nearest] = [on, away];
      }
    }
    return best ?? point;
  }

  #down(event) {
    if (event.button) return;
    this.svg.focus({ preventScroll: true });
    const { key, vertex, part } = event.target.dataset;
    if (this.tool) return this.#beginPoint(event);
    if (!key) return this.select(null);
    if (event.pointerType === "touch" && !part && this.selected !== key) return this.select(key);
    this.svg.setPointerCapture(event.pointerId);
    this.scene.begin();
    const place = this.#place(event, false);
    this.#drag = { key, part, last: place, vertex: vertex === undefined ? null : Number(vertex) };
    if (part === "between") this.#insert(key, Number(vertex), place);
    this.select(key, this.#drag.vertex);
  }

  #insert(key, after, place) {
    const shape = this.scene.shape(key);
    const points = [...shape.points];
    points.splice(after + 1, 0, place);
    shape.points = points;
    Object.assign(this.#drag, { part: "vertex", vertex: after + 1 });
  }

  #beginPoint(event) {
    this.svg.setPointerCapture(event.pointerId);
    const place = this.#place(event);
    if (this.tool === "heads" && !this.#pending.length) this.#pending.push(place);
    this.#drag = { drawing: true, at: place, from: place };
    showLoupe(this.video, this.scene.size, place);
    this.paint();
  }

  #move(event) {
    if (this.tool) return this.#hover(event);
    if (!this.#drag) return;
    const shape = this.scene.shape(this.#drag.key);
    const place = this.#place(event, this.#drag.part === "vertex");
    this.scene.move(() => this.#dragTo(shape, place));
    if (this.#drag.part === "vertex") showLoupe(this.video, this.scene.size, place);
    this.#drag.last = place;
  }

  #dragTo(shape, place) {
    const { part, vertex, last } = this.#drag;
    if (part === "vertex") shape.points = shape.points.map((point, index) => (index === vertex ? place : point));
    else if (part === "arrow") shape.owner.direction = direction(anchor(shape), place);
    else shape.points = shape.points.map(([x, y]) => [x + place[0] - last[0], y + place[1] - last[1]]);
  }

  #hover(event) {
    const place = this.#place(event);
    if (this.#drag || event.pointerType === "mouse") showLoupe(this.video, this.scene.size, place);
    this.#drag = this.#drag ? { ...this.#drag, at: place } : null;
    this.paint(place);
  }

  #up(event) {
    hideLoupe();
    const drag = this.#drag;
    this.#drag = null;
    if (!drag) return;
    if (drag.drawing) return this.#point(this.#place(event), drag.from);
    this.scene.end();
    this.#tell("select");
  }

  #point(place, from) {
    const points = this.#pending;
    if (this.tool === "heads") {
      // Drawn by dragging, or corner by corner.
      if (points.length === 1 && near(place, from, 5 / this.scale) && points[0] === from) return this.#tell("tool");
      points.push(place);
      return this.#add();
    }
    const closes = points.length >= 3 && near(place, points[0], REACH / this.scale) && !ENOUGH[this.tool];
    if (closes) return this.#add();
    if (!points.length || !near(place, points.at(-1), 2)) points.push(place);
    if (points.length === ENOUGH[this.tool]) return this.#add();
    this.#tell("tool");
  }

  #cancel() {
    hideLoupe();
    this.#drag = null;
    this.scene.end();
  }

  paint(hovered = null) {
    const unit = 1 / this.scale;
    const shapes = this.scene.shapes().sort((a, b) => ORDER[a.kind] - ORDER[b.kind]);
    const layers = [...this.backdrop(), ...shapes.map((shape) => painted(shape, unit, shape.key === this.selected))];
    const chosen = this.scene.shape(this.selected);
    if (chosen) layers.push(handles(chosen, unit, this.vertex));
    if (this.#pending.length) layers.push(this.#unfinished(unit, hovered ?? this.#drag?.at));
    this.svg.replaceChildren(...layers);
  }

  #unfinished(unit, hovered) {
    const points = hovered ? [...this.#pending, hovered] : this.#pending;
    const group = draw("g", { class: "unfinished" });
    if (this.tool === "heads" && points.length > 1) group.append(rectangle(points));
    else group.append(draw("polyline", { points: listed(points) }));
    for (const [x, y] of this.#pending) group.append(draw("circle", { cx: x, cy: y, r: 6 * unit }));
    return group;
  }
}

export function painted(shape, unit, selected) {
  const group = draw("g", { class: `shape ${shape.kind}${selected ? " is-selected" : ""}` });
  const data = { "data-key": shape.key };
  const outline = () => (shape.isBox ? rectangle(shape.points) : draw(shape.closed ? "polygon" : "polyline", { points: listed(shape.points) }));
  const grip = outline();
  grip.setAttribute("class", "grip");
  grip.dataset.key = shape.key;
  group.append(outline(), grip);
  if (shape.owner.direction && ["stop_lines", "lanes"].includes(shape.kind)) group.append(arrow(anchor(shape), tip(shape, unit), unit));
  if (shape.kind === "sections") group.append(arrow(...ends(shape), unit));
  const [x, y] = labelPlace(shape, unit);
  group.append(draw("text", { ...data, x, y, "font-size": 14 * unit, class: "name" }, nameOf(shape)));
  return group;
}

function nameOf(shape) {
  if (shape.kind === "commit") return "";
  return shape.kind === "exit" ? `${shape.owner.id} → ${words(`js.${shape.holder.movement}`)}` : shape.owner.id;
}

function labelPlace(shape, unit) {
  if (shape.isBox) return [shape.points[0][0], shape.points[0][1] - 5 * unit];
  if (shape.closed) return middleOf(shape.points);
  return [shape.points[0][0] + 6 * unit, shape.points[0][1] - 8 * unit];
}

function handles(shape, unit, vertex) {
  const group = draw("g", { class: "handles" });
  const data = { "data-key": shape.key };
  if (!shape.isBox) {
    sides(shape).forEach(([a, b], index) => {
      const [x, y] = middleOf([a, b]);
      group.append(draw("circle", { ...data, "data-part": "between", "data-vertex": index, cx: x, cy: y, r: 5 * unit, class: "between" }));
    });
  }
  shape.points.forEach(([x, y], index) => {
    const chosen = index === vertex ? " is-chosen" : "";
    group.append(draw("circle", { ...data, "data-part": "vertex", "data-vertex": index, cx: x, cy: y, r: 16 * unit, class: "touch" }));
    group.append(draw("circle", { ...data, "data-part": "vertex", "data-vertex": index, cx: x, cy: y, r: 7 * unit, class: `vertex${chosen}` }));
  });
  if (shape.owner.direction && ["stop_lines", "lanes"].includes(shape.kind)) {
    const [x, y] = tip(shape, unit);
    group.append(draw("circle", { ...data, "data-part": "arrow", cx: x, cy: y, r: 14 * unit, class: "turn" }));
  }
  return group;
}

const anchor = (shape) => (shape.closed ? middleOf(shape.points) : middleOf([shape.points[0], shape.points.at(-1)]));

function tip(shape, unit) {
  const [x, y] = anchor(shape);
  const [dx, dy] = shape.owner.direction;
  const length = Math.hypot(dx, dy) || 1;
  return [x + (dx / length) * ARROW * unit, y + (dy / length) * ARROW * unit];
}

// Where vehicles come into a stretch of road, and where they leave it.
const ends = ({ points: [a, b, c, d] }) => [middleOf([a, b]), middleOf([c, d])];

function arrow([x, y], [tx, ty], unit) {
  const back = ([turn]) => {
    const angle = Math.atan2(ty - y, tx - x) + turn;
    return [tx - 14 * unit * Math.cos(angle), ty - 14 * unit * Math.sin(angle)];
  };
  const head = [back([0.5]), [tx, ty], back([-0.5])];
  const group = draw("g", { class: "arrow" });
  group.append(draw("line", { x1: x, y1: y, x2: tx, y2: ty }), draw("polyline", { points: listed(head) }));
  return group;
}

function direction(from, to) {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]) || 1;
  return [(to[0] - from[0]) / length, (to[1] - from[1]) / length].map((value) => Math.round(value * 100) / 100);
}

export function rectangle([[x1, y1], [x2, y2]]) {
  return draw("rect", { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) });
}

function sides(shape) {
  const next = shape.closed ? [...shape.points.slice(1), shape.points[0]] : shape.points.slice(1);
  return next.map((point, index) => [shape.points[index], point]);
}

function onSegment([px, py], [ax, ay], [bx, by]) {
  const length = (bx - ax) ** 2 + (by - ay) ** 2 || 1;
  const part = Math.min(Math.max(((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length, 0), 1);
  return [ax + part * (bx - ax), ay + part * (by - ay)];
}

const near = (a, b, reach) => Math.hypot(a[0] - b[0], a[1] - b[1]) <= reach;
export const listed = (points) => points.map((point) => point.join(",")).join(" ");
