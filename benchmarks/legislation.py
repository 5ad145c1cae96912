"""Measure how a State's law is read: retrieval, verdicts and speed, on laws of States that nothing was learned from.

    python -m benchmarks.legislation             verdicts and retrieval, by leave-one-country-out
    python -m benchmarks.legislation --rules     the same with the rules in place of the model
    python -m benchmarks.legislation --misses    and every label that was not met
    python -m benchmarks.legislation --write     and fill the tables of docs/benchmarks/legislation.md
    python -m benchmarks.legislation --laws FOLDER   labelled laws of your own, weighed by the model that is shipped
    python -m benchmarks.legislation --speed     100 pages cold and again, memory, a question over 2,000 pages

Beside them stand what a user would use instead: a threshold of similarity, the prior of each measure, BM25.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.legislation_cases import (
    COUNTRIES_WITHOUT_MARKS,
    DAY,
    HELD_OUT,
    LAWS,
    Label,
    LabelledLaw,
    first_labels,
    labelled_laws,
    laws_in,
)
from opencwc.convention.measures import Measures, read_measures
from opencwc.language.encoders import named_encoder
from opencwc.legislation import VERDICTS, check_texts
from opencwc.legislation.coverage_model import measured
from opencwc.legislation.coverage_weights import ProposedVerdict, likeliest_verdicts, load_weights
from opencwc.legislation.model import COVERED, Checked
from opencwc.legislation.passage_search import PassageIndex, question_of
from opencwc.legislation.texts.headings import number_of
from opencwc.legislation.verdicts import by_rules, verdict_of

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "legislation.md"


@dataclass(frozen=True)
class Read:
    """A labelled law as it was checked by rules, with the rankings of the plain ways beside it."""

    law: LabelledLaw
    checked: Checked
    by_measure: Mapping[str, Any]
    plain: Mapping[str, Mapping[str, list[str]]]
    nearest: Mapping[str, float]

    def signs(self, label: Label) -> dict[str, float]:
        """The signs of a measure."""
        return dict(self.by_measure[label.measure].signs)


def read_all(laws: Sequence[LabelledLaw], measures: Measures) -> list[Read]:
    """Check every labelled law by rules; verdicts are weighed afterwards."""
    reads = []
    for number, law in enumerate(laws):
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{number}/{len(laws)} {law.name}\x1b[K")
        reads.append(read_one(law, measures))
    return reads


def read_one(law: LabelledLaw, measures: Measures) -> Read:
    checked = check_texts(law.texts, law.country, DAY, measures=measures, model=False)
    plain, nearest = _plainly(checked, measures) if law.whole else ({}, {})
    return Read(law, checked, {answer.measure.id: answer for answer in checked.answers}, plain, nearest)


def _plainly(checked: Checked, measures: Measures) -> tuple[dict[str, dict[str, list[str]]], dict[str, float]]:
    """Rank sections by similarity alone and by BM25 alone, with the measure in English."""
    from opencwc.legislation.texts.passages import passages_of

    index = PassageIndex(list(passages_of(checked.law.sections)), named_encoder())
    questions = [question_of(measure, ()) for measure in measures.measures]
    plain: dict[str, dict[str, list[str]]] = {"similarity": {}, "words": {}}
    nearest: dict[str, float] = {}
    for measure, question, hits in zip(measures.measures, questions, index.search(questions, 10_000), strict=True):
        by_meaning = sorted(hits, key=lambda hit: -hit.similarity)
        scores = index.word_scores(question)
        by_words = [at for at in scores.argsort()[::-1].tolist() if scores[at] > 0]
        plain["similarity"][measure.id] = _sections([index.passages[hit.at] for hit in by_meaning])
        plain["words"][measure.id] = _sections([index.passages[at] for at in by_words])
        nearest[measure.id] = by_meaning[0].similarity if by_meaning else 0.0
    return plain, nearest


def _sections(passages: Sequence[Any]) -> list[str]:
    return list(dict.fromkeys(passage.section.id for passage in passages))[:5]


def recall(reads: Sequence[Read], ranked: Callable[[Read, str], Sequence[str]]) -> tuple[list[float], int]:
    """Return how often a labelled section stands among the first 1, 3 and 5, over labels that name one."""
    hits = [0, 0, 0]
    n = 0
    for read in reads:
        for label in read.law.labels:
            right = rightly(read, label)
            if not right:
                continue
            n += 1
            ranking = ranked(read, label.measure)
            for place, most in enumerate((1, 3, 5)):
                hits[place] += bool(right & set(ranking[:most]))
    return [hit / n if n else 0.0 for hit in hits], n


def rightly(read: Read, label: Label) -> set[str]:
    """Return the ids of the sections that a label names; long headings are cut in some labels."""
    known = [section.id for section in read.checked.law.sections]
    numbers = {section.id: section.number for section in read.checked.law.sections}
    sections = set()
    for printed in label.sections:
        if printed in known:
            sections.add(printed)
            continue
        number = number_of(printed)
        sections |= {
            section for section in known if section.startswith(printed) or (number and numbers[section] == number)
        }
    return sections


def sections_shown(read: Read, measure: str) -> list[str]:
    return [passage.passage.section.id for passage in read.by_measure[measure].shown]


@dataclass
class Scored:
    """The verdicts of a number of labels beside what was labelled."""

    true: list[str]
    said: list[ProposedVerdict]

    def figures(self) -> dict[str, float]:
        """Return the figures of what is decided, and of all."""
        names = {
            "decided": "decided", "accuracy, decided": "accuracy",
            "balanced accuracy, decided": "balanced accuracy", "false covered, decided": "false covered",
            "something or nothing": "something or nothing",
            "area under the curve of confidence": "confidence AUC", "calibration error": "calibration error",
        }  # fmt: skip
        told = {figure.metric: figure.value for figure in measured("", "", self.true, self.said)}
        return {"n": float(len(self.true)), **{name: told[metric] for metric, name in names.items()}}

    def confusion(self) -> dict[str, dict[str, float]]:
        """Return how often each label was called what, and how often it was left to a person."""
        table = {}
        for label in VERDICTS:
            told = [one for true, one in zip(self.true, self.said, strict=True) if true == label]
            row = {verdict: float(sum(one.decided and one.verdict == verdict for one in told)) for verdict in VERDICTS}
            table[label] = {"n": float(len(told)), **row, "needs reading": float(sum(not one.decided for one in told))}
        return table

    def reading(self) -> dict[str, float]:
        """Return what *needs reading* costs and saves: what is to be read, and the mistakes in it that are not made."""
        pairs = list(zip(self.true, self.said, strict=True))
        left = [(true, one) for true, one in pairs if not one.decided]
        wrong = sum(true != one.verdict for true, one in pairs)
        spared = sum(true != one.verdict for true, one in left)
        falsely = [one for true, one in pairs if one.verdict == COVERED != true]
        return {
            "n": float(len(pairs)), "to read": float(len(left)), "mistakes spared": float(spared),
            "of all mistakes": spared / wrong if wrong else 0.0,
            "falsely covered spared": float(sum(not one.decided for one in falsely)),
            "right ones read too": float(len(left) - spared),
        }  # fmt: skip


Weigh = Callable[[Read, Label], ProposedVerdict]


def of_chances(chances: Sequence[float]) -> ProposedVerdict:
    """Return the likeliest of the three verdicts."""
    return ProposedVerdict(verdict_of(chances), max(chances))


def score(reads: Sequence[Read], weigh: Weigh) -> Scored:
    """Weigh every label."""
    scored = Scored([], [])
    for read in reads:
        for label in read.law.labels:
            scored.true.append(label.verdict)
            scored.said.append(weigh(read, label))
    return scored


Rows = Mapping[str, Mapping[str, float]]
"""A table: its rows by name, each with its figures by name."""


def fill(page: str, parts: Mapping[str, str]) -> str:
    """Put each part between its marks in the page; `ValueError` where the page has no such marks, or lacks a part.

    >>> fill("a <!-- begin: x -->\\nold\\n<!-- end: x --> z", {"x": "new"})
    'a <!-- begin: x -->\\n\\nnew\\n\\n<!-- end: x --> z'
    """
    names = set(re.findall(r"<!-- begin: (\w+) -->", page))
    if names != set(parts):
        raise ValueError(f"the page and the figures differ in {sorted(names ^ set(parts))}")
    for name, text in parts.items():
        begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
        head, rest = page.split(begin, 1)
        page = f"{head}{begin}\n\n{text}\n\n{end}{rest.split(end, 1)[1]}"
    return page


def as_markdown(rows: Rows) -> str:
    """Return a table as Markdown, a law or group a row."""
    names = list(next(iter(rows.values())))
    lines = [f"| law or group | {' | '.join(names)} |", "|---" + "|--:" * len(names) + "|"]
    for name, row in rows.items():
        cells = (_cell(row[name]) for name in names)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def print_table(title: str, rows: Rows) -> None:
    print(f"\n{title}")
    names = list(next(iter(rows.values())))
    print(f"{'':28}" + "".join(f"{name:>{_width(name)}}" for name in names))
    for name, row in rows.items():
        print(f"{name:28}" + "".join(f"{_cell(row[name]):>{_width(name)}}" for name in names))


def _cell(value: float) -> str:
    """Return a number as a table has it: counts whole, shares with three places."""
    return f"{value:.0f}" if value > 1 or value == int(value) else f"{value:.3f}"


def _width(name: str) -> int:
    return max(len(name), 5) + 3


def groups_of(reads: Sequence[Read]) -> dict[str, list[Read]]:
    """Return the laws one by one, then by language and family, then the real ones and all."""
    groups: dict[str, list[Read]] = {read.law.name: [read] for read in reads if read.law.whole}
    for read in reads:
        if not read.law.whole:
            groups.setdefault(f"variants {read.law.lang}", []).append(read)
    for read in reads:
        groups.setdefault(f"language {read.law.lang}", []).append(read)
    again = first_labels()
    for read in reads:
        if read.law.name in again and read.law.real:
            groups.setdefault("labels.csv", []).append(
                replace(read, law=replace(read.law, labels=again[read.law.name]))
            )
    for family in dict.fromkeys(label.measure.partition("-")[0] for read in reads for label in read.law.labels):
        groups[f"family {family}"] = [
            replace(read, law=replace(read.law, labels=_of_family(read.law, family))) for read in reads if read.law.real
        ]
    groups[WITHOUT_MARKS] = [read for read in reads if read.law.name in COUNTRIES_WITHOUT_MARKS]
    groups["held out"] = [read for read in reads if read.law.country == HELD_OUT]
    groups["real laws"] = [read for read in reads if read.law.real]
    groups["all"] = list(reads)
    return {name: members for name, members in groups.items() if members}


WITHOUT_MARKS = "nine laws without marked sections"


def _of_family(law: LabelledLaw, family: str) -> tuple[Label, ...]:
    return tuple(label for label in law.labels if label.measure.partition("-")[0] == family)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("rules", "misses", "speed", "write"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--only", default="", help="laws whose name holds this")
    parser.add_argument("--laws", type=Path, help="a folder with NAME-LANG.txt and labels.csv of your own")
    chosen = parser.parse_args(arguments)
    if chosen.write and (chosen.rules or chosen.only or chosen.speed or chosen.laws):
        parser.error("--write fills the whole page; leave --rules, --only, --laws and --speed out")
    measures = read_measures(DAY)
    laws = [law for law in (laws_in(chosen.laws) if chosen.laws else labelled_laws()) if chosen.only in law.name]
    if chosen.speed:
        from benchmarks.legislation_speed import measure_speed

        measure_speed(measures)
        return 0
    if chosen.write and not any(law.real for law in laws):
        parser.error(f"--write needs the real laws, which are not at hand: {LAWS}")
    reads = read_all(laws, measures)
    tables = {"retrieval": _retrieved(reads)}
    print_table("Retrieval: a labelled section among the first", tables["retrieval"])
    tables["rules"] = {name: score(group, _rules).figures() for name, group in groups_of(reads).items()}
    print_table("Verdicts by the rules", tables["rules"])
    weigh: Weigh = _rules
    if chosen.laws and not chosen.rules:
        weigh = _shipped
        tables["model"] = {name: score(group, weigh).figures() for name, group in groups_of(reads).items()}
        print_table("Verdicts by the model that is shipped", tables["model"])
    elif not chosen.rules:
        from benchmarks.legislation_training import leave_one_out, plain_ways

        weigh = leave_one_out(reads)
        tables["model"] = {name: score(group, weigh).figures() for name, group in groups_of(reads).items()}
        print_table("Verdicts by the model, trained without the law's country", tables["model"])
        for name in (WITHOUT_MARKS, "real laws"):
            scored = score(groups_of(reads)[name], weigh)
            tables["confusion_" + name.split()[0]] = scored.confusion()
            print_table(f"Called what, {name}", scored.confusion())
        tables["reading"] = {name: score(group, weigh).reading() for name, group in groups_of(reads).items()}
        print_table("What needs reading costs and saves", tables["reading"])
        whole = [read for read in reads if read.law.whole]
        for short, (name, way) in zip(("similarity", "prior"), plain_ways(whole).items(), strict=True):
            tables[short] = {group: score(members, way).figures() for group, members in groups_of(whole).items()}
            print_table(f"Beside it: {name}", tables[short])
    if chosen.misses:
        _print_misses(reads, weigh)
    if chosen.write:
        made = (
            f"By `python -m benchmarks.legislation --write` on {date.today()}: "
            f"{sum(len(law.labels) for law in laws)} labels of {len(laws)} laws and variants."
        )
        parts = {"made": made, **{name: as_markdown(rows) for name, rows in tables.items()}}
        PAGE.write_text(fill(PAGE.read_text(encoding="utf-8"), parts), encoding="utf-8")
    return 0


def _retrieved(reads: Sequence[Read]) -> Rows:
    rows = {}
    for name, group in groups_of(reads).items():
        (first, three, five), n = recall(group, sections_shown)
        rows[name] = {"n": float(n), "recall@1": first, "recall@3": three, "recall@5": five}
        for plain in ("similarity", "words"):
            whole = [read for read in group if read.law.whole]
            rows[name][f"{plain}@5"] = recall(whole, lambda read, id, plain=plain: read.plain[plain][id])[0][2]
    return rows


def _shipped(read: Read, label: Label) -> ProposedVerdict:
    signs = [read.signs(label)]
    return likeliest_verdicts([label.measure], signs, load_weights())[0]


def _rules(read: Read, label: Label) -> ProposedVerdict:
    return of_chances(by_rules(read.signs(label)))


def _print_misses(reads: Sequence[Read], weigh: Weigh) -> None:
    for read in reads:
        for label in read.law.labels:
            verdict, sure, _ = weigh(read, label)
            right = rightly(read, label)
            sections = sections_shown(read, label.measure)
            off = "" if not right or right & set(sections) else f" NOT FOUND {sorted(map(str, right))}"
            if verdict != label.verdict or off:
                answer = read.by_measure[label.measure]
                print(
                    f"{read.law.name:10} {label.measure} is {label.verdict:8} said {verdict:8} {sure or 0.0:.2f} "
                    f"met {','.join(answer.met)} missing {','.join(answer.missing)} left {','.join(answer.delegated)} "
                    f"| {list(label.sections)} | {sections[:3]}{off}"
                )


if __name__ == "__main__":
    sys.exit(main())
