"""A report becomes one page that asks for nothing, escapes everything, and can be read by everybody."""

import base64
import hashlib
import io
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from opencwc.publishing.html import LONGEST, PREVIEW, TEMPLATES, bar, write_html
from opencwc.publishing.model import (
    Badge,
    Bullets,
    Card,
    Cards,
    Count,
    Counts,
    Fact,
    Facts,
    Figure,
    Filter,
    Key,
    Labels,
    Note,
    Paragraph,
    Report,
    Section,
    Table,
    Text,
)

LABELS = Labels(
    "Skip", "Contents", "Filter", "Search", "all", "Reset", "{shown}/{total}", "{length} in all, {limit} here"
)
NASTY = "<script>alert(1)</script>\"'&<img src=x onerror=y>"


class Page(HTMLParser):
    """Collects the tags of a page, and complains of what is not closed."""

    VOID = frozenset({"meta", "input", "br", "img", "hr", "link"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("script", "style"):
            self.words += data


def page(*sections: Section, lang: str = "en", **given: object) -> str:
    stream = io.StringIO()
    report = Report("A report", lang, LABELS, sections, **given)
    write_html(report, stream)
    return stream.getvalue()


def everything(text: str) -> str:
    """A page with this text in every place that takes one."""
    card = Card(
        "c1",
        (text, Text(text, verbatim=True)),
        Badge(text, "grave"),
        (Fact(text, (Text(text, lang="en", note=text, warn=True),)),),
        Figure("<svg></svg>", text, (Key("oc-core", text, text),)),
        (Paragraph((text,)), Facts((Fact(text, (text,)),)), Bullets((text,))),
        {"verdict": text},
    )
    blocks = (
        Counts((Count(Badge(text, "calm"), 3, text),)),
        Cards((card,), (Filter("verdict", text),)),
        Table(text, (text,), ((Text(text, verbatim=True), text),)),
    )
    return page(Section("s1", text, blocks), lead=(text,), closing=(text,), contents=(("s1", text),), main="s1")


def test_no_text_becomes_markup_wherever_it_stands():
    text = everything(NASTY)
    tags = [tag for tag, _ in Page(text).tags]
    assert tags.count("script") == 1
    assert "img" not in tags
    assert not any(name.startswith("on") for _, attributes in Page(text).tags for name in attributes)
    assert NASTY in Page(text).words


def test_marks_that_turn_the_direction_or_cannot_be_seen_are_written_out():
    text = everything("a\u202eb\x00c\u2066d\ud800e\u200bf")
    assert not re.search("[\x00\u202e\u2066\ud800\u200b]", text)
    assert "a⟨U+202E⟩b⟨U+0000⟩c⟨U+2066⟩d⟨U+D800⟩e⟨U+200B⟩f" in Page(text).words
    text.encode("utf-8")


def test_a_very_long_text_is_shortened_and_its_length_is_said():
    text = page(Section("s", "S", (Facts((Fact("Input", (Text("C" * 10**6, verbatim=True),)),)),)))
    assert len(text) < 40_000
    assert "<details" in text
    assert f"1,000,000 in all, {LONGEST:,} here" in text


def test_a_text_of_preview_length_stands_in_the_open():
    text = page(Section("s", "S", (Facts((Fact("Input", (Text("C" * PREVIEW, verbatim=True),)),)),)))
    assert "<details" not in text


def test_the_page_asks_for_nothing():
    text = everything("x")
    for _, attributes in Page(text).tags:
        for name in ("src", "href", "xlink:href", "action", "srcset", "data", "poster", "background"):
            assert (attributes.get(name) or "#").startswith("#")
    assert not re.search(r"https?://(?!www\.w3\.org/)", text)
    assert "@import" not in text
    assert "url(" not in text


def test_the_policy_allows_exactly_the_style_and_script_that_are_inside():
    text = everything("x")
    (policy,) = (a["content"] for tag, a in Page(text).tags if tag == "meta" and a.get("http-equiv"))
    for tag in ("style", "script"):
        inside = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_no_element_carries_a_style_that_the_policy_would_refuse():
    assert not any("style" in attributes for _, attributes in Page(everything("x")).tags)


def test_headings_stand_in_order_and_ids_are_unique():
    tags = Page(everything("x")).tags
    levels = [int(tag[1]) for tag, _ in tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for _, a in tags if a.get("href")} <= set(ids)


def test_every_field_has_a_label_and_the_number_shown_is_announced():
    text = everything("x")
    assert len(re.findall(r"<label[^>]*>[^<]+<(?:select|input)", text)) == 2
    assert '<output aria-live="polite"' in text


def test_without_its_script_the_page_hides_no_card():
    tags = Page(everything("x")).tags
    assert [tag for tag, attributes in tags if "hidden" in attributes] == ["form"]


def test_a_page_that_runs_from_right_to_left_keeps_formulas_left_to_right():
    text = page(Section("s", "S", (Facts((Fact("x", (Text("C(C)O", verbatim=True),)),)),)), lang="ar")
    assert 'dir="rtl"' in text
    assert '<bdi dir="ltr" class="verbatim">C(C)O</bdi>' in text


def test_cards_are_written_as_they_come():
    written_before: list[int] = []
    stream = io.StringIO()

    def cards():
        for number in range(400):
            written_before.append(stream.tell())
            yield Card(f"c{number}", ("x" * 500,))

    write_html(Report("R", "en", LABELS, (Section("s", "S", (Cards(cards()),)),)), stream)
    assert written_before[-1] > written_before[100] > 0


def test_footnotes_stand_at_the_end_and_each_reference_leads_to_its_own():
    told = Paragraph((Text("One says so.", refs=(1, 2)),))
    text = page(Section("s", "S", (told,)), notes=(Note(("Wire",)), Note((NASTY,))), notes_title="Sources")
    targets = [attributes["href"] for tag, attributes in Page(text).tags if tag == "a"]
    assert [target for target in targets if target.startswith("#note-")] == ["#note-1", "#note-2"]
    assert {"note-1", "note-2"} <= {attributes.get("id") for _, attributes in Page(text).tags}
    assert NASTY in Page(text).words


def test_a_part_of_the_bar_that_is_not_zero_can_be_seen():
    counts = Counts((Count(Badge("a", "grave"), 1), Count(Badge("b", "mild"), 0), Count(Badge("c", "calm"), 10**6)))
    parts = bar(counts)
    assert [tone for tone, _, _ in parts] == ["grave", "calm"]
    assert parts[0][2] >= 7
    assert sum(length for _, _, length in parts) == pytest.approx(1000, abs=0.2)
    assert bar(Counts((Count(Badge("a", "grave"), 0),))) == []


def tokens(css: str) -> list[dict[str, str]]:
    """The light and the dark colours, and those of print."""
    light, *others = (
        dict(re.findall(r"--([\w-]+): (#\w{3,6})", block)) for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    )
    return [light, *({**light, **other} for other in others)]


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(channel * 2 for channel in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def test_every_text_has_the_contrast_that_wcag_asks_for():
    themes = tokens((TEMPLATES / "tokens.css").read_text())
    assert len(themes) == 3
    for theme in themes:
        for ink in ("ink", "soft", "link"):
            for ground in ("paper", "sheet", "quiet"):
                assert contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground, theme)
        for tone in ("grave", "doubt", "mild", "gap", "calm"):
            assert contrast(theme[tone], theme[f"{tone}-wash"]) >= 4.5, (tone, theme)
        for ground in ("core", *(f"place-{number}" for number in range(6))):
            assert contrast(theme["ink"], theme[ground]) >= 4.5, (ground, theme)
        for line in ("field", "focus"):
            assert contrast(theme[line], theme["sheet"]) >= 3, (line, theme)


def test_numbers_of_a_table_end_in_one_line():
    table = Table("Amounts", ("Metal", "kg"), (("Lead", "3"),), numbers=(1,))
    tags = Page(page(Section("s1", "S", (table,)))).tags
    assert [attributes.get("class") for tag, attributes in tags if tag in ("th", "td")] == [None, "num", None, "num"]
