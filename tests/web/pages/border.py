"""A house with a second case, of goods at a border: a grave finding, a family, an unreadable row, and a clear one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from opencwc.casebook.cases import case_for_keeping
from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.runs import begin_run
from opencwc.records import to_plain
from opencwc.screening import screen
from opencwc.screening.formats import checked_as_json
from opencwc.screening.rulebook import Rulebook, maker_of
from opencwc.screening.table_run import checked_by
from web.signing_in import House

from .housing import opened_house

SARIN, CLEAR, UNREADABLE, SALT = "CC(C)OP(C)(=O)F", "CCO", "no-such-thing-42", "CN(CCCl)CCCl.Cl"
GRAVE = 3
"""The number of the grave finding: two are kept before it."""
ORDINARY = 1
"""An ordinary finding that waits for one person."""


@contextmanager
def border_house(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Open a house with two cases."""
    with opened_house(folder, monkeypatch) as house:
        keep_goods(house)
        yield house


def keep_goods(house: House, case: str = "border", mark: Mark = Mark.UNCLASSIFIED, file: str = "") -> None:
    """Keep four rows in a case, as a worker does; of a file where one is named."""
    keeper = Person("p-keeper", "keeper", "Keeper", Role.ANALYST, Mark.HIGHLY_PROTECTED)
    case_for_keeping(house.book, keeper, case, mark)
    rules = Rulebook.of(date(2026, 11, 24), ("CWC",))
    run = begin_run(
        house.book,
        keeper,
        case,
        verb="screen",
        asked={},
        checked=checked_as_json(checked_by(rules, "en")) | ({"file": file} if file else {}),
        maker=to_plain(maker_of(rules)),
    )
    findings = list(screen([SARIN, CLEAR, UNREADABLE, SALT], lists="CWC", as_of=date(2026, 11, 24)))
    run.keep(findings)
    run.finish({"rows": 4, "by_verdict": {"listed": 1, "not_listed": 1, "unreadable": 1, "review": 1}})
