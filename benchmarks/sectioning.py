"""Measure how laws are cut into sections: real laws as they are, and written anew in the layouts of many States.

    python -m benchmarks.sectioning            share of sections found, by law and by layout
    python -m benchmarks.sectioning --misses   and every section that was not found

A section is found where a section of the same number comes out that begins and ends with the same words. The layouts
take the sections of the laws in ``shared/data`` and head them in another manner.
"""

from __future__ import annotations

import argparse
import csv
import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.legislation_cases import LAWS
from opencwc.legislation.texts.headings import number_of
from opencwc.legislation.texts.legal_texts import LegalText
from opencwc.legislation.texts.sections import LegalSection, sections_of


class Written(NamedTuple):
    """A section as it is written: its number as the law counts, its title and its words."""

    number: str
    title: str
    words: str


Layout = Callable[[Sequence[Written]], tuple[str, Sequence[Written]]]


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="show every section that was not found")
    parser.add_argument("--data", type=Path, default=LAWS.parent, help="the folder that holds laws and laws2")
    arguments = parser.parse_args()
    show_labelled(arguments.data, misses=arguments.misses)
    laws = list(laws_by_section(arguments.data))
    found = of = 0
    for name, lay_out in LAYOUTS.items():
        here = there = 0
        for law, sections in laws:
            if not _suits(name, law, sections):
                continue
            text, expected = lay_out(sections)
            missing = missed(text, expected)
            here, there = here + len(expected) - len(missing), there + len(expected)
            if arguments.misses and missing:
                print(f"  {name} {law}: {', '.join(missing)}")
        found, of = found + here, of + there
        print(f"{name:34} {here:5} of {there:5}  {here / max(1, there):.3f}")
    print(f"{'all layouts':34} {found:5} of {of:5}  {found / max(1, of):.3f}")


def show_labelled(data: Path, *, misses: bool) -> None:
    """Print how many of the sections that labels name come out; marks give way to the law's own headings."""
    print(f"{'labelled sections of':34} {'found':>5}")
    for path, labelled in _labelled(data):
        raw = path.read_text(encoding="utf-8")
        marked = {
            number_of(section.id): section.text for section in sections_of(LegalText(path.name, raw)) if "[[" in raw
        }
        found = {section.number: section.text for section in sections_of(LegalText(path.name, _as_published(raw)))}
        missing = [
            number
            for number in labelled
            if number not in found or (number in marked and not _same(_plain(marked[number]), _plain(found[number])))
        ]
        print(f"{path.stem:34} {len(labelled) - len(missing):5} of {len(labelled):5}")
        if misses and missing:
            print(f"  {', '.join(missing)}")


def _labelled(data: Path) -> Iterator[tuple[Path, list[str]]]:
    for folder in ("laws", "laws2"):
        named: dict[str, dict[str, None]] = {}
        with (data / folder / "labels.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                law = row["law"] if "law" in row else f"{row['country']}-{row['lang']}"
                for section in filter(None, row["section"].split(";")):
                    named.setdefault(law, {})[_number_of_label(section.strip())] = None
        for law, numbers in named.items():
            path = data / folder / f"{law}.txt"
            if path.exists():
                yield path, [number for number in numbers if number]


def _number_of_label(section: str) -> str:
    ordinals = {"FIRST": "1", "SECOND": "2", "THIRD": "3"}
    annex = re.match(r"(FIRST|SECOND|THIRD)_SCHEDULE", section)
    return f"annex {ordinals[annex[1]]}" if annex else number_of(section)


def _as_published(raw: str) -> str:
    """Return a text with the law's own headings in place of the marks."""

    def heading(mark: re.Match[str]) -> str:
        id, title = mark["id"], mark["rest"].strip().rpartition(" — ")[2]
        if re.match(r"[LRD]\d", id):
            return f"Article {id}"
        if id.startswith(("Art.", "CP Art.")):
            return f"{id.replace('CP ', '').replace('Art.', 'Artículo')}. {title}".rstrip(" .")
        return f"{id} {title}" if id.startswith("§") else title if id.startswith("Disp") else f"{id}:"

    return re.sub(r"^\[\[(?P<id>[^\]\n]+)\]\][ \t]*(?P<rest>[^\n]*)$", heading, raw, flags=re.MULTILINE)


def laws_by_section(data: Path) -> Iterator[tuple[str, list[Written]]]:
    """Yield the laws whose sections are known, without annexes and with at least five."""
    for path in sorted(path for folder in ("laws", "laws2") for path in (data / folder).glob("*.txt")):
        text = LegalText(path.name, path.read_text(encoding="utf-8"))
        sections = [section for section in sections_of(text) if section.number and section.kind == "article"]
        written = [
            Written(str(at), _title(section), _words(section)) for at, section in enumerate(sections, 1) if section.text
        ]
        if len(written) >= 5:
            yield path.stem, written


def _title(section: LegalSection) -> str:
    title = section.heading.rpartition(" — ")[2].strip(" .")
    return title if 3 < len(title) < 70 and title[0].isalpha() else "Provisions"


def _words(section: LegalSection) -> str:
    lines = [line.strip() for line in section.text.split("\n") if line.strip()]
    if len(lines) > 1 and lines[0].strip(" .*") in section.heading:
        lines = lines[1:]
    return "\n".join(lines)


def missed(text: str, expected: Sequence[Written]) -> list[str]:
    """Return the numbers of the sections that do not come out of a text as they are written there."""
    by_number: dict[str, list[str]] = {}
    for section in sections_of(LegalText("law.txt", text)):
        by_number.setdefault(section.number, []).append(_plain(section.text))
    return [
        wanted.number
        for wanted in expected
        if not any(_same(_plain(wanted.words), words) for words in by_number.get(wanted.number, ()))
    ]


def _same(wanted: str, words: str) -> bool:
    return wanted[:40] in words[:240] and wanted[-30:] in words[-90:] and len(words) < len(wanted) + 300


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _suits(layout: str, law: str, sections: Sequence[Written]) -> bool:
    """Tell whether a law may be written so: in its script; bare numbers only where no list inside is numbered so."""
    script = {"ar": "ar", "zh": "zh"}.get(law[-2:], "latin")
    if layout.startswith("bare") and script == "latin":
        return not any(re.search(r"^\d{1,2}[.º-]", section.words, re.MULTILINE) for section in sections)
    wanted = "ar" if layout.startswith("ar ") else "zh" if layout.startswith("zh ") else "latin"
    return wanted == script


def _each(form: Callable[[int, Written], str], between: str = "\n") -> Layout:
    def lay_out(sections: Sequence[Written]) -> tuple[str, Sequence[Written]]:
        return between.join(form(at, section) for at, section in enumerate(sections, 1)), sections

    return lay_out


def _after_contents(entry: Callable[[int, Written], str], form: Callable[[int, Written], str], head: str) -> Layout:
    def lay_out(sections: Sequence[Written]) -> tuple[str, Sequence[Written]]:
        contents = "\n".join(entry(at, section) for at, section in enumerate(sections, 1))
        body = "\n".join(form(at, section) for at, section in enumerate(sections, 1))
        return f"{head}\n\n{contents}\n\nPART I\n{body}", sections

    return lay_out


def _wrapped(form: Callable[[int, Written], str], width: int) -> Layout:
    def wrapped(at: int, section: Written) -> str:
        lines = form(at, section).split("\n")
        return "\n".join("\n".join(textwrap.wrap(line, width)) if line.strip() else line for line in lines)

    return _each(wrapped)


def _with_treaty(form: Callable[[int, Written], str]) -> Layout:
    def lay_out(sections: Sequence[Written]) -> tuple[str, Sequence[Written]]:
        body = "\n".join(form(at, section) for at, section in enumerate(sections, 1))
        treaty = "\n".join(
            f"Article {roman}\nObligations\n1. Each State undertakes what is said here.\n2. Each State shall report."
            for roman in ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
        )
        return f"{body}\n\nSCHEDULE\n(Section 2)\nText of the Convention\n{treaty}", sections

    return lay_out


def _on_one_line(form: Callable[[int, Written], str]) -> Layout:
    def one_line(at: int, section: Written) -> str:
        return " ".join(form(at, section).split())

    return _each(one_line, " ")


_CHINESE = "零一二三四五六七八九"


def _chinese(at: int) -> str:
    tens, ones = divmod(at, 10)
    if at >= 100:
        return str(at)
    return (("" if tens == 1 else _CHINESE[tens]) + "十" if tens else "") + (_CHINESE[ones] if ones else "")


LAYOUTS: dict[str, Layout] = {
    "Section 1. Title": _each(lambda at, s: f"Section {at}. {s.title}\n{s.words}"),
    "SEC. 1. TITLE.—": _each(lambda at, s: f"SEC. {at}. {s.title.upper()}.— {s.words}"),
    "bare 1. Title": _each(lambda at, s: f"{at}. {s.title}\n{s.words}"),
    "bare 1. words": _each(lambda at, s: f"{at}. {s.words}"),
    "bare Title / 1. words": _each(lambda at, s: f"{s.title}\n{at}. {s.words}"),
    "bare Title. / 1.— words": _each(lambda at, s: f"{s.title}.\n\n{at}.—{s.words}\n"),
    "bare Title / 1 words": _each(lambda at, s: f"{s.title}\n{at} {s.words}"),
    "bare 1. / Title / words": _each(lambda at, s: f"{at}.\n{s.title}\n{s.words}"),
    "bare 1. Title.—words": _each(lambda at, s: f"{at}. {s.title}.—{s.words}"),
    "bare 1  Title / words": _each(lambda at, s: f"{at}  {s.title}\n{s.words}"),
    "bare contents, 1. Title": _after_contents(
        lambda at, s: f"{at}. {s.title}.", lambda at, s: f"{at}. {s.title}\n{s.words}", "ARRANGEMENT OF SECTIONS"),
    "bare contents, Title / 1.— words": _after_contents(
        lambda at, s: f"{at}. {s.title}.", lambda at, s: f"{s.title}.\n{at}.—{s.words}", "ARRANGEMENT OF SECTIONS"),
    "bare wrapped lines": _wrapped(lambda at, s: f"{at}. {s.title}.—{s.words}", 76),
    "bare with the treaty behind": _with_treaty(lambda at, s: f"{at}. {s.title}\n{s.words}"),
    "bare all on one line": _on_one_line(lambda at, s: f"{at}. {s.title}.- {s.words}"),
    "Article 1 / Title": _each(lambda at, s: f"Article {at}\n{s.title}\n{s.words}"),
    "Article premier, Article 2 :": _each(lambda at, s: f"Article {'premier' if at == 1 else at} : {s.words}"),
    "Art. 1er. – , Art. 2. –": _each(lambda at, s: f"Art. {'1er' if at == 1 else at}. – {s.words}"),
    "ARTÍCULO 1º.-": _each(lambda at, s: f"ARTÍCULO {at}º.- {s.title}.- {s.words}"),
    "Artículo 1.- (TITLE).-": _each(lambda at, s: f"ARTÍCULO {at}.- ({s.title.upper()}).\n{s.words}"),
    "Artigo 1.º / (Title)": _each(lambda at, s: f"Artigo {at}.º\n({s.title})\n{s.words}"),
    "**Art. 1** words": _each(lambda at, s: f"**Art. {at}** {s.words}"),
    "§ 1 Title": _each(lambda at, s: f"§ {at} {s.title}\n{s.words}"),
    "Статья 1. Title": _each(lambda at, s: f"Статья {at}. {s.title}\n{s.words}"),
    "1-бап. Title": _each(lambda at, s: f"{at}-бап. {s.title}\n{s.words}"),
    "contents with leaders, Article 1": _after_contents(
        lambda at, s: f"Article {at} - {s.title} ........ {at + 2}",
        lambda at, s: f"Article {at} - {s.title}\n{s.words}", "SOMMAIRE"),
    "Article 1, wrapped lines": _wrapped(lambda at, s: f"Article {at}. {s.words}", 72),
    "Article 1, all on one line": _on_one_line(lambda at, s: f"Article {at}. – {s.words}"),
    "Article 1, with the treaty behind": _with_treaty(lambda at, s: f"Article {at}\n{s.words}"),
    "ar المادة (1)": _each(lambda at, s: f"المادة ({at})\n{s.words}"),
    "ar مادة 1 -": _each(lambda at, s: f"مادة {at} - {s.words}"),
    "ar المادة -1-": _each(lambda at, s: f"المادة -{at}- {s.words}"),
    "ar المادة رقم 1:": _each(lambda at, s: f"المادة رقم {at}: {s.title}\n{s.words}"),
    "ar الفصل 1 ـ": _each(lambda at, s: f"الفصل {'الأول' if at == 1 else at} ـ {s.words}"),
    "zh 第一条": _each(lambda at, s: f"第{_chinese(at)}条　{s.words}"),
    "zh 第 1 條 / words": _each(lambda at, s: f"第 {at} 條\n{s.words}"),
    "zh 第一條（標題）": _each(lambda at, s: f"第{_chinese(at)}條（標題）\n{s.words}"),
    "zh 1. 標題": _each(lambda at, s: f"{at}. 標題\n{s.words}"),
}  # fmt: skip


if __name__ == "__main__":
    main()
