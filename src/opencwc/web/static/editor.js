// "Draw": <details><summary>…</summary><div data-editor data-target="#value" data-title="…" data-loading="…"
// data-failed="…" data-hint="…"></div></details>. When the details are opened for the first time, the structure editor
// is loaded into a frame that is shut off from this page ("The page" in docs/explanation/threat-model.md); what is drawn
// there becomes the value of the target, as if it had been typed. All texts come in the person's language.
const LONGEST = 10000; // signs of a SMILES
const PATIENCE = 20000; // milliseconds until we say that the editor did not come
const FRAME = "/static/editor-frame.html";
const opened = new WeakMap();

document.addEventListener("toggle", (event) => {
  const place = event.target instanceof HTMLDetailsElement && event.target.open
    && event.target.querySelector("[data-editor]");
  if (!place) return;
  const editor = opened.get(place);
  if (editor) editor.show();
  else opened.set(place, open(place));
}, true);

function open(place) {
  const target = document.querySelector(place.dataset.target);
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  status.className = "editor-status";
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.className = "editor-frame";
  frame.width = "100%";
  frame.height = "420";
  frame.style.border = "0";
  frame.title = place.dataset.title ?? "";
  frame.src = FRAME;
  place.replaceChildren(status, frame);
  say(place.dataset.loading);
  let last = null;

  const waiting = setTimeout(fail, PATIENCE);
  addEventListener("message", hear);
  return { show };

  function say(text) {
    status.textContent = text ?? "";
    status.hidden = !text;
  }

  function fail() {
    clearTimeout(waiting);
    removeEventListener("message", hear);
    frame.remove();
    say(place.dataset.failed);
    place.dataset.state = "failed";
    opened.delete(place); // opening it again tries again
  }

  function show() {
    if (target.value.length > LONGEST || target.value === last) return;
    last = target.value;
    frame.contentWindow?.postMessage(`show:${last}`, "*"); // the frame has no origin that could be named
  }

  function hear(event) {
    if (event.source !== frame.contentWindow || event.origin !== "null") return;
    const message = event.data;
    if (typeof message !== "string" || message.length > LONGEST) return;
    if (message === "ready") {
      clearTimeout(waiting);
      say(place.dataset.hint);
      place.dataset.state = "ready";
      show();
    } else if (message === "failed") {
      fail();
    } else if (message.startsWith("smiles:")) {
      last = message.slice("smiles:".length);
      target.value = last;
      target.dispatchEvent(new Event("input", { bubbles: true }));
      target.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
}
