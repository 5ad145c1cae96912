// The grid of a register: keys, editing, pasting. What is right or wrong is said by the server alone, at every change.
const grid = document.querySelector("[data-grid]");
const base = grid.dataset.grid;
const problem = document.querySelector("#problem");
const rightToLeft = document.documentElement.dir === "rtl";
const body = () => grid.querySelector("#grid-body");
const cells = () => [...grid.querySelectorAll("td[role=gridcell]")];
const cellAt = (row, field) => grid.querySelector(`tr[data-row="${row}"] td[data-field="${CSS.escape(field)}"]`);
const placeOf = (cell) => ({ row: cell.parentElement.dataset.row, field: cell.dataset.field });
const textOf = (cell) => cell.querySelector("bdi")?.textContent ?? "";
let place = null; // the row and field of the cell that Tab comes to
let editor = null; // the field in the cell that is being edited
let held = []; // what stood in that cell

// ---- one cell of the grid is reached by Tab; the arrows go on from it
const rove = (cell, { focus = true } = {}) => {
  for (const other of grid.querySelectorAll("td[tabindex='0']")) other.tabIndex = -1;
  if (!cell) return;
  cell.tabIndex = 0;
  place = placeOf(cell);
  if (focus || cell.querySelector(".fault")) tellFaults(cell);
  if (focus) { cell.focus(); cell.scrollIntoView({ block: "nearest", inline: "nearest" }); }
};
const tellFaults = (cell) => {
  const line = grid.querySelector("[data-cell]");
  const head = grid.querySelector(`thead th[data-field="${CSS.escape(cell.dataset.field)}"]`)?.textContent ?? "";
  line.textContent = `${cell.parentElement.dataset.said}${head}${grid.dataset.colon}${cell.querySelector(".fault")?.textContent || grid.dataset.none}`;
};
const begin = () => {
  const first = place && cellAt(place.row, place.field) ? cellAt(place.row, place.field) : cells()[0];
  rove(first, { focus: false });
};

// ---- what the server gives is put in place; a cell that is being edited is left alone
const sameRows = (fresh) => {
  const rows = (where) => [...where.querySelectorAll("tr[data-row]")].map((row) => row.dataset.row).join();
  return rows(fresh) === rows(body()) && fresh.dataset.table === body().dataset.table;
};
const renew = (old, fresh) => {
  if (old.innerHTML === fresh.innerHTML && old.className === fresh.className) return;
  old.replaceChildren(...fresh.childNodes);
  for (const name of ["class", "aria-invalid", "title"]) { if (fresh.hasAttribute(name)) old.setAttribute(name, fresh.getAttribute(name)); else old.removeAttribute(name); }
};
// The table stays where it is, so that nothing in it loses the focus; what stands around it is new.
const around = (table, fresh) => {
  const now = body();
  const open = now.querySelector("#grid-faults")?.open;
  for (const name of now.getAttributeNames()) if (name.startsWith("data-")) now.removeAttribute(name);
  for (const name of fresh.getAttributeNames()) now.setAttribute(name, fresh.getAttribute(name));
  for (const child of [...now.children]) if (child !== table) child.remove();
  let above = true;
  for (const child of [...fresh.children]) {
    if (child.matches(".grid-scroll")) above = false;
    else if (above) table.before(child);
    else now.append(child);
  }
  const list = now.querySelector("#grid-faults");
  if (list && open !== undefined) list.open = open;
};
const put = (html) => {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const fresh = holder.content.querySelector("#grid-body");
  const focused = grid.querySelector("[role=grid]")?.contains(document.activeElement) ?? false;
  const scrolled = grid.querySelector(".grid-scroll");
  const [left, top] = [scrolled.scrollLeft, scrolled.scrollTop];
  if (sameRows(fresh)) {
    const [then, now] = [cells(), fresh.querySelectorAll("td[role=gridcell]")];
    then.forEach((cell, at) => { if (cell !== editor?.parentElement) renew(cell, now[at]); });
    grid.querySelectorAll("th[role=rowheader]").forEach((head, at) => renew(head, fresh.querySelectorAll("th[role=rowheader]")[at]));
    around(scrolled, fresh);
  } else {
    body().replaceWith(fresh);
  }
  const again = grid.querySelector(".grid-scroll");
  [again.scrollLeft, again.scrollTop] = [left, top];
  const { seen, answer, changed } = body().dataset;
  for (const field of document.querySelectorAll("input[name=seen]")) field.value = seen;
  document.querySelector("[data-answers-grid]").textContent = answer;
  for (const button of document.querySelectorAll("[data-save-version], [data-act=undo]")) button.disabled = !changed;
  const cell = place && cellAt(place.row, place.field);
  if (editor?.isConnected) { editor.focus(); return; }
  rove(cell ?? cells()[0], { focus: focused });
};

// ---- changes go to the server one after the other, each with the stand that it was made on
let waiting = Promise.resolve();
const headers = () => ({ ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" });
const fetched = async (address, options = {}) => {
  try {
    const answer = await fetch(address, { headers: headers(), ...options });
    return { ok: answer.ok, status: answer.status, text: await answer.text() };
  } catch {
    document.body.dispatchEvent(new CustomEvent("htmx:sendError", { detail: {} }));
    return null;
  }
};
const where = (more = {}) => {
  const { table, first, only } = body().dataset;
  return new URLSearchParams({ table, first, only, ...more });
};
const load = async (more) => {
  const answer = await fetched(`${base}/grid?${where(more)}`);
  if (answer?.ok) put(answer.text);
};
const send = (change) => {
  waiting = waiting.then(async () => {
    const content = where({ seen: body().dataset.seen, ...change });
    const answer = await fetched(`${base}/changes`, { method: "POST", body: content });
    if (answer?.ok) { problem.replaceChildren(); put(answer.text); return; }
    if (answer) { problem.innerHTML = answer.text; problem.scrollIntoView({ block: "nearest" }); }
    if (answer) await load(); // what stands is shown, also where somebody else changed it
    if (answer) problem.focus({ preventScroll: true });
  });
  return waiting;
};

// ---- editing a cell
const closed = "closed" in grid.dataset;
const edit = (cell, text) => {
  if (closed || editor) return;
  const { field } = placeOf(cell);
  const before = textOf(cell);
  const input = document.createElement("input");
  input.value = text ?? before;
  input.dir = "auto";
  input.autocomplete = "off";
  input.maxLength = 2000;
  const head = grid.querySelector(`thead th[data-field="${CSS.escape(field)}"]`).textContent;
  input.setAttribute("aria-label", `${grid.dataset.edit} ${head}`);
  if (document.querySelector(`#offered-${CSS.escape(field)}`)) input.setAttribute("list", `offered-${field}`);
  editor = input;
  held = [...cell.childNodes];
  cell.dataset.before = before;
  cell.classList.add("editing");
  cell.replaceChildren(input);
  input.focus();
  if (text === undefined) input.select();
  input.addEventListener("blur", () => { if (editor === input) commit(); });
};
const leave = (cell, text) => {
  editor = null;
  cell.classList.remove("editing");
  if (text === cell.dataset.before) cell.replaceChildren(...held);
  else cell.replaceChildren(Object.assign(document.createElement("bdi"), { dir: "auto", textContent: text }));
};
const commit = () => {
  const cell = editor.parentElement;
  const text = editor.value;
  const { before } = cell.dataset;
  const { row, field } = placeOf(cell);
  leave(cell, text);
  if (text !== before) send({ act: "set", row, field, text });
  return cell;
};
const cancel = () => {
  const cell = editor.parentElement;
  leave(cell, cell.dataset.before);
  rove(cell);
};

// ---- where the keys lead
const beside = (cell, step) => {
  const all = cells();
  return all[all.indexOf(cell) + step] ?? cell;
};
const under = (cell, step) => {
  const row = step > 0 ? cell.parentElement.nextElementSibling : cell.parentElement.previousElementSibling;
  return row ? row.querySelector(`td[data-field="${CSS.escape(cell.dataset.field)}"]`) : null;
};
const inRow = (cell, last) => {
  const all = [...cell.parentElement.querySelectorAll("td")];
  return last ? all[all.length - 1] : all[0];
};
const turn = async (step, cell) => {
  const first = step > 0 ? body().dataset.next : body().dataset.before;
  if (first === undefined) return;
  const { field } = placeOf(cell);
  await load({ first });
  const column = cells().filter((one) => one.dataset.field === field);
  rove(step > 0 ? column[0] : column[column.length - 1]);
};
const move = (cell, key, whole) => {
  const forward = rightToLeft ? "ArrowLeft" : "ArrowRight";
  const back = rightToLeft ? "ArrowRight" : "ArrowLeft";
  if (key === forward) return cell === inRow(cell, true) ? cell : beside(cell, 1);
  if (key === back) return cell === inRow(cell, false) ? cell : beside(cell, -1);
  if (key === "ArrowDown" || key === "ArrowUp") {
    const to = under(cell, key === "ArrowDown" ? 1 : -1);
    if (!to) turn(key === "ArrowDown" ? 1 : -1, cell);
    return to ?? cell;
  }
  if (key === "Home") return whole ? cells()[0] : inRow(cell, false);
  if (key === "End") return whole ? cells().at(-1) : inRow(cell, true);
  return null;
};
const editing = (event) => {
  event.stopPropagation();
  if (event.isComposing) return;
  if (event.key === "Escape") { event.preventDefault(); cancel(); }
  else if (event.key === "Enter") { event.preventDefault(); const cell = commit(); rove(under(cell, 1) ?? cell); }
  else if (event.key === "Tab") { event.preventDefault(); const cell = commit(); rove(beside(cell, event.shiftKey ? -1 : 1)); }
};
grid.addEventListener("keydown", (event) => {
  if (event.target === editor) { editing(event); return; }
  const cell = event.target.closest("td[role=gridcell]");
  if (!cell || event.isComposing) return;
  const whole = event.ctrlKey || event.metaKey;
  if (whole && event.key.toLowerCase() === "z") { event.preventDefault(); act("undo"); return; }
  const to = event.altKey ? null : move(cell, event.key, whole);
  if (to) { event.preventDefault(); event.stopPropagation(); if (to !== cell) rove(to); return; }
  if (whole || event.altKey) return;
  if (event.key === "PageDown" || event.key === "PageUp") { event.preventDefault(); turn(event.key === "PageDown" ? 1 : -1, cell); return; }
  if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); event.stopPropagation(); edit(cell); }
  else if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); if (!closed && textOf(cell)) send({ act: "set", ...placeOf(cell), text: "" }); }
  else if (event.key.length === 1) { event.preventDefault(); event.stopPropagation(); edit(cell, event.key); }
});
grid.addEventListener("click", (event) => {
  const link = event.target.closest("[data-to-row]");
  const there = link && cellAt(link.dataset.toRow, link.dataset.toField || inFirst(link.dataset.toRow));
  if (there) { event.preventDefault(); rove(there); return; }
  const cell = event.target.closest("td[role=gridcell]");
  if (cell && event.target !== editor) rove(cell);
});
const inFirst = (row) => grid.querySelector(`tr[data-row="${row}"] td`)?.dataset.field ?? "";
grid.addEventListener("dblclick", (event) => { const cell = event.target.closest("td[role=gridcell]"); if (cell && event.target !== editor) edit(cell); });
grid.addEventListener("focusin", (event) => { const cell = event.target.closest("td[role=gridcell]"); if (cell && event.target === cell && cell.tabIndex !== 0) rove(cell, { focus: false }); });

// ---- a block from a spreadsheet goes in from the cell on; a cell is copied as its text
grid.addEventListener("paste", (event) => {
  const cell = event.target.closest?.("td[role=gridcell]");
  if (!cell || editor || closed) return;
  event.preventDefault();
  const text = event.clipboardData.getData("text/plain");
  if (text) send({ act: "paste", ...placeOf(cell), text });
});
grid.addEventListener("copy", (event) => {
  const cell = event.target.closest?.("td[role=gridcell]");
  if (!cell || editor || String(getSelection())) return;
  event.preventDefault();
  event.clipboardData.setData("text/plain", textOf(cell));
});

// ---- rows, and the last change taken back
const act = async (name) => {
  const at = place && cellAt(place.row, place.field);
  if (name === "undo") { await send({ act: "undo" }); rove(cellAt(place?.row, place?.field ?? "") ?? cells()[0]); return; }
  if (name === "remove") {
    if (!at) return;
    const next = under(at, 1) ?? under(at, -1);
    const row = at.parentElement.dataset.row;
    if (next) place = placeOf(next);
    await send({ act: "remove", row });
    rove(place && cellAt(place.row, place.field) ? cellAt(place.row, place.field) : cells()[0]);
    return;
  }
  const before = new Set(cells().map((cell) => cell.parentElement.dataset.row));
  await send({ act: "add", row: at ? at.parentElement.dataset.row : 0, only: "" });
  const added = cells().find((cell) => !before.has(cell.parentElement.dataset.row));
  if (added) rove(added);
};
grid.addEventListener("click", (event) => { const button = event.target.closest("button[data-act]"); if (button && !button.disabled) act(button.dataset.act); });

begin();
const asked = /^#row-(\d+)$/.exec(location.hash);
if (asked) rove(grid.querySelector(`tr[data-row="${asked[1]}"] td`));
