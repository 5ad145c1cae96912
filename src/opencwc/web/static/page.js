// What the page does by itself: keys, warnings before work is lost, what is said aloud, the tour. Nothing here decides.
const body = document.body;
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const writing = (target) => target.closest("input, textarea, select, [contenteditable], iframe, dialog[open]");

// What is said stands a while beside what else is said: a second sentence never takes the first from who listens.
const say = (text) => {
  const line = one("#told").appendChild(document.createElement("p"));
  requestAnimationFrame(() => { line.textContent = text; });
  setTimeout(() => line.remove(), 10_000);
};
body.addEventListener("told", (event) => say(event.detail.value ?? event.detail));

// ---- Chinese within a page of another language: its font is fetched only where the machine has none, which draws every
// sign as the same box
const drawn = (sign) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 32 });
  const pen = canvas.getContext("2d");
  pen.font = "24px sans-serif";
  pen.fillText(sign, 2, 26);
  return canvas.toDataURL();
};
const chinese = one('meta[name="chinese-font"]', document);
if (chinese && one(":lang(zh):not([hreflang], option)", one("#main")) && drawn("国") === drawn("报")) {
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: chinese.content }));
}

// ---- a problem: shown where it is seen, read aloud, and sent away by its button
const problem = one("#problem");
const show = (text) => {
  const box = document.createElement("div");
  box.className = "problem";
  box.dataset.kind = "offline";
  box.append(Object.assign(document.createElement("p"), { textContent: text }));
  problem.replaceChildren(box);
};
let offline = false;
const lost = () => { if (!offline) { offline = true; show(body.dataset.offline); } };
body.addEventListener("htmx:sendError", lost);
body.addEventListener("htmx:timeout", lost);
body.addEventListener("htmx:afterOnLoad", (event) => {
  if (offline) { offline = false; problem.replaceChildren(); say(body.dataset.back); }
  else if (event.detail.successful !== false && event.detail.xhr.status < 400 && event.detail.requestConfig.verb !== "get") problem.replaceChildren();
});
body.addEventListener("htmx:responseError", (event) => {
  if (event.detail.elt.closest("[data-answers]")) return; // who is typing goes on typing
  problem.scrollIntoView({ block: "nearest" });
  problem.focus({ preventScroll: true });
});

// ---- a session that has ended: once one has signed in elsewhere, as the same person, what was sent is sent again
let retried = null;
const renew = async () => {
  const answer = await fetch("/api/v1/session", { headers: { accept: "application/json" } });
  if (!answer.ok) return false;
  const session = await answer.json();
  if (!session.person) return false;
  if (session.person.id !== body.dataset.person) { show(body.dataset.other); return false; }
  body.setAttribute("hx-headers", JSON.stringify({ "X-CSRF-Token": session.csrf_token }));
  return true;
};
body.addEventListener("htmx:responseError", async (event) => {
  const { elt, xhr, requestConfig } = event.detail;
  if (requestConfig.verb === "get" || ![401, 403].includes(xhr.status) || retried === elt) return;
  const before = body.getAttribute("hx-headers");
  if (!(await renew()) || before === body.getAttribute("hx-headers")) return;
  retried = elt;
  setTimeout(() => { retried = null; }, 3000);
  if (xhr.status === 403 && elt.matches("form")) elt.requestSubmit();
  else say(body.dataset.again);
});
window.addEventListener("focus", () => { if (one(".problem[data-kind=sign-in-needed]", problem)) renew().then((done) => { if (done) show(body.dataset.again); }); });

// ---- an answer never stands under another question than its own
for (const form of all("[data-answers]")) {
  const answer = one(form.dataset.answers);
  let waits = 0;
  const stale = () => { answer.classList.add("stale"); clearTimeout(waits); waits = setTimeout(() => answer.classList.add("hidden"), 250); };
  const fresh = () => { clearTimeout(waits); answer.classList.remove("stale", "hidden"); };
  const drop = (event) => { if (event.detail.elt === form) { answer.replaceChildren(); fresh(); } };
  form.addEventListener("input", stale);
  answer.addEventListener("htmx:afterSwap", () => { fresh(); const head = one("h2", answer); if (head) say(head.textContent.replace(/\s+/g, " ").trim()); });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) body.addEventListener(name, drop);
  const again = () => { if (offline && one("[data-search]", form).value.trim()) form.requestSubmit(); };
  window.addEventListener("online", again);
  setInterval(again, 2000);
}
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismiss]")) event.target.closest(".problem").remove();
  for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});

// ---- half-written work: a warning before it is left
const dirty = new Set();
document.addEventListener("input", (event) => { const form = event.target.closest("form[data-guard]"); if (form && event.isTrusted) dirty.add(form); });
document.addEventListener("reset", (event) => dirty.delete(event.target));
body.addEventListener("htmx:beforeOnLoad", (event) => { const form = event.detail.elt.closest("form[data-guard]"); if (form && event.detail.xhr.status < 400) dirty.delete(form); });
window.addEventListener("beforeunload", (event) => {
  for (const form of dirty) if (!form.isConnected) dirty.delete(form);
  if (dirty.size) event.preventDefault();
});

// ---- what was typed comes back after a reload or the back button, in this tab only
const remember = () => {
  const mine = `kept:${body.dataset.person}:`;
  for (const key of Object.keys(sessionStorage)) if (key.startsWith("kept:") && !key.startsWith(mine)) sessionStorage.removeItem(key);
  for (const field of all("[data-remember]")) {
    const key = mine + field.dataset.remember;
    const kept = sessionStorage.getItem(key);
    if (kept && !field.value && !new URLSearchParams(location.search).has("value")) { field.value = kept; field.dispatchEvent(new Event("input", { bubbles: true })); }
    field.addEventListener("input", () => sessionStorage.setItem(key, field.value));
  }
};

// ---- the box: Enter asks, Shift+Enter is a new line
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.target.matches(".box textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

// ---- on a telephone the menu scrolls: the page that is open is in sight
for (const now of all(".tabs [aria-current], .of-run > .row > [aria-current], header.site nav [aria-current]")) now.scrollIntoView({ block: "nearest", inline: "center" });

// ---- tabs and tables that go on beyond an edge fade there, beside a bar that scrolls them up and down
const SCROLLED = ".tabs ul, .of-run > .row, .scroll";
const tellEdges = (it) => {
  const begun = Math.abs(it.scrollLeft), left = it.scrollWidth - it.clientWidth - begun;
  it.classList.toggle("goes-before", begun > 4);
  it.classList.toggle("goes-on", left > 4);
  it.classList.toggle("has-bar", it.offsetWidth - it.clientWidth > 2);
};
const tellAllEdges = () => all(SCROLLED).forEach(tellEdges);
document.addEventListener("scroll", (event) => { if (event.target.matches?.(SCROLLED)) tellEdges(event.target); }, { capture: true, passive: true });
for (const what of ["resize", "load"]) window.addEventListener(what, tellAllEdges, { passive: true });
document.addEventListener("toggle", tellAllEdges, true);
document.addEventListener("htmx:afterSettle", tellAllEdges);
tellAllEdges();

// ---- what is copied: a key, a token, a link; the button is there where the browser can
const offerCopies = (root) => { if (navigator.clipboard) for (const button of all("[data-copy]", root)) button.hidden = false; };
offerCopies(document);
document.addEventListener("htmx:load", (event) => offerCopies(event.target.parentNode ?? document));
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(one("bdi", button.parentElement).textContent.trim());
  say(button.dataset.done);
  const word = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = word; }, 2_000);
});

// ---- an upload says how much of how much is sent, and how long it takes yet
const unit = (number, name) => new Intl.NumberFormat(`${document.documentElement.lang}-u-nu-latn`, { style: "unit", unit: name, unitDisplay: name === "megabyte" ? "short" : "long", maximumFractionDigits: name === "megabyte" ? 1 : 0 }).format(number);
const sentSoFar = (loaded, total, seconds) => {
  const parts = [body.dataset.sent.replace("{done}", unit(loaded / 1e6, "megabyte")).replace("{all}", unit(total / 1e6, "megabyte"))];
  if (seconds >= 1 && loaded < total) {
    const left = (seconds * (total - loaded)) / loaded;
    parts.push(body.dataset.left.replace("{time}", left < 90 ? unit(Math.ceil(left), "second") : unit(Math.round(left / 60), "minute")));
  }
  return parts.join(" · ");
};

// ---- on a telephone a list stands above the fold: its filters open on demand
for (const form of matchMedia("(max-width: 40rem)").matches ? all(".list-search[data-fold]:not(:has(> .fields > details))") : []) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "small no-print", textContent: form.dataset.fold });
  const fold = (folded) => { form.classList.toggle("folded", folded); button.setAttribute("aria-expanded", String(!folded)); };
  one(".row", form).prepend(button);
  fold(true);
  button.addEventListener("click", () => fold(button.getAttribute("aria-expanded") === "true"));
}

// ---- a file is chosen: a browser's own field speaks the language of the browser
const chooseInOurWords = (root) => {
  for (const input of all("input[type=file]:not(.unseen)", root)) {
    const box = document.createElement(input.closest("label") ? "span" : "label"), button = document.createElement("span"), told = document.createElement("bdi");
    if (box.tagName === "LABEL") box.htmlFor = input.id;
    box.className = "chooser";
    box.setAttribute("aria-hidden", "true");
    button.className = "button small";
    button.textContent = input.multiple ? body.dataset.chooseMore : body.dataset.choose;
    told.className = "note";
    const tell = () => { told.textContent = [...input.files].map((file) => file.name).join(" · ") || body.dataset.notChosen; };
    tell();
    input.addEventListener("change", tell);
    input.form?.addEventListener("reset", () => setTimeout(tell));
    box.addEventListener("dragover", (event) => event.preventDefault());
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!event.dataTransfer.files.length || (event.dataTransfer.files.length > 1 && !input.multiple)) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    box.append(button, told);
    input.classList.add("unseen");
    input.after(box);
  }
};
chooseInOurWords(document);
document.addEventListener("htmx:load", (event) => chooseInOurWords(event.target.parentNode ?? document));

// ---- a file is dropped
for (const form of all("[data-drop]")) {
  const zone = one(".dropzone", form);
  const input = one("input[type=file]", form);
  const chosen = () => { one("[data-chosen]", form).textContent = input.files[0] ? `${input.files[0].name} (${Math.ceil(input.files[0].size / 1024)} KB)` : ""; };
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => { event.preventDefault(); zone.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; dirty.add(form); chosen(); input.focus(); }
  });
  input.addEventListener("change", chosen);
  const bar = one("[data-upload]", form);
  const sent = bar.insertAdjacentElement("afterend", Object.assign(document.createElement("p"), { className: "note", hidden: true }));
  let began = 0;
  form.addEventListener("htmx:xhr:progress", (event) => {
    bar.hidden = false;
    if (!event.detail.lengthComputable) return;
    const { loaded, total } = event.detail;
    began ||= performance.now();
    bar.value = loaded / total;
    sent.hidden = false;
    sent.textContent = sentSoFar(loaded, total, (performance.now() - began) / 1000);
  });
  form.addEventListener("htmx:afterRequest", () => { bar.hidden = sent.hidden = true; bar.value = began = 0; });
}

// ---- keys: a list is walked with j and k, or what stands beside a page; a finding is decided with a and r
const items = () => all("[data-list] [data-item]").filter((item) => !item.closest("[hidden]"));
const go = (step) => {
  const list = items();
  if (!list.length) { one(step > 0 ? ".walk a[rel=next]" : ".walk a[rel=prev]")?.click(); return; }
  const at = list.findIndex((item) => item.getAttribute("aria-current") === "true");
  const to = list[Math.max(0, Math.min(list.length - 1, at < 0 ? 0 : at + step))];
  for (const item of list) item.removeAttribute("aria-current");
  to.setAttribute("aria-current", "true");
  (one("a", to) ?? to).focus();
  to.scrollIntoView({ block: "nearest" });
};
let before = "";
const keysOn = one("#keys-on");
keysOn.checked = localStorage.getItem("single-keys") !== "off";
keysOn.addEventListener("change", () => localStorage.setItem("single-keys", keysOn.checked ? "on" : "off"));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape") { for (const menu of all("details.menu[open]")) { menu.open = false; one("summary", menu).focus(); } endTour(); return; }
  if (writing(event.target) || (!keysOn.checked && event.key !== "?")) return;
  const key = before === "g" ? `g${event.key}` : event.key;
  before = event.key;
  const press = (selector) => { const found = one(selector); if (found) { found.focus(); found.click(); event.preventDefault(); } };
  if (key === "?") { one("#keys").showModal(); event.preventDefault(); }
  else if (key === "j") go(1);
  else if (key === "k") go(-1);
  else if (key === "a") press("[data-key=a]");
  else if (key === "r") press("[data-key=r]");
  else if (key === "c") press("[data-key=c]");
  else if (key === "gs") location.assign("/check");
  else if (key === "gc") location.assign("/casebook");
});

// ---- the tour goes from page to page and remembers where it is
const TOUR = "tour-stop";
const read = () => { const block = one("#tour"); return block ? JSON.parse(block.textContent) : { stops: [], words: {} }; };
function endTour() { sessionStorage.removeItem(TOUR); one(".tour")?.remove(); for (const place of all(".toured")) place.classList.remove("toured"); }
function goToStop(at) {
  sessionStorage.setItem(TOUR, at);
  const stop = read().stops[at];
  if (!stop || location.pathname + location.search === stop.address) showStop();
  else location.assign(stop.address);
}
function showStop() {
  const { stops, words } = read();
  const at = Number(sessionStorage.getItem(TOUR) ?? -1);
  if (at < 0 || at >= stops.length) return endTour();
  const stop = stops[at];
  if (location.pathname + location.search !== stop.address) return endTour(); // who goes elsewhere has left the tour
  one(".tour")?.remove();
  for (const place of all(".toured")) place.classList.remove("toured");
  const target = one(stop.target);
  target?.classList.add("toured");
  target?.scrollIntoView({ block: "center" });
  const box = document.createElement("aside");
  box.className = "tour";
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", words.count.replace("{at}", at + 1).replace("{all}", stops.length));
  box.tabIndex = -1;
  const text = Object.assign(document.createElement("p"), { textContent: stop.says });
  const count = Object.assign(document.createElement("p"), { className: "note", textContent: words.count.replace("{at}", at + 1).replace("{all}", stops.length) });
  const row = Object.assign(document.createElement("div"), { className: "row" });
  const end = Object.assign(document.createElement("button"), { type: "button", className: "small", textContent: words.end });
  end.addEventListener("click", endTour);
  if (at + 1 < stops.length) {
    const next = Object.assign(document.createElement("button"), { type: "button", className: "small primary", textContent: words.next });
    next.addEventListener("click", () => goToStop(at + 1));
    row.append(next);
  }
  row.append(end);
  box.append(text, count, row);
  body.append(box);
  box.focus();
  return undefined;
}
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-tour]")) return;
  for (const menu of all("details.menu[open]")) menu.open = false;
  goToStop(0);
});

// ---- paper: the line that says when a sheet was printed, of a page that was open for a while
window.addEventListener("beforeprint", () => {
  const line = one(".printed");
  const [on, time] = new Date().toISOString().split("T");
  const { lang } = document.documentElement;
  const said = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : `${lang}-u-nu-latn`, { dateStyle: "long", timeZone: "UTC" });
  const day = on === line.dataset.on ? line.dataset.day : said.format();
  const clock = time.slice(0, 5);
  line.textContent = line.textContent.replace(line.dataset.day, day).replace(line.dataset.clock, clock);
  Object.assign(line.dataset, { on, day, clock });
});

if (one("[data-print-now]")) window.addEventListener("load", () => window.print());
window.addEventListener("load", remember); // htmx listens by then
if (sessionStorage.getItem(TOUR) !== null) showStop();
