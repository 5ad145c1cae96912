"""The rules on what crosses a border, as dated data (``data/transfers.yaml``): who may receive what, with which papers.

The rules are only read here; `opencwc.transfers.check.checking` holds shipments against them.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple

from opencwc.convention.fields import Raw, cached, mappings_in, read_record, read_yaml, stamps
from opencwc.convention.model import Deadline, Entry, Grade, InForce, MaybeText, OneOf, Source, Threshold
from opencwc.errors import RuleError

FILE = Path(__file__).parent / "data" / "transfers.yaml"
EFFECTS = (
    "prohibited", "only_for", "not_for", "no_third_state", "at_most", "paper", "later", "told", "review",
    "transit", "exempt",
)  # fmt: skip
SIDES = ("sender", "receiver")
PAPERS = ("notice", "certificate", "licence")
STATEMENTS = ("a", "b", "c", "d", "e")
"""What an end-use certificate states (VA VII.32 and VA VIII.26): only for purposes not prohibited; no
re-transfer; types and quantities; end-uses; names and addresses of the end-users."""


class TransferRule(NamedTuple):
    """One rule on a transfer: ``TransferRule(id="s2-not-party", effect="prohibited", ...)``.

    The fields are those of the file (see its head). ``between`` is empty where the rule holds whoever sends and
    receives; ``threshold`` and ``deadline`` are ids of those files; ``sure_from`` is set where the first day is not
    known, and is the day from which it surely held.
    """

    id: str
    applies_to: tuple[str, ...]
    between: tuple[str, ...]
    effect: Annotated[str, OneOf(EFFECTS)]
    says: str
    only: tuple[str, ...]
    threshold: MaybeText
    deadline: MaybeText
    paper: Annotated[str, OneOf(("", *PAPERS))]
    by: tuple[str, ...]
    packing: Annotated[str, OneOf(("", "retail"))]
    instead_of: tuple[str, ...]
    state: MaybeText
    source: Source
    evidence: Grade
    in_force: InForce
    sure_from: date | None = None

    def covers(self, entry: Entry) -> bool:
        """Tell whether the rule speaks of an entry: of its list, schedule, part or own id.

        >>> rule = build_transfer_rules([{**_EXAMPLE, "applies_to": ["CWC 2A"]}])[0]
        >>> rule.applies_to
        ('CWC 2A',)
        """
        return not set(entry.groups).isdisjoint(self.applies_to)

    def is_between(self, sender: str, receiver: str) -> bool:
        """Tell whether the rule holds for these two, each a State Party or not (``party``, ``not_party``)."""
        return not self.between or f"{sender}>{receiver}" in self.between


def read_transfer_rules(cache: Path | None = None) -> tuple[TransferRule, ...]:
    """Read every rule on transfers, whatever its day; raise `RuleError` where one cannot hold."""

    def read() -> tuple[TransferRule, ...]:
        return build_transfer_rules(mappings_in(read_yaml(FILE), "rules", str(FILE)))

    return cached(cache, "transfers", stamps([FILE]), read, tuple[TransferRule, ...])


def build_transfer_rules(raw: list[Raw], where: str = str(FILE)) -> tuple[TransferRule, ...]:
    """Turn the YAML of rules into records; raise `RuleError` at the first thing that cannot hold."""
    rules = tuple(_rule(one, where) for one in raw)
    known = [rule.id for rule in rules]
    for rule in rules:
        if known.count(rule.id) > 1:
            raise RuleError("rule_twice", where=where, rule=rule.id)
        for other in rule.instead_of:
            if other not in known:
                raise RuleError("rule_replaces_no_rule", where=where, rule=rule.id, other=other)
    return rules


def check_references(
    rules: tuple[TransferRule, ...], thresholds: tuple[Threshold, ...], deadlines: tuple[Deadline, ...]
) -> None:
    """Raise `RuleError` where a rule names a threshold or a deadline that is not there."""
    known = {
        "threshold": {threshold.id for threshold in thresholds},
        "deadline": {deadline.id for deadline in deadlines},
    }
    for rule in rules:
        for field, ids in known.items():
            named = getattr(rule, field)
            if named and named not in ids:
                raise RuleError("rule_names_unknown", where=str(FILE), rule=rule.id, field=field, value=named)


def _rule(raw: Raw, where: str) -> TransferRule:
    rule = read_record(TransferRule, raw, where)
    effect, name = rule.effect, rule.id
    needed = {
        "only_for": "only", "not_for": "only", "at_most": "threshold", "paper": "paper", "later": "deadline",
        "exempt": "instead_of",
    }  # fmt: skip
    if effect in needed and not raw.get(needed[effect]):
        raise RuleError("rule_effect_incomplete", where=where, rule=name, effect=effect, needed=needed[effect])
    if not rule.applies_to:
        raise RuleError("rule_without_chemicals", where=where, rule=name)
    if unknown := set(rule.by) - set(SIDES):
        raise RuleError("duty_side_unknown", where=where, duty=name, side=min(unknown), known=tuple(SIDES))
    if unknown := set(rule.between) - _PAIRS:
        raise RuleError(
            "duty_between_unknown", where=where, duty=name, states=min(unknown), known=tuple(sorted(_PAIRS))
        )
    return rule


_STANDINGS = ("party", "not_party")
_PAIRS = {f"{sender}>{receiver}" for sender in _STANDINGS for receiver in _STANDINGS}
_EXAMPLE = {
    "id": "x", "effect": "prohibited", "says": "x", "source": "A law", "evidence": "official",
    "in_force": "2000-04-29",
}  # fmt: skip
