"""What is looked at on a page, whatever the page: its words, headings, width and focus, and all of axe-core."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from playwright.sync_api import Page

from opencwc.catalogs import CATALOGS

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
SHORTEST = "zh"
"""The language whose words are the shortest: a target that is large enough in it is so in every language."""
TARGETS = "target-size"
"""The rule of axe-core about the size of what is pressed, which takes a quarter of its time."""
MESSAGE_ID = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
ADDRESS = re.compile(r"[\w./-]+\.(?:csv|xlsx|json|zip|py|toml|yaml)\b|\S*[@/]\S*")
"""What may have an underscore: the name of a file, an address."""
_OPTION = re.compile(r"--[a-z-]+ [^\s,;:。，；]+")
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
NAMELESS = """() => [...document.querySelectorAll("button, a[href], summary, label, [role=button], [role=img]")]
  .filter((element) => ![element.textContent, element.ariaLabel, element.title].some((text) => text?.trim())
    && !element.hasAttribute("aria-labelledby") && !element.querySelector("[aria-label], [alt], title, input, select"))
  .map((element) => element.outerHTML.slice(0, 140))"""
HEADINGS = """() => [...document.querySelectorAll("main h1, main h2, main h3, main h4, main h5, main h6")]
  .filter((element) => element.checkVisibility())
  .map((element) => [Number(element.tagName[1]), element.textContent.trim()])"""
TOO_WIDE = """() => {
  const wide = document.documentElement.scrollWidth, room = innerWidth;
  if (wide <= room) return [];
  const scrolled = (element) => {
    for (let outer = element.parentElement; outer; outer = outer.parentElement)
      if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(outer).overflowX)) return true;
    return false;
  };
  const named = (element) =>
    `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} `
    + element.textContent.trim().slice(0, 40);
  const found = [...document.body.querySelectorAll("*")].filter((element) => {
    const box = element.getBoundingClientRect();
    return element.checkVisibility() && (box.right > room + 1 || box.left < -1) && !scrolled(element);
  });
  return [`${wide} px in ${room}`, ...found.slice(-4).map(named)];
}"""
WATCH_FOCUS = """() => {
  const stops = [], elements = [], before = new Set();
  let over = false;
  const stop = (element) => {
    const beside = element.nextElementSibling?.matches(".chooser") ? element.nextElementSibling : element.labels?.[0];
    const shownBy = (element.matches(".unseen") && beside) || element;
    const style = getComputedStyle(shownBy);
    const box = shownBy.getBoundingClientRect();
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1.5 || style.boxShadow !== "none";
    const seen = box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight;
    const x = Math.min(Math.max((box.left + box.right) / 2, 1), innerWidth - 1);
    const y = Math.min(Math.max((box.top + box.bottom) / 2, 1), innerHeight - 1);
    const on = document.elementFromPoint(x, y);
    const bare = !seen || !on || shownBy.contains(on) || on.contains(shownBy) || element.contains(on);
    const text = (element.getAttribute("aria-label") ?? element.textContent).trim().slice(0, 40);
    return { name: `${element.tagName.toLowerCase()}#${element.id}.${element.className} ${text}`, ring, seen, bare };
  };
  addEventListener("keyup", () => {  // which follows when the focus has moved and the page has scrolled
    const element = document.activeElement;
    over ||= !element || element === document.body || before.has(element);
    if (!over) elements[stops.push(stop(element)) - 1] = element;
    before.add(element);
  }, true);
  window.focusStops = () => ({ stops, over });
  window.lookAgain = async () => {
    for (const [at, element] of elements.entries()) {
      if (stops[at].seen) continue;
      element.focus();
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
      stops[at].seen = stop(element).seen;
    }
    return stops;
  };
}"""
TO_THE_TOP = """() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute("tabindex");
  scrollTo(0, 0); }"""
RUN_AXE = """([type, values, left, within]) => axe.run(within, {
  runOnly: { type, values }, rules: Object.fromEntries(left.map((rule) => [rule, { enabled: false }])),
  resultTypes: ["violations"], iframes: false, preload: false,
}).then((results) => results.violations.flatMap((violation) => violation.nodes.slice(0, 3).map((node) => {
  const why = node.any[0] ?? node.all[0] ?? node.none[0];
  return `${violation.id}: ${node.target.join(" ")} ${node.html.slice(0, 140)} ${why?.message ?? ""}`;
})))"""
LOOK = f"""() => ({{
  lang: document.documentElement.lang, dir: document.documentElement.dir,
  texts: ({TEXTS})(), nameless: ({NAMELESS})(), headings: ({HEADINGS})(),
}})"""
UNFOLD = """() => { for (const one of document.querySelectorAll("main details"))
  if (!one.querySelector("[data-editor], [data-chart]")) one.open = true; }"""
SHUT_MENUS = """() => { for (const one of document.querySelectorAll("main details.menu")) one.open = false; }"""
"""A menu that is open lies above the targets of its page."""


def look(page: Page) -> dict[str, Any]:
    """Return what a page says of itself: its language and direction, texts, headings, and what has no name."""
    looked: dict[str, Any] = page.evaluate(LOOK)
    return looked


def words_at_fault(looked: Mapping[str, Any], lang: str) -> list[str]:
    """Return what stands on a page untranslated: ids of messages, English sentences; and what has no name at all."""
    texts: list[str] = looked["texts"]
    faults = [f"an id: {text}" for text in texts if MESSAGE_ID.search(ADDRESS.sub("", text))]
    if lang != "en":
        faults += [f"English: {text}" for text in texts if english_in(text, lang)]
    return faults + [f"no name: {markup}" for markup in looked["nameless"]]


@cache
def english_in(text: str, lang: str) -> str:
    """Return the English sentence of the catalogs that a text has in it, ``""`` where it has none.

    Options of a command are typed as they are in every language.

    >>> english_in("Vous voyez: The page of every list that is at hand", "fr")
    ''
    """
    said = _OPTION.sub("", text)
    return next((sentence for sentence in english_sentences(lang) if sentence in said), "")


@cache
def english_sentences(lang: str) -> tuple[str, ...]:
    """Return the English texts of the catalogs, cut at what is filled in, that another language says differently.

    The names of the annexes are left out: a source is cited as it calls itself.
    """
    english, other = catalog("en"), catalog(lang)
    texts_said = (text for name, texts in english.items() if not name.startswith("law_annex_") for text in texts)
    pieces = {piece for text in texts_said for piece in _pieces(text)}
    theirs = " ".join(text for texts in other.values() for text in texts)
    return tuple(sorted(piece for piece in pieces if piece not in theirs))


def _pieces(text: str) -> Iterable[str]:
    for piece in re.split(r"\{[^}]*\}", text):
        words = " ".join(piece.split()).strip(" .,:;()")
        if len(re.findall(r"[A-Za-z]{2,}", words)) >= SENTENCE and len(words) >= 14:
            yield words


@cache
def catalog(lang: str) -> dict[str, tuple[str, ...]]:
    """Return what a catalog says, by id."""
    with (CATALOGS / lang / "LC_MESSAGES/opencwc.po").open("rb") as file:
        read_catalog = read_po(file, locale=lang)
    return {
        str(message.id[0] if isinstance(message.id, tuple) else message.id): (
            (message.string,) if isinstance(message.string, str) else tuple(message.string)
        )
        for message in read_catalog
        if message.id
    }


def headings_at_fault(looked: Mapping[str, Any]) -> list[str]:
    """Return the headings that stand out of order: one of the first level, and no level left out on the way down."""
    headings: list[tuple[int, str]] = looked["headings"]
    faults = [] if [level for level, _ in headings].count(1) == 1 else [f"headings: {headings[:3]} has not one h1"]
    before = 0
    for level, text in headings:
        if level > before + 1:
            faults.append(f"heading h{level} after h{before}: {text}")
        if not text:
            faults.append(f"an empty heading h{level}")
        before = level
    return faults


def width_at_fault(page: Page) -> list[str]:
    """Return what makes a page scroll sideways."""
    faults: list[str] = page.evaluate(TOO_WIDE)
    return [f"too wide: {' | '.join(faults)}"] if faults else []


def axe(page: Page, *rules: str, without: tuple[str, ...] = (), within: str = "html") -> list[str]:
    """Return what axe-core finds against WCAG 2.2 AA, or against some rules of it, or against all but some.

    It looks at the whole page, or at a part of it.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    faults: list[str] = page.evaluate(RUN_AXE, [*(("rule", rules, ()) if rules else ("tag", TAGS, without)), within])
    return faults


def focus_at_fault(page: Page, most: int = 70) -> list[str]:
    """Go through a page by Tab and return where the focus cannot be seen, or is covered, or is caught."""
    page.evaluate(WATCH_FOCUS)
    page.evaluate(TO_THE_TOP)
    focus: dict[str, Any] = {"over": False, "stops": []}
    while not focus["over"] and len(focus["stops"]) < most:
        for _ in range(10):
            page.keyboard.press("Tab")
        focus = page.evaluate("() => focusStops()")
    stops = page.evaluate("() => lookAgain()")  # while a page is still being laid out, what has the focus may move
    faults = [
        f"focus, {words}: {stop['name']}"
        for stop in stops
        for what, words in (("ring", "no ring"), ("seen", "out of sight"), ("bare", "covered"))
        if not stop[what]
    ]
    return faults if len(stops) > 2 else [*faults, f"focus: only {len(stops)} stops"]
