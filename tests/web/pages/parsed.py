"""A page as a browser reads it: a tree, in which a test looks for what a person looks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise

from opencwc.finding import Message
from opencwc.wording import LANGUAGES, say

VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})


@dataclass
class Element:
    """An element: its name, its attributes, what is in it."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """Yield the element and all below it, in the order of the page."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def all(self, tag: str = "", **attributes: str) -> list[Element]:
        """Return the elements of a name with these attributes; ``class_`` is one of its classes, ``data_x`` data-x."""

        def fits(element: Element) -> bool:
            for name, value in attributes.items():
                if name == "class_":
                    if value not in element.attributes.get("class", "").split():
                        return False
                elif element.attributes.get(name.replace("_", "-")) != value:
                    return False
            return not tag or element.tag == tag

        return [element for element in self.walk() if fits(element)]

    def one(self, tag: str = "", **attributes: str) -> Element:
        """Return the only such element."""
        elements = self.all(tag, **attributes)
        assert len(elements) == 1, (tag, attributes, len(elements))
        return elements[0]

    @property
    def text(self) -> str:
        """Return its words."""
        words = " ".join(child if isinstance(child, str) else child.text for child in self.children)
        return re.sub(r"\s+", " ", words).strip()

    def rows(self) -> list[list[str]]:
        """Return the cells of the body of a table."""
        return [[cell.text for cell in row.walk() if cell.tag in ("th", "td")] for row in self.one("tbody").all("tr")]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.open[-1].children.append(data)


def parsed(html: str) -> Element:
    """Read a page or a part of one; an element that is not closed where it should be fails the test."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert [element.tag for element in reader.open] == [""], "something is not closed"
    return reader.open[0]


@cache
def _unworded() -> tuple[str, ...]:
    """Return how each language says that it has no wording for a message."""
    unsaid = Message("wording_of_another_version", {"told": ""})
    return tuple(" ".join(say(unsaid, lang).split()).rstrip(" :：") for lang in LANGUAGES)


def check_sound(page: Element) -> None:
    """Check what every page must be: no code within, every field named, ids once, what they point at there."""
    names = [element.attributes["id"] for element in page.walk() if "id" in element.attributes]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
    labels = {label.attributes["for"] for label in page.all("label") if "for" in label.attributes}
    inside = {id(field) for label in page.all("label") for field in label.walk()}
    for element in page.walk():
        assert not any(name.startswith("on") or name in ("style", "hx-on") for name in element.attributes), element
        assert element.tag != "style" and (
            element.tag != "script" or "src" in element.attributes or "type" in element.attributes
        )
        hidden = element.attributes.get("type") == "hidden" or "hidden" in element.attributes
        if element.tag in ("input", "select", "textarea") and not hidden:
            named = (
                element.attributes.get("id") in labels or id(element) in inside or "aria-label" in element.attributes
            )
            assert named, element
        for pointer in ("aria-labelledby", "aria-describedby"):
            for name in element.attributes.get(pointer, "").split():
                assert name in names, (element.tag, pointer, name)
        if element.tag == "table":
            assert element.all("caption") and all("scope" in cell.attributes for cell in element.all("th"))
    text = page.text
    assert not re.search(r"\b(page|models|casebook|web)_[a-z_]+\b", text), re.findall(r"\b(?:page|models)_\w+", text)
    assert not any(unworded in text for unworded in _unworded()), text[:2_000]
    levels = [int(element.tag[1]) for element in page.walk() if re.fullmatch("h[1-6]", element.tag)]
    if levels and page.all("main"):
        assert levels[0] == 1 and all(b <= a + 1 for a, b in pairwise(levels)), levels
