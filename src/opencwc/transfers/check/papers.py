"""The papers that go with a transfer, filled from a shipment's record: certificate, notification, licence application.

Only what the record holds is written; what it does not hold is a blank for a person to fill. The result is the document
model, for `opencwc.publishing.pdf`, ``xlsx`` and ``html`` to write. VA VI.3, VA VI.4, VA VI.5,
VA VI.6 and VA VIII.26.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from opencwc.convention.fields import read_yaml
from opencwc.errors import InputError, SettingsError
from opencwc.finding import Message
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import (
    Block,
    Clause,
    Clauses,
    Field,
    Form,
    Paragraph,
    Report,
    Section,
    Signature,
    Text,
    Words,
)
from opencwc.transfers.check.paper_facts import PAPER_KINDS, PaperFacts
from opencwc.transfers.document_words import SIGNED, spoken_day, spoken_quantity
from opencwc.wording import say
from opencwc.wording.lists import entry_said
from opencwc.wording.states import state_name

DATA = Path(__file__).parent / "data" / "papers.yaml"
SIDES = ("sender", "receiver")


def make_paper(
    kind: str, facts: PaperFacts, lang: str = "en", side: str = "sender", made: date | None = None
) -> Report:
    """Return a paper as the document model; ``kind`` is among `PAPER_KINDS`, ``side`` says whose paper it is.

    A certificate is always the receiving State's. ``made`` is the day that the file says of itself. Raises
    `SettingsError` where the kind or the side is not known. Raises `InputError` where a notification is asked for a
    chemical that is not in Schedule 1.
    """
    for name, given, known in (("kind", kind, PAPER_KINDS), ("side", side, SIDES)):
        if given not in known:
            raise SettingsError("paper_option_unknown", option=name, value=given, known=tuple(known))
    if kind == "notification" and facts.entries and not _in_schedule(facts, "1"):
        raise InputError(
            "notification_outside_schedule_1",
            where=f"shipment {facts.shipment}" if facts.shipment else "",
            chemical=facts.chemical or facts.cas,
            entry=facts.entries[0],
        )
    return _Paper(facts, lang, side).report(kind, made)


class _Paper:
    """Makes one paper in one language."""

    def __init__(self, facts: PaperFacts, lang: str, side: str) -> None:
        self.facts = facts
        self.lang = lang
        self.ours, self.theirs = (facts.sender, facts.receiver) if side == "sender" else (facts.receiver, facts.sender)

    def report(self, kind: str, made: date | None) -> Report:
        facts = self.facts
        based = kind != "certificate" or not facts.entries or _in_schedule(facts, "3")
        closing = [self.say("draft", shipment=facts.shipment or "—"), self.say("no_form")]
        if self.lang != "en" and kind != "licence":
            closing.append(self.say("own_words"))
        return Report(
            title=self.say(kind),
            lang=self.lang,
            labels=labels_in(self.lang),
            lead=(self.say(f"basis_{kind}"),) if based else (),
            sections=tuple(
                Section(part["section"], self.say(f"section_{part['section']}"), tuple(self.blocks(part)))
                for part in _layouts()[kind]
            ),
            closing=tuple(closing),
            main="statements",
            marking="".join(self.marks()),
            made=made,
        )

    def blocks(self, part: Mapping[str, Any]) -> Iterator[Block]:
        """Yield the blocks of one section of the layout."""
        if "form" in part:
            yield Form(tuple(self.fields(part["form"])))
        for note, cas in part.get("notes", {}).items():
            if cas in ("", self.facts.cas):
                yield Paragraph((self.say(note),), "note")
        if "clauses" in part:
            yield Paragraph((self.say(part["says"]),))
            fields = part.get("fields", {})
            yield Clauses(
                tuple(
                    Clause(f"({mark})", (self.say(says),), tuple(self.fields(fields.get(mark, ()))))
                    for mark, says in part["clauses"].items()
                )
            )
        if "signs" in part:
            yield Signature(self.say(part["signs"]), tuple(say(line, self.lang) for line in SIGNED), self.say("stamp"))

    def fields(self, names: Iterable[str]) -> Iterator[Field]:
        """Yield fields by their names in the layout; one without a value is a blank that says so."""
        for entry in names:
            name = entry.removesuffix("?")
            if name == "end_users" and self.facts.end_users:  # a field each, in the statement that names them
                yield from (Field(self.say("end_user"), (user,), self.say("blank")) for user in self.facts.end_users)
                continue
            values = tuple(value for value in self.values.get(name, ()) if value)
            if values or name == entry:
                yield Field(self.say(_LABELS.get(name, name)), values, self.say("blank"))

    @cached_property
    def values(self) -> Mapping[str, Iterable[Words]]:
        """What stands in each field."""
        facts = self.facts
        return {
            "number": facts.certificates, "certificates": facts.certificates, "papers": facts.papers,
            "recipient_state": self.states(facts.receiver), "to": self.states(facts.receiver),
            "from": self.states(facts.sender), "via": self.states(*facts.via),
            "notifying": self.states(self.ours), "other_side": self.states(self.theirs),
            "licensing": (self.say("licensing"), *self.states(self.ours)),
            "to_secretariat": (self.say("to_secretariat"),), "mark": self.marks(),
            "issued": self.days(facts.issued), "valid_until": self.days(facts.valid_until),
            "date": self.days(facts.day), "notify_by": self.days(facts.notify_by),
            "chemical": (facts.chemical,), "cas": _verbatim(facts.cas), "structure": _verbatim(facts.structure),
            "entry": tuple(entry_said(entry, self.lang) for entry in facts.entries), "quantity": self.quantity(),
            "concentration": _verbatim(facts.concentration), "packing": (facts.packing,),
            "shipment": _verbatim(facts.shipment), "exporter": (facts.exporter,), "consignee": (facts.consignee,),
            "recipient": (facts.consignee, *facts.end_users), "end_user": facts.end_users,
            "end_use": facts.end_uses, "purpose": facts.end_uses,
            "drawn": tuple(
                say(Message("transfers_certificate_drawn", {"id": id, "amount": amount, "left": left}), self.lang)
                for id, amount, left in facts.drawn
            ),
        }  # fmt: skip

    def quantity(self) -> tuple[Text, ...]:
        facts = self.facts
        means = "" if facts.quantity_kg is None else f"= {spoken_quantity(facts.quantity_kg, 'kg', self.lang)}"
        return (Text(facts.quantity, verbatim=True, note=means),) if facts.quantity else ()

    def marks(self) -> tuple[str, ...]:
        return (say(f"casebook_mark_{self.facts.mark}", self.lang),) if self.facts.mark else ()

    def states(self, *codes: str) -> tuple[str, ...]:
        """Name States, each with its code, as papers have them."""
        named = ((state_name(code, self.lang), code) for code in codes if code)
        return tuple(
            name if name == code else say(Message("name_and_code", {"name": name, "code": code}), self.lang)
            for name, code in named
        )

    def days(self, day: date | None) -> tuple[str, ...]:
        return (spoken_day(day, self.lang),) if day else ()

    def say(self, name: str, **values: str) -> str:
        return say(Message(f"papers_{name}", dict(values)), self.lang)


def _verbatim(*texts: str) -> tuple[Text, ...]:
    return tuple(Text(text, verbatim=True) for text in texts if text)


def _in_schedule(facts: PaperFacts, schedule: str) -> bool:
    return any(entry.startswith(f"CWC {schedule}") for entry in facts.entries)


@cache
def _layouts() -> Mapping[str, Any]:
    return read_yaml(DATA)


_LABELS = {"end_users": "end_user", "licensing": "addressee", "to_secretariat": "addressee"}
