"""Until when a declaration that was made is amended: what a national profile asks beside the Convention's deadlines."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, NamedTuple

from opencwc.convention.fields import mappings_in, number_in, read_record, read_yaml
from opencwc.convention.model import Grade, InForce, OneOf, Source

AMENDED = ("data", "company", "inspection")
"""What an amendment is of: what was declared, the company and its people, what an inspection found."""
_FILE = Path(__file__).parent / "data" / "amendments.yaml"


class AmendmentRule(NamedTuple):
    """Within how many days (``amount``) after the ``anchor`` an amendment is made in a State."""

    id: str
    state: str
    of: Annotated[str, OneOf(AMENDED)]
    amount: int
    anchor: Annotated[str, OneOf(("change", "inspection_letter"))]
    source: Source
    evidence: Grade
    in_force: InForce

    def due(self, day: date) -> date:
        """Return the last day, counted from the day of the anchor."""
        return day + timedelta(days=self.amount)


def amendment_rule(profile: str, of: str, day: date) -> AmendmentRule | None:
    """Return the rule of a profile on a day, ``None`` where it sets no time: the Convention itself does not.

    >>> rule = amendment_rule("USA", "data", date(2026, 3, 2))
    >>> rule.due(date(2026, 3, 2)).isoformat()
    '2026-03-17'
    >>> amendment_rule("treaty", "data", date(2026, 3, 2)) is None
    True
    """
    known = (rule for rule in amendment_rules() if (rule.state, rule.of) == (profile.upper(), of))
    return next((rule for rule in known if rule.in_force.holds_on(day)), None)


def amendment_rule_of(id: str) -> AmendmentRule | None:
    """Return the rule of an id, ``None`` where none is called so (any more)."""
    return next((rule for rule in amendment_rules() if rule.id == id), None)


@cache
def amendment_rules() -> tuple[AmendmentRule, ...]:
    """Return all rules; raise `RuleError` where one cannot hold."""
    where = str(_FILE)
    raws = mappings_in(read_yaml(_FILE), "amendments", where)
    return tuple(read_record(AmendmentRule, raw, where, readers={"amount": number_in}) for raw in raws)
