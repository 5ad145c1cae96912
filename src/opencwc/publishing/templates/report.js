// Filters and searches the cards of a section. Without this script every card stands open.
"use strict";
(() => {
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  for (const form of document.querySelectorAll("form.filter")) {
    const cards = [...form.parentElement.querySelectorAll(".cards > .card")];
    if (cards.length < 2) continue;
    const selects = [...form.querySelectorAll("select")];
    const search = form.querySelector("input");
    const output = form.querySelector("output");
    const texts = new Map();
    for (const select of selects) {
      const values = new Set(cards.map((card) => card.getAttribute("data-" + select.dataset.facet)).filter(Boolean));
      const ordered = select.dataset.facet === "verdict" ? [...values] : [...values].sort();
      for (const value of ordered) select.add(new Option(value, value));
      select.closest("label").hidden = values.size < 2;
    }
    const textOf = (card) => {
      if (!texts.has(card)) {
        const parts = [...card.querySelectorAll("header, .said")].map((part) => part.textContent);
        texts.set(card, fold(parts.join(" ")));
      }
      return texts.get(card);
    };
    const apply = () => {
      const sought = fold(search.value.trim());
      let shown = 0;
      for (const card of cards) {
        const fits = selects.every((one) => !one.value || card.getAttribute("data-" + one.dataset.facet) === one.value);
        card.hidden = !(fits && (!sought || textOf(card).includes(sought)));
        if (!card.hidden) shown += 1;
      }
      output.textContent = output.dataset.says.replace("{shown}", shown).replace("{total}", cards.length);
    };
    let waiting = 0;
    search.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(apply, 150);
    });
    form.addEventListener("change", apply);
    form.addEventListener("reset", () => setTimeout(apply));
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
    apply();
  }
  // A link to a card that a filter hides must still lead there.
  addEventListener("hashchange", () => {
    const goal = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (goal && goal.hidden) {
      goal.hidden = false;
      goal.scrollIntoView();
    }
  });
})();
