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

let selected = "";
document.addEventListener("selectionchange", () => {
  const chosen = document.getSelection();
  if (chosen?.anchorNode?.parentElement?.closest(".masked-text")) selected = chosen.toString().replace(/\s+/g, " ").trim();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-hide-selected]") || !selected) return;
  const names = document.querySelector("#hiding").elements.names;
  names.value = `${names.value.trimEnd()}${names.value.trim() ? "\n" : ""}${selected}\n`;
  selected = "";
  names.form.requestSubmit();
});
