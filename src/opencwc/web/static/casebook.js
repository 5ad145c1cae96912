// The casebook's pages: keys on lists, the decision form, saved views, the bundle as a file. Nothing here decides.
const body = document.body;
const one = (selector, within = document) => within.querySelector(selector);
const CARRIED = "told-next";
const AWAY = 10 * 60 * 1000;
// htmx would copy a style attribute from the part that goes to the part that comes, which our policy forbids.
window.htmx.config.attributesToSettle = ["class", "width", "height"];

// ---- what was done is said to the ear by page.js, and shown to the eye here; it outlives the change of page
const tell = (text) => {
  one(".toast")?.remove();
  const toast = Object.assign(document.createElement("p"), { className: "toast", textContent: text });
  toast.setAttribute("aria-hidden", "true");
  body.append(toast);
  setTimeout(() => toast.remove(), 6000);
};
const announce = (text) => body.dispatchEvent(new CustomEvent("told", { detail: { value: text } }));
let last = "";
body.addEventListener("told", (event) => { last = event.detail.value ?? event.detail; tell(last); });
body.addEventListener("carry", () => sessionStorage.setItem(CARRIED, last));
const carried = sessionStorage.getItem(CARRIED);
if (carried) { sessionStorage.removeItem(CARRIED); announce(carried); }

// ---- the list: a, r and c act on the line one is at
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !["a", "r", "c"].includes(event.key)) return;
  if (event.target.closest("input, textarea, select, [contenteditable], iframe, dialog[open]")) return;
  if (one("#keys-on")?.checked === false) return;
  const item = event.target.closest("[data-item]") ?? one('[data-item][aria-current="true"]') ?? one("[data-units] [data-item]");
  const act = item && one(`[data-act="${event.key}"]`, item);
  if (act) { event.preventDefault(); event.stopPropagation(); act.click(); }
}, true);

// ---- a list of units: what is chosen, what is inside, the preview of one decision for many, and print
const units = one("[data-units]");
if (units) {
  const picks = () => [...units.querySelectorAll("input[name=unit]")];
  const count = () => {
    const chosen = new Set(picks().filter((pick) => pick.checked).map((pick) => pick.value)).size;
    const button = one("[data-selected]", units);
    if (!button) return;
    one("[data-count]", button).textContent = chosen;
    button.disabled = !chosen;
  };
  units.addEventListener("change", (event) => {
    if (event.target.name === "unit") for (const pick of picks()) if (pick.value === event.target.value) pick.checked = event.target.checked; // decided together
    if (event.target.matches("[data-pick-all]")) for (const pick of picks()) pick.checked = event.target.checked;
    if (event.target.matches("[data-pick-all], input[name=unit]")) count();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog[open]")) return;
    if (one("#keys-on")?.checked === false) return;
    const pick = one("input[name=unit]", event.target.closest("[data-item]") ?? one('[data-item][aria-current="true"]') ?? document.createElement("p"));
    if (pick) { event.preventDefault(); pick.click(); }
  });
  units.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-mentions]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const row = link.closest("tr");
    if (row.nextElementSibling?.matches(".mentions-row")) { row.nextElementSibling.remove(); link.setAttribute("aria-expanded", "false"); return; }
    const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
    if (!answer.ok) { location.assign(link.href); return; }
    const under = document.createElement("tr");
    under.className = "mentions-row";
    under.append(Object.assign(document.createElement("td"), { colSpan: row.cells.length, innerHTML: await answer.text() }));
    row.after(under);
    link.setAttribute("aria-expanded", "true");
  });
  body.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target?.id === "bulk-preview") event.detail.target.focus(); });
  body.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-bulk]")) { one("#bulk-preview").replaceChildren(); one("[data-units] button")?.focus(); }
  });
  count();
}
const unfold = one(".list-bar [data-unfold]");
if (unfold && !one(".list-bar .go a")) { // on a telephone the list stands above the fold; its filters open on demand
  const fold = (folded) => { unfold.form.classList.toggle("folded", folded); unfold.setAttribute("aria-expanded", String(!folded)); };
  unfold.hidden = false;
  fold(true);
  unfold.addEventListener("click", () => fold(unfold.getAttribute("aria-expanded") === "true"));
}

// ---- the decision: a key chooses and goes to the reason; once one is chosen letters change it no more; Ctrl+Enter sends
const chosenOutcome = () => one("[data-decide] input[name=outcome]:checked");
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !["a", "r", "c"].includes(event.key)) return;
  if (event.target.closest("input, textarea, select, [contenteditable], iframe, dialog[open]")) return;
  const chosen = chosenOutcome();
  if (!chosen) return;
  event.preventDefault();
  event.stopPropagation();
  firstAsked(chosen.form).focus();
}, true);
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-decide]");
  if (!form) return;
  for (const says of form.querySelectorAll("[data-sends]")) says.hidden = says.dataset.sends !== form.elements.outcome.value;
  const asks = form.elements.outcome.value === "correct" ? form.elements.verdict.selectedOptions[0]?.dataset.entry : "";
  if (!form.elements.entry) return;
  form.elements.entry.required = asks === "needed";
  form.elements.entry.disabled = asks === "none";
});
const reasonOf = (form) => one("textarea[name=reason]", form);
const firstAsked = (form) => (form.elements.outcome.value === "correct" ? form.elements.verdict : reasonOf(form));
document.addEventListener("click", (event) => {
  const choice = event.target.closest?.("[data-decide] input[data-key]");
  if (choice && !event.isTrusted) firstAsked(choice.form).focus();
});
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-guard]");
  const from = form?.matches("[data-decide]") ? "textarea[name=reason]" : "*";
  if (form && event.target.matches(from) && event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
});
const arrive = () => {
  const chosen = chosenOutcome();
  if (!chosen || !new URLSearchParams(location.search).get("outcome")) return;
  one("#decide").scrollIntoView({ block: "nearest" });
  firstAsked(chosen.form).focus();
};
body.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id !== "main") return;
  if (event.detail.requestConfig?.verb === "get") one("#main").focus({ preventScroll: true });
  arrive();
});

// ---- who decided meanwhile is asked for while somebody is there: an open page keeps no session alive
let moved = Date.now();
for (const name of ["pointerdown", "pointermove", "keydown", "scroll"]) addEventListener(name, () => { moved = Date.now(); }, { passive: true });
body.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.id === "stand" && (document.hidden || Date.now() - moved > AWAY)) event.preventDefault();
});
body.addEventListener("htmx:beforeOnLoad", (event) => {
  if (event.target.id === "stand" && event.detail.xhr.status >= 400) event.preventDefault(); // sending will say it
});

// ---- an export: taken once, and saved as a file
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-download]");
  if (!button || button.disabled) return;
  button.disabled = true;
  try {
    const headers = { ...JSON.parse(body.getAttribute("hx-headers")), "HX-Request": "true" };
    const answer = await fetch(button.dataset.download, { method: "POST", headers });
    if (!answer.ok) {
      one("#problem").innerHTML = await answer.text();
      one("#problem").focus();
      button.disabled = false;
      return;
    }
    const named = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "");
    const ending = named?.[1].split(".").pop() ?? "zip";
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = `${button.dataset.name}.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    announce(button.dataset.done);
  } catch {
    body.dispatchEvent(new CustomEvent("htmx:sendError", { detail: {} }));
    button.disabled = false;
  }
});

// ---- saved views: names for filters, of one person, in this browser only
const place = one("[data-views]");
if (place) {
  const key = `views:${place.dataset.views}`;
  const list = one("ul", place);
  const read = () => { try { return JSON.parse(localStorage.getItem(key)) ?? []; } catch { return []; } };
  const question = () => {
    const asked = new URLSearchParams(location.search);
    for (const name of ["after", "lang"]) asked.delete(name);
    return asked.toString();
  };
  const show = () => {
    list.replaceChildren(...read().map(({ name, query }) => {
      const item = document.createElement("li");
      const link = Object.assign(document.createElement("a"), { className: "chip", href: `/casebook?${query}`, textContent: name });
      if (query === question()) link.setAttribute("aria-current", "true");
      const remove = Object.assign(document.createElement("button"), { type: "button", className: "forget", textContent: "×" });
      remove.setAttribute("aria-label", `${place.dataset.remove} ${name}`);
      remove.addEventListener("click", () => { write(read().filter((kept) => kept.name !== name)); one("input", place).focus(); });
      item.append(link, remove);
      return item;
    }));
  };
  const write = (views) => { localStorage.setItem(key, JSON.stringify(views)); show(); };
  one("form", place).addEventListener("submit", (event) => {
    event.preventDefault();
    const field = one("input", place);
    const name = field.value.trim();
    if (!name) return;
    write([...read().filter((kept) => kept.name !== name), { name, query: question() }].slice(-50));
    field.value = "";
    announce(place.dataset.kept);
  });
  place.hidden = false;
  show();
}

arrive();
