// Several files in one field: their names are shown, and files that are dropped are looked at as if they were chosen.
for (const form of document.querySelectorAll("[data-ledgers]")) {
  const input = form.querySelector("input[type=file]");
  const zone = form.querySelector(".dropzone");
  const size = (file) => `${file.name} (${Math.ceil(file.size / 1024)} KB)`;
  input.addEventListener("change", () => {
    form.querySelector("[data-chosen]").textContent = [...input.files].map(size).join(" · ");
  });
  zone.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length) input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// ---- one click to try: invented ledgers, or an invented law, are fetched and chosen as if they had been dropped
const trial = document.querySelector("[data-try-examples]");
trial?.addEventListener("click", async () => {
  const form = document.querySelector("[data-ledgers]");
  const input = form.querySelector("input[type=file]");
  try {
    const chosen = new DataTransfer();
    for (const address of trial.dataset.tryExamples.trim().split(" ")) {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(address);
      const content = await answer.blob();
      chosen.items.add(new File([content], address.split("/").pop(), { type: content.type }));
    }
    const { tryState: state, tryName: name } = trial.dataset;
    if (state) {
      const states = form.elements.state;
      if (![...states.options].some((one) => one.value === state)) states.add(new Option(name, state));
      states.value = state;
    }
    input.files = chosen.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    form.scrollIntoView({ block: "start" });
    input.focus({ preventScroll: true });
  } catch {
    document.body.dispatchEvent(new CustomEvent("htmx:sendError", { detail: {} }));
  }
});

if (trial?.dataset.tryNow !== undefined) trial.click();

// ---- what is asked for in the body of a request and comes as a file: a paper of what is not kept, a corrected register
async function saveAnswer(address, content, button, done) {
  const problem = document.querySelector("#problem");
  button.disabled = true;
  try {
    const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" };
    const answer = await fetch(address, { method: "POST", headers, body: content });
    if (!answer.ok) {
      problem.innerHTML = await answer.text();
      problem.focus();
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "paper";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    document.body.dispatchEvent(new CustomEvent("told", { detail: { value: done } }));
  } catch {
    document.body.dispatchEvent(new CustomEvent("htmx:sendError", { detail: {} }));
  } finally {
    button.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-paper]");
  if (!form) return;
  event.preventDefault();
  saveAnswer(form.action, new URLSearchParams(new FormData(form)), form.querySelector("button"), form.dataset.done);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-save]");
  if (!button) return;
  const { save, of, done } = button.dataset;
  saveAnswer(save, new FormData(document.querySelector(of)), button, done);
});
