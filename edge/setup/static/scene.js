// What is drawn: the draft of the camera file, the shapes in it, and the way back.

export const GROUPS = ["heads", "stop_lines", "lanes", "solid_lines", "zones", "rider_zones", "sections"];
const LETTERS = { heads: "D", stop_lines: "S", lanes: "L", solid_lines: "V", zones: "K", rider_zones: "N", sections: "X" };
const FIELD = { heads: "box", stop_lines: "line", lanes: "polygon", solid_lines: "line", zones: "polygon", rider_zones: "polygon", sections: "corners" };
const MOST_UNDO = 200;

const round = (value) => Math.round(value * 10) / 10;

export class Scene extends EventTarget {
  #past = [];
  #future = [];

  constructor(draft) {
    super();
    this.draft = draft;
  }

  get size() {
    return this.draft.size;
  }

  items(group) {
    return this.draft[group] ?? [];
  }

  // Every shape in the picture: key, kind, the object it belongs to, its points.
  shapes() {
    const found = [];
    for (const group of GROUPS) {
      this.items(group).forEach((item, index) => {
        const key = `${group}.${index}`;
        found.push(shape(key, group, item, item, FIELD[group]));
        if (item.commit) found.push(shape(`${key}.commit`, "commit", item, item, "commit"));
        (item.exits ?? []).forEach((way, number) => found.push(shape(`${key}.exits.${number}`, "exit", item, way, "line")));
      });
    }
    return found;
  }

  shape(key) {
    return this.shapes().find((one) => one.key === key);
  }

  // Everything that changes the draft goes through here, so that it can be taken back.
  change(act) {
    this.#past.push(JSON.stringify(this.draft));
    if (this.#past.length > MOST_UNDO) this.#past.shift();
    this.#future = [];
    const result = act(this.draft);
    this.#tell();
    return result;
  }

  // While something is dragged: the way back leads to where it was before.
  move(act) {
    act(this.draft);
    this.dispatchEvent(new Event("move"));
  }

  begin() {
    this.#past.push(JSON.stringify(this.draft));
    this.#future = [];
  }

  end() {
    if (this.#past.at(-1) === JSON.stringify(this.draft)) this.#past.pop();
    else this.#tell();
  }

  undo() {
    this.#step(this.#past, this.#future);
  }

  redo() {
    this.#step(this.#future, this.#past);
  }

  #step(from, to) {
    if (!from.length) return;
    to.push(JSON.stringify(this.draft));
    this.draft = JSON.parse(from.pop());
    this.#tell();
  }

  #tell() {
    this.dispatchEvent(new Event("move"));
    this.dispatchEvent(new Event("change"));
  }

  newId(group) {
    const taken = new Set(this.items(group).map((item) => item.id));
    let number = 1;
    while (taken.has(`${LETTERS[group]}${number}`)) number += 1;
    return `${LETTERS[group]}${number}`;
  }

  // Adds what was drawn; gives its key. `owner` is the index of the stop line a commit line or exit belongs to.
  add(kind, points, owner = null) {
    return this.change((draft) => {
      const rounded = points.map((point) => point.map(round));
      if (kind === "commit") {
        draft.stop_lines[owner].commit = rounded;
        return `stop_lines.${owner}.commit`;
      }
      if (kind === "exit") {
        const ways = (draft.stop_lines[owner].exits ??= []);
        ways.push({ movement: "straight", line: rounded });
        return `stop_lines.${owner}.exits.${ways.length - 1}`;
      }
      const list = (draft[kind] ??= []);
      list.push(this.#made(kind, rounded));
      return `${kind}.${list.length - 1}`;
    });
  }

  #made(group, points) {
    const item = { id: this.newId(group) };
    if (group === "heads") return { ...item, box: boxOf(points), ...lying(boxOf(points)) };
    item[FIELD[group]] = points;
    if (group === "stop_lines") {
      item.direction = upward(points);
      if (this.items("heads").length === 1) item.head = this.items("heads")[0].id;
    }
    if (group === "lanes") item.direction = this.items("stop_lines")[0]?.direction ?? [0, -1];
    if (group === "sections") Object.assign(item, { corners: fromWhereTheyComeIn(points, this.#traffic()), width: 3.5, length: 6 });
    if (group === "zones") Object.assign(item, { seconds: 60, basis: "P130" });
    return item;
  }

  // Which way vehicles go here: as a lane or stop line says, else away from the camera.
  #traffic() {
    return [...this.items("lanes"), ...this.items("stop_lines")][0]?.direction ?? [0, -1];
  }

  remove(key) {
    this.change((draft) => {
      const [group, index, part, number] = key.split(".");
      const item = draft[group][index];
      if (part === "commit") delete item.commit;
      else if (part === "exits") item.exits.splice(number, 1);
      else {
        draft[group].splice(index, 1);
        if (group === "heads") rename(draft, item.id, null);
      }
    });
  }

  rename(group, item, name) {
    this.change((draft) => {
      if (group === "heads") rename(draft, item.id, name);
      item.id = name;
    });
  }
}

function shape(key, kind, owner, holder, field) {
  return {
    key,
    kind,
    owner,
    holder,
    field,
    isBox: field === "box",
    closed: ["polygon", "corners"].includes(field),
    get points() {
      const value = holder[field];
      return field === "box" ? cornersOf(value) : value;
    },
    set points(points) {
      const rounded = points.map((point) => point.map(round));
      holder[field] = field === "box" ? boxOf(rounded) : rounded;
    },
  };
}

function boxOf([[x1, y1], [x2, y2]]) {
  return [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)];
}

export const cornersOf = ([x1, y1, x2, y2]) => [[x1, y1], [x2, y2]];

// Four corners as a driver sees them: left and right where vehicles come in, then right and left where they go out.
function fromWhereTheyComeIn(points, [dx, dy]) {
  const ordered = clockwise(points) ? [...points].reverse() : [...points];
  const entry = (first) => [ordered[first], ordered[(first + 1) % 4]].reduce((sum, [x, y]) => sum + x * dx + y * dy, 0);
  const first = [0, 1, 2, 3].reduce((best, one) => (entry(one) < entry(best) ? one : best));
  return [...ordered.slice(first), ...ordered.slice(0, first)];
}

function clockwise(points) {
  const twice = points.reduce((sum, [x, y], n) => sum + x * points[(n + 1) % points.length][1] - points[(n + 1) % points.length][0] * y, 0);
  return twice > 0;
}

const lying = (box) => (box[2] - box[0] > box[3] - box[1] ? { layout: "horizontal" } : {});

// Across the line, up the picture: away from a camera that sees the traffic from behind.
function upward(points) {
  const [[x1, y1], [x2, y2]] = [points[0], points.at(-1)];
  const length = Math.hypot(x2 - x1, y2 - y1) || 1;
  const normal = [(y2 - y1) / length, -(x2 - x1) / length].map((value) => Math.round(value * 100) / 100);
  return normal[1] > 0 ? normal.map((value) => 0 - value) : normal;
}

// A head's new name, or none, where stop lines name it.
function rename(draft, old, name) {
  for (const stop of draft.stop_lines ?? []) {
    if (stop.head === old) name ? (stop.head = name) : delete stop.head;
    for (const [way, head] of Object.entries(stop.heads ?? {})) {
      if (head === old) name ? (stop.heads[way] = name) : delete stop.heads[way];
    }
  }
}

export function middleOf(points) {
  const sum = points.reduce(([x, y], [px, py]) => [x + px, y + py], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}
