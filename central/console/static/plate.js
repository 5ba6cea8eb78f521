// The dialog that corrects a plate: digits choose what else was read, and what is typed is checked as it is typed.

import { all, one } from "./dom.js";

const CHECK_AFTER_MS = 150;
let untouched = true; // nothing was typed since the dialog opened
let chosenBy = ""; // the digit that chose a candidate: typing on makes it the first character instead
let timer = 0;
let asked = 0;

const fieldOf = (element) => element.closest("form")?.elements.plate;

document.addEventListener("focusin", (event) => {
  if (!event.target.matches("input[name=plate][data-check]")) return;
  untouched = true;
  chosenBy = "";
  check(event.target);
});

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.matches?.("input[name=plate][data-check]") || event.isComposing || event.key === "Shift") return;
  if (event.ctrlKey || event.metaKey || event.altKey) return takenOver();
  const candidate = untouched && one(`[data-candidate][data-digit="${event.key}"]`, field.form);
  if (candidate) {
    event.preventDefault();
    fill(field, candidate.dataset.candidate);
    chosenBy = event.key;
  } else if (chosenBy && event.key.length === 1) {
    event.preventDefault();
    field.value = chosenBy + event.key;
    chosenBy = "";
    changed(field);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    rove(field, event.key === "ArrowDown" ? 1 : -1);
  } else {
    takenOver();
  }
});
document.addEventListener("pointerdown", (event) => event.target.matches("input[name=plate][data-check]") && takenOver());

// Who has moved in the field, or marked a part of it, types there: digits are digits from now on.
function takenOver() {
  chosenBy = "";
  untouched = false;
}

document.addEventListener("input", (event) => event.target.matches("input[name=plate][data-check]") && changed(event.target));
document.addEventListener("change", (event) => {
  const field = event.target.matches("select[name=colour], select[name=vehicle]") && fieldOf(event.target);
  if (field) check(field);
});
document.addEventListener("click", (event) => {
  const control = event.target.closest("[data-candidate]");
  const field = control && fieldOf(control);
  if (!field) return;
  fill(field, control.dataset.candidate);
  field.focus();
});

function changed(field) {
  untouched = false;
  clearTimeout(timer);
  timer = setTimeout(() => check(field), CHECK_AFTER_MS);
}

function fill(field, text) {
  field.value = text;
  field.select();
  untouched = false;
  check(field);
}

// Up and down go through the readings, as in any field with suggestions.
function rove(field, direction) {
  const texts = all("[data-candidate]", field.form).map((control) => control.dataset.candidate);
  if (!texts.length) return;
  const at = texts.indexOf(field.value);
  fill(field, texts[(at + direction + texts.length + (at < 0 && direction < 0 ? 1 : 0)) % texts.length]);
}

async function check(field) {
  const place = one("[data-plate-check]", field.form);
  if (!place) return;
  const turn = ++asked;
  const values = new URLSearchParams({ plate: field.value, colour: field.form.elements.colour.value, vehicle: field.form.elements.vehicle.value });
  const answer = await fetch(`${field.dataset.check}?${values}`).catch(() => null);
  if (turn !== asked || !answer?.ok || answer.redirected) return; // the decision itself is checked again
  const told = await answer.json();
  place.textContent = told.words;
  place.className = told.issued ? "plate-check good" : "plate-check warn";
}
