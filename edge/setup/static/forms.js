// The form of the object that is selected: what it is, beside where it is.

import { make, words } from "./dom.js";

const REQUIRED = new Set(["movement", "basis"]);

// Gives the elements of the form. `choices` has [code, words] of each choice; `draw` starts a line that
// belongs to a stop line.
export function form(scene, shape, choices, draw) {
  const edit = new Editor(scene, shape, choices);
  const build = {
    heads: head,
    stop_lines: stopLine,
    commit: () => [],
    exit,
    lanes: lane,
    solid_lines: solidLine,
    zones: zone,
    rider_zones: () => [edit.name()],
    sections: section,
  }[shape.kind];
  return build(edit, draw).filter(Boolean);
}

function head(edit) {
  return [
    edit.name(),
    edit.select("kind", [["round", words("js.round")], ["arrow", words("js.arrow")]], "round"),
    edit.select("layout", [["vertical", words("js.vertical")], ["horizontal", words("js.horizontal")]], "vertical"),
  ];
}

function stopLine(edit, draw) {
  const heads = edit.scene.items("heads").map((item) => [item.id, item.id]);
  const index = edit.scene.items("stop_lines").indexOf(edit.item);
  return [
    edit.name(),
    edit.select("head", [["", words("js.no_head")], ...heads], ""),
    edit.turnRound(),
    edit.own(words("js.heads_of_movements"), edit.headsOfMovements(heads)),
    make("button", { type: "button", onclick: () => draw("commit", index) }, words(edit.item.commit ? "js.commit_anew" : "js.commit_add")),
    make("button", { type: "button", onclick: () => draw("exit", index) }, words("js.exit_add")),
  ];
}

function exit(edit) {
  return [
    edit.select("movement", edit.choices.movement, "straight"),
    edit.selectOf(
      "prohibited_by",
      words("js.prohibited_by"),
      [["", words("js.allowed")], ...edit.choices.ban],
      edit.item.prohibited_by?.by ?? edit.item.prohibited_by ?? "",
      (value) => edit.set("prohibited_by", value ? { by: value } : null),
    ),
  ];
}

function lane(edit) {
  return [
    edit.name(),
    edit.turnRound(),
    edit.check("one_way"),
    edit.several("kinds", edit.choices.kinds, words("js.kinds_all")),
    edit.several("movements", edit.choices.movement, words("js.movements_all")),
    edit.several("free_on_red", edit.choices.movement, words("js.free_none")),
  ];
}

function solidLine(edit) {
  const named = (names) => names.map((name) => [name, words(`js.${name}`)]);
  return [
    edit.name(),
    edit.select("separates", [["", words("js.separates_unsaid")], ...named(["lanes", "opposing"])], ""),
    edit.select("forbidden_from", named(["either", "left", "right"]), "either"),
  ];
}

function zone(edit) {
  const seconds = make("input", { type: "number", min: 1, max: 3600, value: edit.item.seconds, onchange: (event) => edit.set("seconds", Number(event.target.value)) });
  return [edit.name(), edit.labelled(words("js.seconds"), seconds), edit.select("basis", edit.choices.basis, "P130")];
}

function section(edit) {
  const metres = (key) => edit.labelled(words(`js.${key}`), make("input", { type: "number", min: 0.6, max: 200, step: 0.1, value: edit.item[key], onchange: (event) => edit.set(key, Number(event.target.value)) }));
  const turn = () => edit.scene.change(() => edit.item.corners.push(edit.item.corners.shift()));
  return [edit.name(), metres("width"), metres("length"), make("button", { type: "button", onclick: turn }, `⟳ ${words("js.turn_corners")}`)];
}

class Editor {
  constructor(scene, shape, choices) {
    Object.assign(this, { scene, choices, group: shape.key.split(".")[0], item: shape.kind === "exit" ? shape.holder : shape.owner });
  }

  set(key, value) {
    this.scene.change(() => {
      if (value === null || value === "" || value === false || value?.length === 0) delete this.item[key];
      else this.item[key] = value;
    });
  }

  labelled(text, field) {
    return make("label", {}, make("span", {}, text), field);
  }

  name() {
    const taken = this.scene.items(this.group).filter((item) => item !== this.item).map((item) => item.id);
    const field = make("input", { value: this.item.id, maxlength: 80, pattern: "[A-Za-z0-9][A-Za-z0-9_.:\\-]*", autocapitalize: "off" });
    field.addEventListener("change", () => {
      const fits = field.checkValidity() && field.value && !taken.includes(field.value);
      field.setAttribute("aria-invalid", String(!fits));
      if (fits) this.scene.rename(this.group, this.item, field.value);
    });
    return this.labelled(words("js.id"), field);
  }

  select(key, options, usual) {
    return this.selectOf(key, words(`js.${key}`), options, this.item[key] ?? usual, (value) => this.set(key, value === usual && !REQUIRED.has(key) ? null : value));
  }

  selectOf(name, text, options, value, change) {
    const field = make("select", { name, onchange: (event) => change(event.target.value) });
    for (const [code, label] of options) field.append(make("option", { value: code, selected: code === value }, label));
    return this.labelled(text, field);
  }

  check(key) {
    const field = make("input", { type: "checkbox", checked: Boolean(this.item[key]), onchange: (event) => this.set(key, event.target.checked) });
    return make("label", { class: "choice" }, field, make("span", {}, words(`js.${key}`)));
  }

  several(key, options, none) {
    const chosen = new Set(this.item[key] ?? []);
    const boxes = options.map(([code, label]) => {
      const field = make("input", { type: "checkbox", checked: chosen.has(code) });
      field.addEventListener("change", () => {
        field.checked ? chosen.add(code) : chosen.delete(code);
        this.set(key, options.map(([one]) => one).filter((one) => chosen.has(one)));
      });
      return make("label", { class: "choice" }, field, make("span", {}, label));
    });
    return this.own(words(`js.${key}`), boxes, none);
  }

  own(text, children, note = "") {
    const legend = make("legend", {}, text);
    return make("fieldset", {}, legend, note ? make("p", { class: "muted small" }, note) : null, ...children);
  }

  turnRound() {
    const turn = () => this.scene.change(() => (this.item.direction = this.item.direction.map((value) => 0 - value)));
    return make("button", { type: "button", onclick: turn }, `⇅ ${words("js.turn_round")}`);
  }

  headsOfMovements(heads) {
    return this.choices.movement.map(([movement, label]) =>
      this.selectOf(`head-${movement}`, label, [["", words("js.as_line")], ...heads], this.item.heads?.[movement] ?? "", (value) =>
        this.scene.change(() => {
          const known = (this.item.heads ??= {});
          value ? (known[movement] = value) : delete known[movement];
          if (!Object.keys(known).length) delete this.item.heads;
        }),
      ),
    );
  }
}
