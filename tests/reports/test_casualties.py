"""Short reports on whom an event harmed, a file a language: the share of figures that are found right."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from opencwc.reports.casualties import find_casualties
from opencwc.reports.model import Nature, Report

FOLDER = Path(__file__).parents[1] / "cases" / "casualties"

FLOORS = {"en": 0.93, "fr": 0.96, "es": 0.955, "ru": 0.955, "ar": 0.925, "zh": 0.935}


def shown(number: int | None) -> str:
    return "" if number is None else str(number)


OF_A_KIND = {"kinds": (0.88, 0.93), "kinds_kept": (0.85, 0.85)}
"""Of reports by kind of sentence: the shares of the dead and of the harmed that are found right at least."""


@pytest.mark.parametrize("name", OF_A_KIND)
def test_sentences_of_all_kinds_are_read(name: str) -> None:
    pairs: dict[int, list[bool]] = {0: [], 1: []}
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()[1:]:
        lang, *right, _, text = line.split(";", 4)
        report = Report("1", datetime(2026, 3, 5, tzinfo=UTC), "", "", lang, "", text)
        found = find_casualties(report, lang, Nature("accident", "reported", "asserts"))
        for harm, (count, wanted) in enumerate(zip(found, right, strict=True)):
            if wanted or count.number is not None:
                pairs[harm].append(shown(count.number) == wanted)
    shares = [sum(some) / len(some) for some in pairs.values()]
    assert all(share >= least for share, least in zip(shares, OF_A_KIND[name], strict=True)), shares


@pytest.mark.parametrize("lang", FLOORS)
def test_the_dead_and_the_harmed_are_counted(lang: str) -> None:
    lines = (FOLDER / f"{lang}.txt").read_text(encoding="utf-8").splitlines()
    cases = [line.split(";", 2) for line in lines if line and not line.startswith("#")]
    right = 0
    for killed, affected, text in cases:
        report = Report("1", datetime(2026, 3, 5, tzinfo=UTC), "", "", lang, "", text)
        found = find_casualties(report, lang, Nature("accident", "reported", "asserts"))
        right += (shown(found.killed.number) == killed) + (shown(found.affected.number) == affected)
    assert len(cases) >= 118
    assert right / (2 * len(cases)) >= FLOORS[lang]
