// An error stands at its field, in the reader's language: what is wrong, what is safe, what to do. The browser's own
// bubble never shows.
const { dataset } = document.body;

const placeOf = (field) => {
  const several = field.type === "radio" || field.type === "checkbox";
  return (several && field.closest("fieldset")?.lastElementChild) || field.closest("label") || field;
};

const clear = (field) => {
  document.getElementById(field.dataset.error ?? "")?.remove();
  field.removeAttribute("aria-invalid");
  if (field.dataset.error) field.setAttribute("aria-describedby", field.dataset.describedBefore);
  if (field.dataset.error && !field.dataset.describedBefore) field.removeAttribute("aria-describedby");
  delete field.dataset.error;
};

const wordsFor = (field) => {
  const { validity } = field;
  if (validity.rangeUnderflow || validity.rangeOverflow) return dataset.errorRange.replace("{low}", field.min).replace("{high}", field.max);
  if (!validity.valueMissing) return dataset.errorForm;
  if (field.type === "file") return dataset.errorFile;
  return ["radio", "checkbox", "select-one"].includes(field.type) ? dataset.errorChoice : dataset.errorEmpty;
};

const unfold = (field) => {
  for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
};

let number = 0;
const tell = (field) => {
  clear(field);
  unfold(field);
  const told = document.createElement("span");
  told.className = "field-error";
  told.id = `field-error-${number += 1}`;
  told.textContent = wordsFor(field);
  field.dataset.describedBefore = field.getAttribute("aria-describedby") ?? "";
  field.dataset.error = told.id;
  field.setAttribute("aria-describedby", `${told.id} ${field.dataset.describedBefore}`.trim());
  field.setAttribute("aria-invalid", "true");
  placeOf(field).after(told);
};

let focused = false;
document.addEventListener("invalid", (event) => {
  event.preventDefault();
  const field = event.target;
  const first = field.form && [...field.form.elements].find((one) => one.name && one.name === field.name);
  if (field.type === "radio" && first !== field) return; // one message for all the choices
  tell(field);
  if (focused) return;
  focused = true;
  setTimeout(() => { focused = false; });
  field.focus();
}, true);
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const { form, name } = event.target;
    const together = event.target.type === "radio" && form ? [...form.elements].filter((one) => one.name === name) : [event.target];
    for (const one of together) if (one.dataset.error) clear(one);
  });
}

// What the service finds wrong with a field stands at it, too.
document.body.addEventListener("htmx:afterSwap", (event) => {
  const problem = document.querySelector("#problem > .problem[data-field]");
  const form = problem && event.detail.requestConfig?.elt.closest("form");
  const field = form && problem.dataset.field.split(" ").map((name) => form.elements.namedItem(name)).find((one) => one instanceof HTMLElement);
  if (field) unfold(field);
  if (!field?.checkVisibility()) return;
  field.setAttribute("aria-invalid", "true");
  document.querySelectorAll(".problem.at-field").forEach((one) => one.remove());
  problem.classList.add("at-field");
  placeOf(field).after(problem);
  field.addEventListener("input", () => { problem.remove(); field.removeAttribute("aria-invalid"); }, { once: true });
  setTimeout(() => { field.focus(); field.scrollIntoView({ block: "center" }); });
});
