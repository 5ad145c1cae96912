"""What is looked at on a page, whatever the page: its words, headings, width and focus, and all of axe-core."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from playwright.sync_api import Page

from opencwc.catalogs import CATALOGS

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
WORDED = (
    "aria-command-name", "aria-input-field-name", "aria-meter-name", "aria-progressbar-name", "aria-toggle-field-name",
    "aria-tooltip-name", "button-name", "document-title", "frame-title", "html-has-lang", "html-lang-valid",
    "image-alt", "input-button-name", "input-image-alt", "label", "link-in-text-block", "link-name", "role-img-alt",
    "select-name", "summary-name", "svg-img-alt", "target-size", "valid-lang",
)  # fmt: skip
"""The rules of axe-core whose answer can be another where the same page is said in another language."""
MESSAGE_ID = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
ADDRESS = re.compile(r"[\w./-]+\.(?:csv|xlsx|json|zip|py|toml|yaml)\b|\S*[@/]\S*")
"""What may have an underscore: the name of a file, an address."""
SENTENCE = 3
"""Words from which on an English text of the catalogs is a sentence that no other language can have by chance."""

TEXTS = """() => {
  const told = [];
  const foreign = (element) => element.closest("[lang]") !== document.documentElement;
  const written = (element) => element.closest("pre, code, kbd, .verbatim, [dir=auto], script, style, textarea");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.textContent.replace(/\\s+/g, " ").trim();
    if (text && !foreign(node.parentElement) && !written(node.parentElement)) told.push(text);
  }
  const names = ["aria-label", "title", "placeholder", "alt", "data-title", "data-hint"];
  for (const element of document.querySelectorAll(names.map((name) => `[${name}]`).join(", ")))
    for (const name of names)
      if (element.hasAttribute(name) && !foreign(element)) told.push(element.getAttribute(name));
  told.push(document.title);
  return told;
}"""
HEADINGS = """() => [...document.querySelectorAll("main h1, main h2, main h3, main h4, main h5, main h6")]
  .filter((one) => one.checkVisibility()).map((one) => [Number(one.tagName[1]), one.textContent.trim()])"""
TOO_WIDE = """() => {
  const wide = document.documentElement.scrollWidth, room = innerWidth;
  if (wide <= room) return [];
  const scrolled = (one) => {
    for (let outer = one.parentElement; outer; outer = outer.parentElement)
      if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(outer).overflowX)) return true;
    return false;
  };
  const named = (one) =>
    `${one.tagName.toLowerCase()}.${one.getAttribute("class") ?? ""} ${one.textContent.trim().slice(0, 40)}`;
  const found = [...document.body.querySelectorAll("*")].filter((one) => {
    const box = one.getBoundingClientRect();
    return one.checkVisibility() && (box.right > room + 1 || box.left < -1) && !scrolled(one);
  });
  return [`${wide} px in ${room}`, ...found.slice(-4).map(named)];
}"""
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const shownBy = one.matches(".unseen") && one.labels?.length ? one.labels[0] : one;
  const style = getComputedStyle(shownBy);
  const box = shownBy.getBoundingClientRect();
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1.5 || style.boxShadow !== "none";
  const seen = box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight;
  const x = Math.min(Math.max((box.left + box.right) / 2, 1), innerWidth - 1);
  const y = Math.min(Math.max((box.top + box.bottom) / 2, 1), innerHeight - 1);
  const on = document.elementFromPoint(x, y);
  const bare = !seen || !on || shownBy.contains(on) || on.contains(shownBy) || one.contains(on);
  const text = (one.getAttribute("aria-label") ?? one.textContent).trim().slice(0, 40);
  const name = `${one.tagName.toLowerCase()}#${one.id}.${one.className} ${text}`;
  window.focusOrder ??= new Map();
  const number = window.focusOrder.get(one) ?? window.focusOrder.size;
  const again = window.focusOrder.has(one);
  window.focusOrder.set(one, number);
  return { name, ring, seen, bare, again };
}"""
TO_THE_TOP = """() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute("tabindex");
  scrollTo(0, 0); }"""
RUN_AXE = """([type, values]) => axe.run(document, {
  runOnly: { type, values }, resultTypes: ["violations"], iframes: false, preload: false,
}).then((told) => told.violations.flatMap((one) => one.nodes.slice(0, 3).map((node) => {
  const why = node.any[0] ?? node.all[0] ?? node.none[0];
  return `${one.id}: ${node.target.join(" ")} ${node.html.slice(0, 140)} ${why?.message ?? ""}`;
})))"""
UNFOLD = """() => { for (const one of document.querySelectorAll("main details"))
  if (!one.querySelector("[data-editor], [data-chart]")) one.open = true; }"""


def words_at_fault(page: Page, lang: str) -> list[str]:
    """Return ids of messages that stand on a page untranslated, and English sentences where another language is due."""
    texts: list[str] = page.evaluate(TEXTS)
    found = [f"an id: {text}" for text in texts if MESSAGE_ID.search(ADDRESS.sub("", text))]
    if lang != "en":
        found += [f"English: {text}" for text in texts if (english := english_in(text, lang)) and english]
    return found


def english_in(text: str, lang: str) -> str:
    """Return the English sentence of the catalogs that a text has in it, ``""`` where it has none.

    >>> english_in("Vous voyez: The page of every list that is at hand", "fr")
    ''
    """
    return next((one for one in english_sentences(lang) if one in text), "")


@cache
def english_sentences(lang: str) -> tuple[str, ...]:
    """Return the English texts of the catalogs, cut at what is filled in, that another language says differently.

    The names of the annexes are left out: a source is cited as it calls itself.
    """
    english, other = catalog("en"), catalog(lang)
    said = (text for name, texts in english.items() if not name.startswith("law_annex_") for text in texts)
    pieces = {piece for text in said for piece in _pieces(text)}
    theirs = " ".join(text for texts in other.values() for text in texts)
    return tuple(sorted(piece for piece in pieces if piece not in theirs))


def _pieces(text: str) -> Iterable[str]:
    for piece in re.split(r"\{[^}]*\}", text):
        told = " ".join(piece.split()).strip(" .,:;()")
        if len(re.findall(r"[A-Za-z]{2,}", told)) >= SENTENCE and len(told) >= 14:
            yield told


@cache
def catalog(lang: str) -> dict[str, tuple[str, ...]]:
    """Return what a catalog says, by id."""
    with (CATALOGS / lang / "LC_MESSAGES/opencwc.po").open("rb") as file:
        told = read_po(file, locale=lang)
    return {
        str(one.id[0] if isinstance(one.id, tuple) else one.id): (
            (one.string,) if isinstance(one.string, str) else tuple(one.string)
        )
        for one in told
        if one.id
    }


def headings_at_fault(page: Page) -> list[str]:
    """Return the headings that stand out of order: one of the first level, and no level left out on the way down."""
    headings: list[tuple[int, str]] = [(level, text) for level, text in page.evaluate(HEADINGS)]
    found = [] if [level for level, _ in headings].count(1) == 1 else [f"headings: {headings[:3]} has not one h1"]
    before = 0
    for level, text in headings:
        if level > before + 1:
            found.append(f"heading h{level} after h{before}: {text}")
        if not text:
            found.append(f"an empty heading h{level}")
        before = level
    return found


def width_at_fault(page: Page) -> list[str]:
    """Return what makes a page scroll sideways."""
    found: list[str] = page.evaluate(TOO_WIDE)
    return [f"too wide: {' | '.join(found)}"] if found else []


def axe(page: Page, *rules: str) -> list[str]:
    """Return what axe-core finds against WCAG 2.2 AA, or against some rules of it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN_AXE, ["rule", rules] if rules else ["tag", TAGS])
    return found


def focus_at_fault(page: Page, most: int = 70) -> list[str]:
    """Go through a page by Tab and return where the focus cannot be seen, or is covered, or is caught."""
    found: list[str] = []
    stops = 0
    page.evaluate(TO_THE_TOP)
    for _ in range(most):
        page.keyboard.press("Tab")
        told: dict[str, Any] | None = page.evaluate(FOCUSED)
        if told is None or told["again"]:
            break
        stops += 1
        for what, words in (("ring", "no ring"), ("seen", "out of sight"), ("bare", "covered")):
            if not told[what]:
                found.append(f"focus, {words}: {told['name']}")
    return found if stops > 2 else [*found, f"focus: only {stops} stops"]
