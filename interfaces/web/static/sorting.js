// Puts a table in order by the buttons of its headers, and picks rows as one types into the field
// of its form, in place; without scripts the form does both.
const numberOf = (text) => {
  const plain = text.replace("\u2212", "-").replace(/[^0-9.-]/g, "");
  return plain && plain !== "-" ? Number(plain) : null;
};
const textOf = (text) => (text && text !== "\u2013" ? text : null);
const dayOf = (text) => (textOf(text) ? Date.parse(text) || null : null);
const isDay = (text) => /^\d{1,2} \w{3} \d{4}$/.test(text);

function keysOf(header, cells) {
  // What a cell says beside its figure, for the ear alone, is nothing to put it in order by.
  const texts = cells.map((cell) => cell.dataset.key ?? cell.textContent.trim());
  if (texts.some(isDay)) return texts.map(dayOf);
  return texts.map(header.classList.contains("number") ? numberOf : textOf);
}

function compare(one, other) {
  return typeof one === "string" ? one.localeCompare(other) : one - other;
}

function sort(table, header) {
  const isRising = header.ariaSort
    ? header.ariaSort === "descending"
    : !header.classList.contains("number");
  const body = table.tBodies[0];
  const rows = [...body.querySelectorAll("tr[data-words]")];
  const keys = keysOf(header, rows.map((row) => row.cells[header.cellIndex]));
  const keyed = rows.map((row, place) => ({ row, key: keys[place] }));
  keyed.sort((one, other) => {
    if (one.key === null || other.key === null) return (one.key === null) - (other.key === null);
    return isRising ? compare(one.key, other.key) : compare(other.key, one.key);
  });
  body.append(...keyed.map(({ row }) => row));
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", isRising ? "ascending" : "descending");
}

function pick(table, form) {
  const rows = [...table.querySelectorAll("tr[data-words]")];
  const words = form.elements.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    row.hidden = !words.every((word) => row.dataset.words.includes(word));
    shown += row.hidden ? 0 : 1;
  }
  form.querySelector("[role=status]").textContent = `${shown} of ${rows.length} shown`;
}

for (const table of document.querySelectorAll("table[data-sorting]")) {
  const form = document.getElementById(table.dataset.sorting);
  table.tHead.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    sort(table, button.closest("th"));
  });
  const wasPickedBefore = form.elements.filter.value !== "";
  form.elements.filter.addEventListener("input", () => {
    // Rows that the server has left out are not here to be shown again.
    if (!wasPickedBefore) pick(table, form);
  });
  form.addEventListener("submit", (event) => {
    if (wasPickedBefore) return;
    event.preventDefault();
    pick(table, form);
  });
}
