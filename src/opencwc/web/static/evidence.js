// Evidence: an example is chosen with one click, words of a text are added to the names to hide.
const failed = () => document.body.dispatchEvent(new CustomEvent("htmx:sendError", { detail: {} }));

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-example]");
  if (!button) return;
  const form = document.querySelector(button.dataset.example);
  try {
    for (const [name, value] of Object.entries(button.dataset)) {
      const field = form.elements[name];
      if (name === "example" || !field) continue;
      if (field.type !== "file") { field.value = value; continue; }
      const answer = await fetch(value);
      if (!answer.ok) throw new Error(value);
      const content = await answer.blob();
      const chosen = new DataTransfer();
      chosen.items.add(new File([content], value.split("/").pop(), { type: content.type }));
      field.files = chosen.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    form.requestSubmit();
  } catch { failed(); }
});

// What is selected in the masked text: its words, and where they stand in the text that was masked, in characters.
let selected = { names: "", places: "" };
const pieceOf = (node) => (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest("[data-from]");
const before = (piece, node, offset) => {
  const range = document.createRange();
  range.setStart(piece, 0);
  range.setEnd(node, offset);
  return Number(piece.dataset.from) + [...range.toString()].length;
};
document.addEventListener("selectionchange", () => {
  const chosen = document.getSelection();
  if (!chosen?.rangeCount || chosen.isCollapsed) return;
  const range = chosen.getRangeAt(0);
  const [first, last] = [pieceOf(range.startContainer), pieceOf(range.endContainer)];
  if (!first || !last) return;
  const from = before(first, range.startContainer, range.startOffset), to = before(last, range.endContainer, range.endOffset);
  selected = { names: chosen.toString().replace(/\s+/g, " ").trim(), places: `${from}-${to}` };
});

// What is done with the text can be done once it is there.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "answer" || !event.target.querySelector(".masked-text")) return;
  for (const button of document.querySelectorAll("#hiding button[disabled]")) button.disabled = false;
});

// What is hidden at one place only: its words, each with a button that shows it again.
const showHidden = (words, place) => {
  const box = document.querySelector("#hidden-here"), list = box.querySelector("ul");
  const item = document.createElement("li"), again = document.createElement("button"), text = document.createElement("bdi");
  again.type = "button";
  again.className = "small";
  again.dataset.place = place;
  again.setAttribute("aria-label", `${list.dataset.again}${words}`);
  text.textContent = words;
  again.append(text, " ✕");
  item.append(again);
  list.append(item);
  box.hidden = false;
};
document.addEventListener("click", (event) => {
  const again = event.target.closest("#hidden-here [data-place]");
  if (!again) return;
  const box = again.closest("#hidden-here"), form = again.form, field = form.elements.places;
  field.value = field.value.split("\n").filter((place) => place && place !== again.dataset.place).join("\n");
  again.closest("li").remove();
  box.hidden = !box.querySelector("li");
  form.requestSubmit();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-hide-selected]");
  if (!button || !selected.names) return;
  const field = document.querySelector("#hiding").elements[button.dataset.hideSelected];
  field.value = `${field.value.trimEnd()}${field.value.trim() ? "\n" : ""}${selected[button.dataset.hideSelected]}\n`;
  if (button.dataset.hideSelected === "places") showHidden(selected.names, selected.places);
  selected = { names: "", places: "" };
  field.form.requestSubmit();
});
