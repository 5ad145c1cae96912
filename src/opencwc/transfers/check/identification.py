"""Which entries the chemicals of a planned shipment fall under: by structure, number, name or commercial line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from opencwc.finding import Message, Rule, Value, Verdict
from opencwc.language.commerce.shares import Share, share_stated
from opencwc.screening.model import Outcome
from opencwc.screening.structure_screener import MET
from opencwc.transfers.check.shipment_cells import Amount, amount_of
from opencwc.transfers.check.shipments import Shipment

Answering: TypeAlias = Callable[[str, str], "tuple[Outcome, ...]"]
"""What screens a text of a kind (`opencwc.screening.model.KINDS`)."""


class Identified(NamedTuple):
    """What the chemicals of a shipment fall under.

    ``met`` are the outcomes with a rule, each with the concentration that the line states of it; ``doubts`` are
    reasons to look at the row, ``notes`` only to be known; ``read`` is false where nothing could be recognised, and
    ``outcome`` then says why.
    """

    met: tuple[tuple[Outcome, Share | None], ...]
    outcome: Outcome | None
    shipment: Shipment
    doubts: tuple[Message, ...] = ()
    notes: tuple[Message, ...] = ()
    read: bool = True


def identify(shipment: Shipment, answer: Answering) -> Identified:
    """Find what the chemicals of a shipment fall under: by structure, number and name, else by its commercial line.

    Where the row names its chemical in two ways that fall under different entries, that is a doubt; a number or a
    structure settles a name that stands for several. A line that names further chemicals adds them.
    """
    answers = {name: _answer_to(name, text, answer) for name, text in shipment.named.items()}
    read = {name: outcomes_of for name, outcomes_of in answers.items() if _is_read(outcomes_of)}
    line = answer(shipment.text("line"), "text") if shipment.text("line") else ()
    doubts: list[Message] = []
    notes: list[Message] = []
    firm = {
        name: _rules(outcomes_of, Verdict.LISTED)
        for name, outcomes_of in read.items()
        if not any(outcome.verdict is Verdict.REVIEW for outcome in outcomes_of)
    }
    if len(set(firm.values())) > 1:
        doubts.append(Message("transfers_check_disagree", {"texts": tuple(shipment.named[name] for name in firm)}))
    if read:
        unread = [shipment.named[name] for name in answers if name not in read]
        chosen = tuple(firm) or (next(iter(read)),)
        outcomes = tuple(outcome for name in chosen for outcome in read[name])
        if unread:
            messages = notes if {"cas", "structure"} & set(read) else doubts  # a number settles what a trade name is
            messages.append(Message("transfers_check_one_unread", {"texts": tuple(unread)}))
        known = _rules(outcomes)
        more = tuple(outcome for outcome in line if outcome.verdict is Verdict.LISTED and outcome.rule not in known)
        outcomes += more
    elif any(outcome.verdict in MET for outcome in line):
        outcomes = line
    else:
        outcomes = line or next(iter(answers.values()), ())
        if outcomes and not _is_read(outcomes):
            outcomes = (outcomes[0]._replace(verdict=Verdict.UNREADABLE, message=_reason_unread(outcomes[0].message)),)
    shipment, differs = _with_stated(shipment, (*outcomes, *line))
    doubts += differs
    listed = tuple(
        (outcome, _share_in(outcome)) for outcome in outcomes if outcome.rule is not None and outcome.verdict in MET
    )
    nothing = not outcomes or outcomes[0].verdict is Verdict.UNREADABLE or outcomes[0].message.id == "why_no_mention"
    return Identified(
        listed,
        outcomes[0] if outcomes else None,
        shipment,
        tuple(doubts),
        tuple(notes),
        read=bool(listed) or not nothing,
    )


def _answer_to(name: str, text: str, answer: Answering) -> tuple[Outcome, ...]:
    """Answer for a cell: what stands under the chemical's name is meant as one, a code of two letters too."""
    if name == "chemical" and _is_read(by_name := answer(text, "name")):
        return by_name
    return answer(text, _kind_of(name, text))


def _is_read(outcomes: tuple[Outcome, ...]) -> bool:
    """Tell whether a cell was read, and not a part of it that no list has."""
    first = outcomes[0]
    return first.verdict is not Verdict.UNREADABLE and (first.verdict in MET or first.message.id != "why_rest")


def _reason_unread(message: Message) -> Message:
    return Message("unreadable_name") if message.id == "why_rest" else message


def _kind_of(name: str, text: str) -> str:
    if name == "structure":
        return "inchi" if text.startswith("InChI=") else "molblock" if "M  END" in text else "smiles"
    return "cas" if name == "cas" else "auto"


def _rules(outcomes: Iterable[Outcome], verdict: Verdict | None = None) -> frozenset[Rule]:
    return frozenset(
        outcome.rule for outcome in outcomes if outcome.rule and (verdict is None or outcome.verdict is verdict)
    )


def _stated(outcome: Outcome, kind: str) -> list[str]:
    return [evidence.value for evidence in outcome.evidence if evidence.kind == kind]


def _share_in(outcome: Outcome) -> Share | None:
    """Return the one concentration that a text states beside a mention."""
    stated = _stated(outcome, "concentration")
    if len(stated) != 1:
        return None
    value, _, unit = stated[0].partition(" ")
    return share_stated(value, unit, stated[0])


def _with_stated(shipment: Shipment, outcomes: Iterable[Outcome]) -> tuple[Shipment, list[Message]]:
    """Take quantity and concentration of a commercial line where the row gives none; say where the two differ."""
    amounts: dict[str, Amount] = {}
    counted = False
    shares: dict[str, Share] = {}
    for outcome in outcomes:
        if outcome.basis != "text" and not outcome.span:
            continue
        for value in _stated(outcome, "quantity"):
            if amount := amount_of(*value.rpartition(" ")[::2]):
                amounts[str(amount)] = amount
        counted = counted or any(
            evidence.kind == "packaging" and evidence.value.split(" ")[-1].isdecimal() for evidence in outcome.evidence
        )
        if share := _share_in(outcome):
            shares[str(share[:2])] = share
    differs = []
    if len(amounts) == 1 and not counted:
        stated = next(iter(amounts.values()))
        if shipment.amount is None and not shipment.text("quantity"):
            shipment = replace(shipment, amount=stated)
        elif shipment.amount and shipment.amount.unit == stated.unit and shipment.amount != stated:
            values: dict[str, Value] = {"field": str(shipment.amount), "line": str(stated)}
            differs.append(Message("transfers_check_quantity_differs", values))
    only = next(iter(shares.values())) if len(shares) == 1 else None
    if only and shipment.share is None and not shipment.text("concentration"):
        shipment = replace(shipment, share=only)
    elif only and shipment.share and only[:2] != shipment.share[:2]:
        values = {"field": shipment.share.text, "line": only.text}
        differs.append(Message("transfers_check_concentration_differs", values))
    return shipment, differs
