"""Measure how mentions of listed chemicals are found in texts, and how quickly, beside two plain ways of doing it.

    python -m benchmarks.mentions            right and fast, some minutes
    python -m benchmarks.mentions --right    only how right, on tests/cases/mentions
    python -m benchmarks.mentions --misses   and print what went wrong in the two thirds that may be looked at
    python -m benchmarks.mentions --write    and write docs/benchmarks/mentions.md

Every third item of the labelled set is held out: its totals are printed, its items never are.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.util import find_spec
from math import sqrt
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml

from benchmarks.__main__ import AS_OF, BATCH, BIN, command, machine
from benchmarks.invoice_lines import invoice_lines, systematic_lines, systematic_names
from opencwc.chemistry.name_index import SOURCES, NameIndex
from opencwc.convention import Convention
from opencwc.files.rows import Rows, ValueLimits, part_of_values
from opencwc.finding import Verdict
from opencwc.screening.batches import BatchScreener, to_lines
from opencwc.screening.model import Question
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener

if TYPE_CHECKING:
    from opencwc.screening.mentions import Finder, Mention

CASES = Path(__file__).parents[1] / "tests" / "cases" / "mentions"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "mentions.md"
OPCW_LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
AIM = (0.98, 0.98)  # recall and precision in each language of the OPCW
AIM_ELSEWHERE = (0.95, 0.97)  # and in each other language
NAME_KINDS = ("name", "abbreviation", "systematic", "misspelling", "inflected", "ocr")
STEPS = ("curated", "index", "systematic", "near", "formula", "number", "structure", "not found")
PARTS = ("two thirds that may be looked at", "held-out third")
Entries = frozenset[tuple[str, str]]


# The labelled set


class Label(NamedTuple):
    """A mention of a listed chemical as labelled; ``cas`` is empty for a family, ``verdict`` may be ``either``."""

    start: int
    end: int
    text: str
    cas: str
    verdict: str


class Item(NamedTuple):
    """A line or sentence of the labelled set."""

    id: str
    text: str
    form: str
    kind: str
    labels: tuple[Label, ...]

    @property
    def lang(self) -> str:
        return self.id.partition("-")[0]

    @property
    def held_out(self) -> bool:
        return int(self.id.partition("-")[2]) % 3 == 0


def labelled(folder: Path = CASES) -> list[Item]:
    """Read the labelled set; raise ValueError where a label does not stand in its text."""
    items = []
    for file in sorted(folder.glob("*.yaml")):
        for raw in yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            labels = tuple(_labels(raw["id"], raw["text"], raw["listed"]))
            items.append(Item(raw["id"], raw["text"], raw["form"], raw["kind"], labels))
    return items


def _labels(item: str, text: str, raw: Sequence[Mapping[str, str | None]]) -> Iterator[Label]:
    """Place each label: the n-th of one text is the n-th time that this text stands in the line."""
    after: dict[str, int] = {}
    for label in raw:
        written = str(label["text"])
        start = text.find(written, after.get(written, 0))
        if start < 0:
            raise ValueError(f"{item}: a label does not stand in the text")
        after[written] = start + len(written)
        yield Label(start, start + len(written), written, label["cas"] or "", str(label["verdict"]))


# Scoring


class Find(NamedTuple):
    """What a way of finding says is listed or for review; ``cas`` and ``entries`` are empty where it does not say."""

    start: int
    end: int
    text: str
    verdict: str
    kind: str
    cas: tuple[str, ...] = ()
    entries: Entries = frozenset()


class Score(NamedTuple):
    """What came of one item: the labels missed, the finds that are wrong, the labels found with another verdict."""

    item: Item
    found: dict[Label, Find]
    missed: tuple[Label, ...]
    wrong: tuple[Find, ...]
    right: int
    other_verdict: tuple[Label, ...]
    told: bool


def score(item: Item, finds: Sequence[Find], entries_of: Callable[[str], Entries]) -> Score:
    """Hold finds against the labels of an item.

    A label is found where a find of the same chemical overlaps it. Finds over one label count once, and so do wrong
    ones over one span. A UN or EC number beside the label that it belongs to counts with it. What disagrees
    with the rest of a line is right where the line is labelled as doubtful.
    """
    by_label: dict[Label, Find] = {}
    right: set[object] = set()
    wrong: dict[tuple[int, int], Find] = {}
    doubtful = any(label.verdict in ("review", "either") for label in item.labels)
    for find in sorted(finds, key=lambda find: find.kind in DISAGREEING):
        over = [label for label in item.labels if _shared(label, find) > 0]
        same = [label for label in over if is_same(label, find, entries_of)]
        for label in same:
            before = by_label.get(label)
            if (
                before is None
                or find.kind == "disagreement"
                or (before.kind != "disagreement" and _shared(label, find) > _shared(label, before))
            ):
                by_label[label] = find
        if same:
            right.add(max(same, key=lambda label: _shared(label, find)))
        elif not over and find.kind in _REPEATING and (meant := _labelled_beside(item, find)):
            right.add(meant)
        elif not over and doubtful and _may_disagree(find):
            right.add((find.start, find.end))
        else:
            wrong.setdefault((find.start, find.end), find)
    return Score(
        item,
        by_label,
        tuple(label for label in item.labels if label not in by_label),
        tuple(wrong.values()),
        len(right),
        tuple(label for label, find in by_label.items() if label.verdict not in ("either", find.verdict)),
        bool(finds),
    )


def is_same(label: Label, find: Find, entries_of: Callable[[str], Entries]) -> bool:
    """Tell whether a find is of the labelled chemical: by number, else by the entry that the number falls under."""
    if not label.cas or (find.kind in DISAGREEING and not find.cas) or label.cas in find.cas:
        return True
    entries = entries_of(label.cas)
    if not find.cas and not (find.entries and entries):
        return True
    return bool(entries & find.entries)


def _shared(label: Label, find: Find) -> int:
    return min(label.end, find.end) - max(label.start, find.start)


def _may_disagree(find: Find) -> bool:
    return find.kind in DISAGREEING or (find.kind == "cas" and not find.cas)


def _labelled_beside(item: Item, find: Find) -> Label | None:
    return next((label for label in item.labels if label.cas in find.cas), None)


DISAGREEING = ("disagreement", "hs")
_REPEATING = ("un", "ec")


@dataclass
class Totals:
    """Counts over items: those of mentions, and those of lines."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, item_score: Score) -> None:
        labels = len(item_score.item.labels)
        self.counts += Counter(
            items=1,
            labels=labels,
            found=len(item_score.found),
            right=item_score.right,
            wrong=len(item_score.wrong),
            agreed=len(item_score.found) - len(item_score.other_verdict),
            lines_with=labels > 0,
            lines_with_told=labels > 0 and item_score.told,
            lines_without=labels == 0,
            lines_without_left=labels == 0 and not item_score.told,
        )

    @property
    def recall(self) -> tuple[int, int]:
        return self.counts["found"], self.counts["labels"]

    @property
    def precision(self) -> tuple[int, int]:
        return self.counts["right"], self.counts["right"] + self.counts["wrong"]

    @property
    def f1(self) -> float | None:
        (found_labels, labels), (right, told_finds) = self.recall, self.precision
        if not labels or not told_finds or not (found_labels and right):
            return None
        recall, precision = found_labels / labels, right / told_finds
        return 2 * recall * precision / (recall + precision)


def totals(scores: Iterable[Score]) -> Totals:
    sums = Totals()
    for score in scores:
        sums.add(score)
    return sums


def wilson(right: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, by Wilson's score."""
    if not total:
        return 0.0, 1.0
    share, z = right / total, 1.959964
    middle = share + z * z / (2 * total)
    width = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return max(0.0, (middle - width) / (1 + z * z / total)), min(1.0, (middle + width) / (1 + z * z / total))


# The three ways of finding


class OurFinder:
    """OpenCWC's own finder, and how a label's number is held against an entry."""

    def __init__(self) -> None:
        self.screener = Screener(Rulebook.of(AS_OF))
        self.finder: Finder = self.screener.finder
        self.entries_of: Callable[[str], Entries] = cache(self._entries_of)

    def finds(self, text: str) -> list[Find]:
        return [
            find
            for mention in self.finder.find(text)
            if mention.verdict in (Verdict.LISTED, Verdict.REVIEW)
            for find in finds_of(mention)
        ]

    def step(self, text: str, find: Find) -> str:
        """Name the step that resolved what was found."""
        if find.kind == "name":
            spotted = self.finder.scanner.scan(text, self.finder.scanner.words(text))
            curated = any(spot.spellings and (spot.start, spot.end) == (find.start, find.end) for spot in spotted)
            return "curated" if curated else "index"
        return find.kind if find.kind in STEPS else "number"

    def _entries_of(self, cas: str) -> Entries:
        return frozenset(
            (finding.rule.list, finding.rule.entry) for finding in self.screener.answer(cas, "cas") if finding.rule
        )


def finds_of(mention: Mention) -> Iterator[Find]:
    """Yield a find for each reading of a mention: the labels of a name and a number stand apart."""
    rules = frozenset((outcome.rule.list, outcome.rule.entry) for outcome in mention.outcomes if outcome.rule)
    numbers = mention.known.cas if mention.known else ()
    readings = mention.outcomes[0].readings
    places = [(*reading.span, reading.written, reading.kind) for reading in readings if reading.written != mention.text]
    for start, end, written, kind in ((mention.start, mention.end, mention.text, mention.kind), *places):
        yield Find(start, end, written, str(mention.verdict), kind, numbers, rules)


class PlainFinders:
    """Two plain ways: a regular expression for CAS numbers, and the printed names as whole words.

    Numbers and names are those of the examples that the lists print, and of the other numbers given for them, with
    their English, French and German names; exempt chemicals are left out, which spares both ways false alarms.
    """

    def __init__(self, convention: Convention) -> None:
        self.numbers: set[str] = set()
        self.names: dict[str, set[str]] = {}
        for listed in convention.known_lists:
            for entry in listed.entries:
                for example in (*entry.examples, *entry.related):
                    self.numbers.add(example.cas)
                    spoken = (name for names in example.names.values() for name in names)
                    for name in (example.name, *example.name.split(": "), *spoken):
                        self.names.setdefault(name.casefold(), set()).add(example.cas)
        alternatives = sorted(map(re.escape, self.names), key=len, reverse=True)
        self._names = re.compile(rf"(?<!\w)(?:{'|'.join(alternatives)})(?!\w)", re.IGNORECASE)

    def by_number(self, text: str) -> list[Find]:
        return [
            Find(*match.span(), match[0], "listed", "cas", (match[0],))
            for match in _CAS.finditer(text)
            if match[0] in self.numbers
        ]

    def by_name(self, text: str) -> list[Find]:
        return [
            Find(*match.span(), match[0], "listed", "name", tuple(sorted(self.names.get(match[0].casefold(), ()))))
            for match in self._names.finditer(text)
        ]

    def by_both(self, text: str) -> list[Find]:
        return [*self.by_number(text), *self.by_name(text)]


_CAS = re.compile(r"(?<![\d-])\d{2,7}-\d\d-\d(?![\d-])")


# Tables


class Report:
    """What is printed and written, in Markdown."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, *lines: str) -> None:
        self.lines += lines
        print(*lines, sep="\n", flush=True)

    def head(self, columns: str) -> None:
        names = columns.split(" | ")
        self.say("", "| " + columns + " |", "|---" + "|--:" * (len(names) - 1) + "|")

    def row(self, *cells: str) -> None:
        self.say("| " + " | ".join(cells) + " |")


def share(right: int, total: int) -> str:
    """Write a share with its interval: ``0.98 (0.97-0.99)``; a dash where there was nothing."""
    if not total:
        return "-"
    low, high = wilson(right, total)
    return f"{right / total:.3f} ({low:.3f}-{high:.3f})"


def plain(right: int, total: int) -> str:
    return f"{right / total:.3f}" if total else "-"


def f1(sums: Totals) -> str:
    return "-" if sums.f1 is None else f"{sums.f1:.3f}"


def by_language(report: Report, scores: Sequence[Score], part: str) -> None:
    report.say("", f"### By language, {part}")
    report.head(
        "language | lines | labels | recall | precision | F1 | verdict as labelled | lines with, told"
        " | lines without, left"
    )
    for lang, sums in grouped(scores, lambda score: score.item.lang):
        counts = sums.counts
        report.row(
            lang,
            str(counts["items"]),
            str(counts["labels"]),
            share(*sums.recall),
            share(*sums.precision),
            f1(sums),
            plain(counts["agreed"], counts["found"]),
            share(counts["lines_with_told"], counts["lines_with"]),
            share(counts["lines_without_left"], counts["lines_without"]),
        )


def by_kind(report: Report, scores: Sequence[Score], part: str) -> None:
    report.say("", f"### By kind, {part}")
    report.head("kind | lines | labels | recall | precision | F1 | wrong finds")
    for kind, sums in grouped(scores, lambda score: score.item.kind):
        counts = sums.counts
        precision = share(*sums.precision) if counts["labels"] else "-"
        report.row(
            kind, str(counts["items"]), str(counts["labels"]), share(*sums.recall), precision, f1(sums),
            str(counts["wrong"]),
        )  # fmt: skip


def grouped(scores: Sequence[Score], of: Callable[[Score], str]) -> Iterator[tuple[str, Totals]]:
    """Give the totals of each group, in the order of their names, then those of all."""
    for name in sorted({of(score) for score in scores}):
        yield name, totals(score for score in scores if of(score) == name)
    yield "all", totals(scores)


def beside_plain_ways(report: Report, ways: Mapping[str, Sequence[Score]], part: str) -> None:
    report.say("", f"### Beside plain ways, {part}", "", "Recall / precision / F1.")
    names = [name for name, _ in grouped(next(iter(ways.values())), lambda score: score.item.lang)]
    report.head("way | " + " | ".join(names))
    for way, scores in ways.items():
        cells = [
            f"{plain(*sums.recall)} / {plain(*sums.precision)} / {f1(sums)}"
            for _, sums in grouped(scores, lambda score: score.item.lang)
        ]
        report.row(way, *cells)


def steps(report: Report, scores: Sequence[Score], ours: OurFinder) -> None:
    report.say("", "### Which step resolved the labelled names, all items")
    report.head("kind of item | labels | " + " | ".join(STEPS))
    counts = {kind: Counter[str]() for kind in (*NAME_KINDS, "all")}
    for score in scores:
        if score.item.kind in NAME_KINDS:
            for label in score.item.labels:
                find = score.found.get(label)
                step = ours.step(score.item.text, find) if find else "not found"
                counts[score.item.kind][step] += 1
                counts["all"][step] += 1
    for kind, by_step in counts.items():
        every = by_step.total()
        report.row(kind, str(every), *(f"{by_step[step] / every:.1%}" if every else "-" for step in STEPS))


def short_of_aim(scores: Sequence[Score], part: str) -> str:
    """Say where recall or precision is under the aim."""
    short = [
        f"{lang} ({plain(*sums.recall)} / {plain(*sums.precision)})"
        for lang, sums in grouped(scores, lambda score: score.item.lang)
        if lang != "all" and _is_short(lang, sums)
    ]
    sentence = f"short of it (recall / precision): {', '.join(short)}" if short else "reached in every language"
    opcw, others = (f"recall {recall} and precision {precision}" for recall, precision in (AIM, AIM_ELSEWHERE))
    return f"The aim, on the {part}: {opcw} in the languages of the OPCW, {others} in every other; {sentence}."


def _is_short(lang: str, sums: Totals) -> bool:
    aims = AIM if lang in OPCW_LANGUAGES else AIM_ELSEWHERE
    return any(
        total and right / total < aim for (right, total), aim in zip((sums.recall, sums.precision), aims, strict=True)
    )


def print_misses(scores: Iterable[Score]) -> None:
    """Print what went wrong in the items that may be looked at, one line each, for tuning."""
    for score in scores:
        if score.item.held_out or not (score.missed or score.wrong or score.other_verdict):
            continue
        lines = [f"MISSED {label.text!r} {label.cas} {label.verdict}" for label in score.missed]
        lines += [f"WRONG {find.text!r} {find.kind} {find.verdict} {','.join(find.cas)}" for find in score.wrong]
        lines += [
            f"VERDICT {label.text!r} expected {label.verdict}, found {find.verdict} ({find.kind})"
            for label in score.other_verdict
            if (find := score.found[label])
        ]
        print(score.item.id, score.item.kind, score.item.text, *lines, sep="\t")


def how_right(report: Report, *, misses: bool) -> None:
    items = labelled()
    ours, plain_ways = OurFinder(), PlainFinders(Rulebook.of(AS_OF).convention)
    ways: dict[str, Callable[[str], list[Find]]] = {
        "OpenCWC": ours.finds,
        "CAS numbers by regular expression": plain_ways.by_number,
        "printed names, whole words": plain_ways.by_name,
        "both plain ways": plain_ways.by_both,
    }
    scored = {way: [score(item, finds(item.text), ours.entries_of) for item in items] for way, finds in ways.items()}
    if misses:
        print_misses(scored["OpenCWC"])
    with_none = sum(not item.labels for item in items)
    report.say(
        "",
        "## How right",
        "",
        f"{len(items)} lines and sentences of tests/cases/mentions, {with_none} of them without a listed chemical;"
        f" {sum(item.held_out for item in items)} are held out: this command prints their totals and never"
        " the items. A label is found where a mention that is listed or for review overlaps it and is of the same"
        " chemical (by number, or by entry); a mention of another chemical counts as missed and as wrong. A UN or EC"
        " number of a chemical that is labelled on its line counts with that label. Intervals are Wilson's, 95 %.",
    )
    for held_out, part in enumerate(PARTS):
        chosen = {
            way: [score for score in some if score.item.held_out == bool(held_out)] for way, some in scored.items()
        }
        by_language(report, chosen["OpenCWC"], part)
        report.say("", short_of_aim(chosen["OpenCWC"], part))
        by_kind(report, chosen["OpenCWC"], part)
        beside_plain_ways(report, chosen, part)
    steps(report, scored["OpenCWC"], ours)


# Speed


def screener(*, systematic: bool) -> BatchScreener:
    """Return a screener of texts that has everything loaded, with or without the reader of systematic names."""
    made = BatchScreener(Question(AS_OF, kind="text"))
    if not systematic:
        made.screener.known.resolver.__dict__["systematic"] = None  # what the cached property would hold
    screen(made, [line.text for line in invoice_lines(2_000, seed=1)] + list(systematic_lines(20, seed=1)))
    return made


def screen(by: BatchScreener, texts: Sequence[str]) -> Counter[str]:
    """Screen texts in batches, the lines of the answer included; return how many came out how."""
    tally: Counter[str] = Counter()
    for first in range(0, len(texts), BATCH):
        some = texts[first : first + BATCH]
        part = part_of_values(some, [None] * len(some), {}, ValueLimits())
        answered = by.answer(Rows(first + 1, part.ids, part.inputs, part.problems))
        to_lines(answered, by.question)
        tally += Counter({str(verdict): count for verdict, count in answered.tally.by_verdict.items()})
    return tally


def in_turns(one: BatchScreener, other: BatchScreener, texts: Sequence[str], turns: int = 10) -> tuple[float, float]:
    """Return the seconds of two screeners for the same texts, a part each in turn, so that other work slows both."""
    size = -(-len(texts) // turns)
    sums = [0.0, 0.0]
    for first in range(0, len(texts), size):
        for at, by in enumerate((one, other)):
            sums[at] += seconds(lambda by=by, first=first: screen(by, texts[first : first + size]))  # type: ignore[misc]
    return sums[0], sums[1]


def met_in(by: BatchScreener, texts: Sequence[str]) -> int:
    """Count the texts that are told as listed or for review."""
    tally = screen(by, texts)
    return tally["listed"] + tally["review"]


class Taken(NamedTuple):
    """Seconds that work took: by the clock, and of this process' own processor time, which other work disturbs less."""

    clock: float
    own: float


def seconds(work: Callable[[], object]) -> float:
    return taken(work).clock


def taken(work: Callable[[], object]) -> Taken:
    clock, own = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - clock, time.process_time() - own)


def how_fast(report: Report, count: int, folder: Path) -> None:
    minute, five, _ = os.getloadavg()
    busy = " Other work ran beside this: take the processor's seconds." if minute > (os.cpu_count() or 1) / 2 else ""
    report.say(
        "",
        "## How fast",
        "",
        f"Load of the machine before: {minute:.1f} in the last minute, {five:.1f} in the last five.{busy}",
    )
    report.head("what | a second | seconds | what came of it")
    lines = list(invoice_lines(count))
    texts = [line.text for line in lines]
    about = Counter(line.about for line in lines)
    without = screener(systematic=False)
    tally: Counter[str] = Counter()
    took, own = taken(lambda: tally.update(screen(without, texts)))
    shares = ", ".join(f"{about[kind] / count:.0%} {kind}" for kind in ("listed", "other", "goods"))
    came = ", ".join(f"{number:,} {verdict}" for verdict, number in sorted(tally.items()) if number)
    report.row(
        f"{count:,} different invoice lines, one process, without OPSIN", f"{count / took:,.0f} lines", f"{took:.1f}",
        f"{own:.1f} s of processor, {count / own:,.0f} lines a second of it; aim 20,000; {shares}; {came}",
    )  # fmt: skip
    texts_by_kind = {kind: [line.text for line in lines[:20_000] if line.about == kind] for kind in about}
    counts = {kind: met_in(without, some) for kind, some in texts_by_kind.items()}
    report.row(
        "of its first 20,000 lines: told as listed or for review", "", "",
        ", ".join(f"{counts[kind]:,} of {len(texts_by_kind[kind]):,} {kind}" for kind in ("listed", "other", "goods")),
    )  # fmt: skip
    opsin = without.screener.known.resolver.__class__(without.rulebook.convention).systematic is not None
    if opsin:
        what_opsin_costs(report, without, texts)
    else:
        report.row("OPSIN", "-", "-", "not installed here")
    whole_command(report, texts, folder)
    a_long_pdf(report, texts, folder)
    names_of_the_index(report)


def what_opsin_costs(report: Report, without: BatchScreener, texts: Sequence[str]) -> None:
    opened = time.perf_counter()
    with_opsin = screener(systematic=True)
    opened = time.perf_counter() - opened
    kinds: tuple[tuple[str, Sequence[str]], ...] = (
        ("invoice lines, none with a systematic name", texts[:20_000]),
        ("lines, each with another systematic name", list(systematic_lines(5_000))),
    )
    for what, some in kinds:
        quick, slow = in_turns(without, with_opsin, some)
        count = len(some)
        report.row(f"{count:,} {what}, without OPSIN", f"{count / quick:,.0f} lines", f"{quick:.1f}", "")
        rate = f", {count / (slow - quick):,.0f} names a second" if slow > quick and "each" in what else ""
        report.row(
            "the same with OPSIN", f"{count / slow:,.0f} lines", f"{slow:.1f}",
            f"in turns with the row above: {(slow - quick) / slow:.0%} of the time{rate}",
        )  # fmt: skip
    reader = with_opsin.screener.known.resolver.systematic
    if reader is None:
        return
    names = systematic_names(20_000, seed=7)
    drawn: list[str] = []
    took = seconds(lambda: drawn.extend(filter(None, reader.read_many(names))))
    report.row(
        "OPSIN alone, 20,000 names at once", f"{len(names) / took:,.0f} names", f"{took:.1f}",
        f"{len(drawn):,} drawn; the screener with OPSIN and its first 2,000 lines took {opened:.1f} s to open",
    )  # fmt: skip


def whole_command(report: Report, texts: Sequence[str], folder: Path) -> None:
    file = folder / "lines.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("id", "description"))
        writer.writerows((f"L{number}", text) for number, text in enumerate(texts, 1))
    answers = []
    for jobs in (1, 2):
        out = folder / f"out{jobs}.csv"
        arguments = ["screen", str(file), "--as", "text", "--column", "description", "-o", str(out)]
        took, _, memory = command([str(BIN / "opencwc"), *arguments, "--jobs", str(jobs), "--as-of", str(AS_OF)])
        answers.append(answer_of(out, len(texts)))
        report.row(
            f"`opencwc screen --as text`, {len(texts):,} lines, CSV to CSV, {jobs} process{'es' if jobs > 1 else ''}",
            f"{len(texts) / took:,.0f} lines", f"{took:.1f}",
            f"start-up included; {memory:,.0f} MB in the largest process"
            + ("" if jobs == 1 else ", the same bytes" if answers[0] == answers[1] else ", DIFFERENT ANSWERS"),
        )  # fmt: skip


def answer_of(file: Path, rows: int) -> bytes:
    """Read what a command wrote; raise RuntimeError where it did not get through, so that no figure is of a failure."""
    answer = file.read_bytes() if file.exists() else b""
    if answer.count(b"\n") <= rows:
        raise RuntimeError(f"{file.name}: fewer lines than the {rows} rows that were asked for")
    return answer


def a_long_pdf(report: Report, texts: Sequence[str], folder: Path, pages: int = 300, lines: int = 45) -> None:
    from opencwc.screening.documents import open_texts

    plain_texts = [text for text in texts if _in_latin_1(text)][: pages * lines]
    file = folder / "long.pdf"
    file.write_bytes(text_pdf([plain_texts[at : at + lines] for at in range(0, len(plain_texts), lines)]))
    batches: list[Rows] = []

    def read() -> None:
        with open_texts(file) as rows:
            batches.extend(rows.batches())

    took = seconds(read)
    passages = sum(map(len, batches))
    report.row(
        f"PDF of {pages} pages, {file.stat().st_size / 1e6:.1f} MB, read", f"{pages / took:,.0f} pages",
        f"{took:.1f}", f"{passages:,} passages",
    )  # fmt: skip
    ready = screener(systematic=True)
    more, own = taken(lambda: [to_lines(ready.answer(rows), ready.question) for rows in batches])
    report.row(
        "and screened, in an open process",
        f"{pages / (took + more):,.0f} pages",
        f"{took + more:.1f}",
        f"{own:.1f} s of processor to screen it; aim 10 s",
    )
    out = folder / "pdf.csv"
    whole, _, memory = command([str(BIN / "opencwc"), "screen", str(file), "-o", str(out), "--as-of", str(AS_OF)])
    answer_of(out, passages)
    report.row(
        "`opencwc screen` of it, PDF to CSV", f"{pages / whole:,.0f} pages", f"{whole:.1f}",
        f"start-up included; {memory:,.0f} MB in the largest process",
    )  # fmt: skip


def _in_latin_1(text: str) -> bool:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def text_pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """Write lines of Latin letters as a PDF, a page for each list of them."""
    objects: list[bytes] = [b"", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"]
    kids = []
    for lines in pages:
        content = b"".join(b"(" + re.sub(rb"([\\()])", rb"\\\1", line.encode("latin-1")) + b")'\n" for line in lines)
        stream = b"BT /F1 10 Tf 14 TL 40 800 Td\n" + content + b"ET"
        objects.append(b"<</Length %d>>stream\n%b\nendstream" % (len(stream), stream))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
            % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[0] = b"<</Type/Catalog/Pages 2 0 R>>"
    objects[1] = b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(kids), b" ".join(kids))
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%btrailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        size, table, size, len(out),
    )  # fmt: skip
    return bytes(out)


def names_of_the_index(report: Report, count: int = 200_000) -> None:
    names = random.Random(5).sample(sorted(source_names()), count)
    index = NameIndex.open()
    index.by_names(names[:1_000])
    known: list[int] = []
    took, own = taken(lambda: known.append(sum(map(bool, index.by_names(names)))))
    report.row(
        f"{count:,} random names of the sources, `NameIndex.by_names`", f"{count / took:,.0f} names", f"{took:.2f}",
        f"{known[0]:,} known; {count / own:,.0f} a second of processor; aim 200,000",
    )  # fmt: skip
    took = seconds(lambda: index.by_names(names))
    report.row("the same names again", f"{count / took:,.0f} names", f"{took:.2f}", "answers remembered")
    strangers = [f"{name} of no kind" for name in names]
    took = seconds(lambda: index.by_names(strangers))
    report.row(f"{count:,} names that are not in it", f"{count / took:,.0f} names", f"{took:.2f}", "")
    times = [float(subprocess.check_output([sys.executable, "-c", _OPENING], text=True)) for _ in range(9)]
    report.row(
        "opening the index in a fresh process, median of 9", "", f"{statistics.median(times):.3f}",
        f"slowest {max(times):.3f} s; first look-up included; aim 0.1",
    )  # fmt: skip


def source_names() -> set[str]:
    """Return the names of the ``chemicals`` package's files, as they stand there."""
    spec = find_spec("chemicals")
    folders = (spec.submodule_search_locations or []) if spec else []
    names: set[str] = set()
    for folder in folders:
        for source in SOURCES:
            with (Path(folder) / "Identifiers" / source).open(encoding="utf-8") as lines:
                for line in lines:
                    columns = line.rstrip("\n").split("\t")
                    names.update(filter(None, columns[7:] if columns[4] else ()))
    return names


_OPENING = """
import time
from opencwc.chemistry.name_index import NameIndex
start = time.perf_counter()
NameIndex.open().by_name("thiodiglycol")
print(time.perf_counter() - start)
"""


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--right", action="store_true", help="leave the speed out")
    options.add_argument("--misses", action="store_true", help="print the misses of what is not held out")
    options.add_argument("--write", action="store_true", help="write docs/benchmarks/mentions.md")
    options.add_argument("--lines", type=int, default=200_000, help="invoice lines to measure the speed on")
    chosen = options.parse_args(arguments)
    if chosen.write and chosen.right:
        options.error("--write writes the whole page; leave --right out")
    report = Report()
    report.say(
        "# Mentions in texts, measured",
        "",
        f"By `python -m benchmarks.mentions --write` on {date.today()}: {machine()}.",
        f"Against the CWC and AG lists as of {AS_OF}.",
    )
    how_right(report, misses=chosen.misses)
    if not chosen.right:
        with tempfile.TemporaryDirectory() as folder:
            how_fast(report, chosen.lines, Path(folder))
    if chosen.write:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text("\n".join(report.lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
