// Find anything: Ctrl+K and / open the box, arrows walk through what is found, Enter opens the first. Without scripts
// the link in the header leads to a page that does the same.
const box = document.querySelector("#find");
const field = document.querySelector("#find-q");
const found = document.querySelector("#find-hits");
const links = () => [...found.querySelectorAll("a")];
const answered = () => found.querySelector("[data-asked]")?.dataset.asked === field.value.trim();
let goes = false;

let warm = false;

function open() {
  if (!warm) { warm = true; fetch("/find").catch(() => { warm = false; }); } // what is searched is made ready meanwhile
  if (!box.open) { box.showModal(); field.select(); }
  field.focus();
}

function step(by) {
  const all = [field, ...links()];
  const at = all.indexOf(document.activeElement);
  all[Math.max(0, Math.min(all.length - 1, at + by))].focus();
}

document.addEventListener("keydown", (event) => {
  const writes = event.target.closest("input, textarea, select, [contenteditable], iframe, dialog[open]");
  const single = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !writes && document.querySelector("#keys-on").checked;
  const both = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  if (event.isComposing || !(single || both)) return;
  event.preventDefault();
  open();
});
document.addEventListener("click", (event) => {
  if (event.target === box) box.close();
  if (!event.target.closest("[data-find]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open();
});
box.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); step(event.key === "ArrowDown" ? 1 : -1); }
});
box.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (answered()) links()[0]?.click();
  else goes = Boolean(field.value.trim());
});
field.addEventListener("input", () => { goes = false; if (!field.value.trim()) found.replaceChildren(); });
found.addEventListener("htmx:afterSwap", () => { if (goes && answered()) { goes = false; links()[0]?.click(); } });
