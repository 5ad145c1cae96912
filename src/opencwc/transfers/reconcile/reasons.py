"""Why a sum stands where it does, and why a line has its status: messages, one at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opencwc.finding import Message, Value
from opencwc.transfers.model import Substance
from opencwc.wording import sentence

DECIMALS, DIGITS = 9, 12
"""Quantities are told to the microgram, and with no more digits; more is the noise of binary fractions."""
NAMED_BY_CAUSE = {"hub": "other_state", "wrong_partner": "other_state", "wrong_chemical": "other_substance",
                  "year_end": "other_year"}  # fmt: skip
"""Causes that can name what the lines fit under elsewhere, and the column that does."""
_JOINED = {"second": "or", "unread": "unread"}


def reason_of(status: str, problem: Message | None, lang: str, *, readable: bool = True) -> str:
    """Say why a line has its status: what that means, and what is wrong with it; ``readable`` as in
    `opencwc.transfers.reconcile.comparison.Compared`.
    """
    means = () if problem is not None and not readable else (f"page_transfers_status_{status}",)
    messages = (*means, *(() if problem is None else (problem,)))
    return ("" if lang == "zh" else " ").join(sentence(message, lang) for message in messages)


def why(group: Mapping[str, object], substances: Sequence[Substance] = (), doubts: Sequence[Message] = ()) -> Message:
    """Say why a group stands where it does: the rule, the likeliest cause, the one that comes next, what is doubtful.

    ``group`` is a row of `Reconciled.groups`; without ``substances`` another chemical is not named.
    """
    remarks = _remarks(group, substances, doubts)
    if group["cause"] is None:
        agreed = Message("reconcile_agreed")
        return Message("ledger_problems", {"problems": (agreed, *remarks)}) if remarks else agreed
    values: dict[str, Value] = {key: _kg(group[key]) for key in ("exported", "imported", "threshold")}
    values["difference"] = _kg(group["difference"], signless=True)
    values |= {key: str(group[key]) for key in ("exporter", "importer")}
    values |= {key: str(group[key]) for key in ("other_state", "other_year") if group.get(key) is not None}
    if substances and group.get("other_substance") is not None:
        values["other_substance"] = substances[int(str(group["other_substance"]))].name
    rule = Message("reconcile_over" if group["over"] else "reconcile_under", values)
    parts: dict[str, Value] = {"rule": rule, "cause": Message(_why_id(group, values), values)}
    if group["second"] is not None:
        parts["second"] = Message("reconcile_second", {"cause": Message(f"reconcile_cause_{group['second']}")})
    if remarks:
        parts["unread"] = remarks[0] if len(remarks) == 1 else Message("ledger_problems", {"problems": remarks})
    return Message(
        "_".join(("reconcile_why", *(_JOINED[name] for name in ("second", "unread") if name in parts))), parts
    )


def _remarks(
    group: Mapping[str, object], substances: Sequence[Substance], doubts: Sequence[Message]
) -> tuple[Message, ...]:
    """Say what else is to be known of a group: what its chemical was read from, doubtful lines, lines unread."""
    remarks = []
    if group.get("code"):
        remarks.append(Message("reconcile_by_code", {"code": _code(int(str(group["code"])))}))
    if substances and (named := any_of_code(substances[int(str(group["substance"]))])):
        remarks.append(named)
    if doubts and group.get("doubt") is not None:
        remarks.append(doubts[int(str(group["doubt"]))])
    if group.get("unread"):
        remarks.append(Message("reconcile_unread", {"unread": str(group["unread"])}))
    return tuple(remarks)


def any_of_code(substance: Substance) -> Message | None:
    """Say of goods that only a subheading names that they may be any chemical of it."""
    return Message("reconcile_any_of_code", {"code": _code(substance.code)}) if substance.code else None


def _code(code: int) -> str:
    """Write an HS subheading.

    >>> _code(292215)
    '2922.15'
    """
    return f"{code // 100:04d}.{code % 100:02d}"


def _why_id(group: Mapping[str, object], values: Mapping[str, Value]) -> str:
    cause = str(group["cause"])
    if cause == "one_side_silent" and group["exports"] and group["imports"]:
        return f"reconcile_why_lacking_{'importer' if float(str(group['difference'])) > 0 else 'exporter'}"
    if cause == "one_side_silent":
        return f"reconcile_why_silent_{'importer' if group['exports'] else 'exporter'}"
    return f"reconcile_why_{cause}{'_named' if NAMED_BY_CAUSE.get(cause) in values else ''}"


def _kg(value: object, *, signless: bool = False) -> float:
    number = float(value)  # type: ignore[arg-type]
    number = abs(number) if signless else number
    return float(round(number)) if abs(number) >= 10 else round(number, DECIMALS)
