"""The labelled laws that reading of legislation is measured on: real ones outside the project, model laws inside it.

A label says of one measure in one law (or in several texts of one State together) whether it is ``covered``,
``partial`` or ``absent``, and in which sections.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from opencwc.convention.measures import read_measures
from opencwc.legislation.texts.legal_texts import LegalText, plain_legal_text

DAY = date(2026, 6, 1)

PROJECT = Path(__file__).parents[1]
CASES = PROJECT / "tests/cases/legislation"
SHARED = next(
    (folder for folder in (up / "shared/data" for up in PROJECT.parents[:2]) if folder.is_dir()),
    PROJECT.parent / "shared/data",
)
LAWS, LAWS_WITHOUT_MARKS = SHARED / "laws", SHARED / "laws2"
HELD_OUT = "held out"
LABELS = {"covered": "covered", "partial": "partial", "absent": "none", "none": "none"}


@dataclass(frozen=True)
class Label:
    """What a reader found of one measure: the verdict, and the sections that it stands in."""

    measure: str
    verdict: str
    sections: tuple[str, ...] = ()


@dataclass(frozen=True)
class LabelledLaw:
    """Texts of one State with their labels; ``country`` is what is left out together when a model is trained.

    ``whole`` is false for a variant of a model law: only what was changed in it is labelled, and counts.
    """

    name: str
    country: str
    lang: str
    texts: tuple[LegalText, ...]
    labels: tuple[Label, ...]
    real: bool = True
    whole: bool = True


_FILES = {
    "fr": ("FRA", "fr-fr.txt"), "fr-reg": ("FRA", "fr-reg-fr.txt"), "es": ("ESP", "es-es.txt"),
    "es-cp": ("ESP", "es-cp-es.txt"), "es-rd": ("ESP", "es-rd-es.txt"), "sa": ("SAU", "sa-ar.txt"),
    "sa-reg": ("SAU", "sa-reg-ar.txt"), "sa-bwc": ("SAU", "sa-bwc-ar.txt"), "de": ("DEU", "de-de.txt"),
    "de-v": ("DEU", "de-v-de.txt"),
}  # fmt: skip


def labelled_laws(*, held_out: bool = True) -> list[LabelledLaw]:
    """Return all labelled laws that are at hand; those held out are never learned from."""
    return [
        *_real(), *_without_marks(), *_own(), *_drafted("drafted_laws"), *(_held_out() if held_out else ()),
    ]  # fmt: skip


def _real() -> list[LabelledLaw]:
    raw = yaml.safe_load((CASES / "labels.yaml").read_text(encoding="utf-8"))["laws"]
    cases = []
    for name, law in raw.items():
        country, file = _FILES[name]
        if (LAWS / file).exists():
            labels = tuple(_labels(law))
            cases.append(LabelledLaw(name, country, law["language"], (_text(file),), labels))
    return cases


COUNTRIES_WITHOUT_MARKS = {
    "sg-en": "SGP", "zw-en": "ZWE", "ie-en": "IRL", "ca-en": "CAN", "ca-fr": "CAN", "ar-es": "ARG", "cl-es": "CHL",
    "ae-ar": "ARE", "cn-zh": "CHN",
}  # fmt: skip


def _without_marks() -> list[LabelledLaw]:
    """Read the laws whose sections nobody marked, each with its labels, the doubtful ones among them."""
    return [
        LabelledLaw(
            name, COUNTRIES_WITHOUT_MARKS[name], name[-2:],
            (plain_legal_text((LAWS_WITHOUT_MARKS / f"{name}.txt").read_bytes(), f"{name}.txt"),), labels,
        )
        for name, labels in _labels_by(LAWS_WITHOUT_MARKS / "labels.csv", "law").items()
    ]  # fmt: skip


def first_labels() -> dict[str, tuple[Label, ...]]:
    """Return the labels of the first reader (``labels.csv``), by law, where they are at hand."""
    return _labels_by(LAWS / "labels.csv", "country")


def _labels_by(path: Path, column: str) -> dict[str, tuple[Label, ...]]:
    """Read the labels of a table by what a column names; none where there is no such file."""
    rows: dict[str, list[Label]] = {}
    if path.exists():
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                sections = tuple(part.strip() for part in row["section"].split(";") if part.strip())
                rows.setdefault(row[column], []).append(Label(row["measure_id"], LABELS[row["label"]], sections))
    return {name: tuple(labels) for name, labels in rows.items()}


def laws_in(folder: Path) -> list[LabelledLaw]:
    """Return the laws of a folder of one's own: ``NAME-LANG.txt``, with labels in ``*labels*.csv``.

    The files of labels are as ``labels.csv`` has them (country, lang, measure_id, label, section); ``country`` is the
    NAME. A law without labels is left out, and so is a measure that this project does not know.
    """
    known = {measure.id for measure in read_measures(DAY).measures}
    rows: dict[tuple[str, str], list[Label]] = {}
    for path in sorted(folder.glob("*labels*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if row["measure_id"] in known:
                    sections = tuple(part.strip() for part in row["section"].split(";") if part.strip())
                    label = Label(row["measure_id"], LABELS[row["label"]], sections)
                    rows.setdefault((row["country"], row["lang"]), []).append(label)
    laws = []
    for (country, lang), labels in rows.items():
        path = folder / f"{country}-{lang}.txt"
        if path.exists():
            text = plain_legal_text(path.read_bytes(), path.name)
            laws.append(LabelledLaw(f"{country}-{lang}", HELD_OUT, lang, (text,), tuple(labels)))
    return laws


def _held_out() -> list[LabelledLaw]:
    raw = yaml.safe_load((CASES / "other_styles.yaml").read_text(encoding="utf-8"))["laws"]
    short = [
        LabelledLaw(
            law["law"], HELD_OUT, law["language"], (LegalText(f"{law['law']}.txt", law["text"]),),
            tuple(_labels(law.get("labels") or {})), real=False,
        )
        for law in raw
    ]  # fmt: skip
    return [*short, *_drafted("drafted_laws_held_out", HELD_OUT)]


def _drafted(name: str, country: str = "") -> list[LabelledLaw]:
    """Read the laws that drafters wrote who had not seen the program; each is a country of its own."""
    raw = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))["laws"]
    return [
        LabelledLaw(
            law["law"], country or law["law"], law["language"], (LegalText(f"{law['law']}.txt", law["text"]),),
            tuple(_labels(law["labels"])), real=False,
        )
        for law in raw
    ]  # fmt: skip


def _text(name: str) -> LegalText:
    return plain_legal_text((LAWS / name).read_bytes(), name)


def _own() -> list[LabelledLaw]:
    """Read the project's model laws, each with its variants."""
    cases = []
    for path in sorted(CASES.glob("*_*.yaml")):
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        if "text" not in raw:
            continue
        country = f"model {raw['language']}"
        text = LegalText(f"{raw['law']}.txt", raw["text"])
        labels = tuple(_labels(raw["labels"]))
        cases.append(LabelledLaw(raw["law"], country, raw["language"], (text,), labels, real=False))
        for variant in raw.get("variants") or ():
            changed = tuple(_changed(id, label) for id, label in variant["labels"].items())
            patched = (LegalText(f"{variant['id']}.txt", _patched(raw["text"], variant["patch"])),)
            cases.append(
                LabelledLaw(variant["id"], country, raw["language"], patched, changed, real=False, whole=False)
            )
    return cases


def _labels(raw: Any) -> Iterator[Label]:
    """Yield the labels of a whole law: what is not named is not there."""
    labels = {id: Label(id, "covered", tuple(in_)) for id, in_ in (raw.get("covered") or {}).items()}
    labels |= {
        id: Label(id, "partial", tuple(label.get("in") or ())) for id, label in (raw.get("partial") or {}).items()
    }
    doubtful = set(raw.get("doubtful") or ())
    for measure in read_measures(DAY).measures:
        if measure.id not in doubtful:
            yield labels.get(measure.id, Label(measure.id, "none"))


def _changed(id: str, raw: Any) -> Label:
    return Label(id, raw["is"], tuple(raw.get("in") or ()))


def _patched(text: str, patches: Any) -> str:
    for patch in patches:
        if text.count(patch["replace"]) != 1:
            raise ValueError(f"this stands {text.count(patch['replace'])} times in the text: {patch['replace']!r}")
        text = text.replace(patch["replace"], patch["with"])
    return text
