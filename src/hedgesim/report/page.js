"use strict";
const value = (row, place) => {
  const cell = row.cells[place];
  return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value);
};
const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));

for (const table of document.querySelectorAll("table")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.ariaSort === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.ariaSort = down ? "descending" : "ascending";
      const rows = [...table.tBodies[0].rows];
      rows.sort((a, b) => (down ? -1 : 1) * compare(value(a, place), value(b, place)));
      table.tBodies[0].append(...rows);
    });
  });
}

const filters = document.getElementById("filters");
const show = () => {
  const wanted = { country: filters.elements.country.value, power: filters.elements.power.value };
  let hidden = 0;
  for (const element of document.querySelectorAll("tr[data-country], tr[data-power], figure[data-country]")) {
    const other = Object.keys(wanted).some((key) =>
      wanted[key] && element.dataset[key] && element.dataset[key] !== wanted[key]);
    element.hidden = other;
    hidden += other;
  }
  document.getElementById("shown").textContent = hidden ? `${hidden} rows and charts are hidden.` : "";
};
for (const label of filters.querySelectorAll("label")) {
  label.hidden = document.querySelector(`[data-${label.dataset.key}]`) === null;
}
filters.hidden = filters.querySelector("label:not([hidden])") === null;
filters.addEventListener("change", show);
filters.addEventListener("submit", (event) => event.preventDefault());
show();
