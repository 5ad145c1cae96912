"""The papers that go with a transfer, filled from a shipment's record: certificate, notification, licence application.

Only what the record holds is written; what it does not hold is a blank for a person to fill. The result is the document
model, for `opencwc.publishing.pdf`, ``xlsx`` and ``html`` to write. VA VI.3-6 and VA VIII.26.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

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
from opencwc.wording import RIGHT_TO_LEFT, say
from opencwc.wording.states import state_name

SIDES = ("sender", "receiver")
SAXITOXIN = "35523-89-8"
"""The chemical of the shorter notice (VA VI.5bis); the number is that of Schedule 1."""


def make_paper(
    kind: str, facts: PaperFacts, lang: str = "en", side: str = "sender", made: date | None = None
) -> Report:
    """Return a paper as the document model; ``kind`` is among `PAPER_KINDS`, ``side`` says whose paper it is.

    A certificate is always the receiving State's. ``made`` is the day that the file says of itself.

    Raises:
        SettingsError: the kind or the side is not known.
        InputError: a notification is asked for a chemical that is not in Schedule 1.

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
        sections = {"certificate": self.certificate, "notification": self.notification, "licence": self.licence}
        facts = self.facts
        lead = f"papers_basis_{kind}"
        based = kind != "certificate" or not facts.entries or _in_schedule(facts, "3")
        closing = [self.say("papers_draft", shipment=facts.shipment or "—"), self.say("papers_no_form")]
        if self.lang != "en" and kind != "licence":
            closing.append(self.say("papers_own_words"))
        return Report(
            title=self.say(f"papers_{kind}"),
            lang=self.lang,
            direction="rtl" if self.lang in RIGHT_TO_LEFT else "ltr",
            labels=labels_in(self.lang),
            lead=(self.say(lead),) if based else (),
            sections=tuple(sections[kind]()),
            closing=tuple(closing),
            main="statements",
            marking=self.say(f"casebook_mark_{facts.mark}") if facts.mark else "",
            made=made,
        )

    def certificate(self) -> Iterator[Section]:
        """Yield the certificate: who gives it, the five statements, who signs."""
        facts = self.facts
        yield self.section(
            "document",
            Form(
                (
                    self.field("papers_number", facts.certificates),
                    self.field("papers_recipient_state", self.states(facts.receiver)),
                    self.field("papers_authority"),
                    self.field("papers_from", self.states(facts.sender)),
                    self.field("papers_issued", self.days(facts.issued)),
                    self.field("papers_valid_until", self.days(facts.valid_until)),
                    self.mark(),
                )
            ),
        )
        users = tuple(self.field("papers_end_user", (user,)) for user in facts.end_users)
        yield self.section(
            "statements",
            Paragraph((self.say("papers_certifies"),)),
            Clauses(
                (
                    self.clause("a", "papers_a"),
                    self.clause("b", "papers_b"),
                    self.clause("c", "papers_c", *self.chemical(), self.quantity(), self.concentration()),
                    self.clause("d", "papers_d", self.field("papers_end_use", facts.end_uses)),
                    self.clause("e", "papers_e", *(users or (self.field("papers_end_user"),))),
                )
            ),
        )
        yield self.signature("papers_for_authority")

    def notification(self) -> Iterator[Section]:
        """Yield the notification of one of the two States Parties."""
        facts = self.facts
        notes: tuple[Block, ...] = (Paragraph((self.say("papers_both_notify"),), "note"),)
        if facts.cas == SAXITOXIN:
            notes += (Paragraph((self.say("papers_basis_saxitoxin"),), "note"),)
        yield self.section(
            "document",
            Form(
                (
                    self.field("papers_addressee", (self.say("papers_to_secretariat"),)),
                    self.field("papers_notifying", self.states(self.ours)),
                    self.field("papers_other_side", self.states(self.theirs)),
                    self.field("papers_notify_by", self.days(facts.notify_by)),
                    self.mark(),
                )
            ),
            *notes,
        )
        yield self.section("chemical", Form((*self.chemical(), self.quantity(), self.concentration())))
        yield self.section(
            "transfer",
            Form(
                (
                    self.field("papers_from", self.states(facts.sender)),
                    self.field("papers_to", self.states(facts.receiver)),
                    *self.via(),
                    self.field("papers_date", self.days(facts.day)),
                    self.field("papers_recipient", tuple(filter(None, (facts.consignee, *facts.end_users)))),
                    self.field("papers_purpose", facts.end_uses),
                )
            ),
        )
        yield self.section(
            "statements",
            Paragraph((self.say("papers_states"),)),
            Clauses((self.clause("1", "papers_only_purposes"), self.clause("2", "papers_no_third"))),
        )
        yield self.signature("papers_for_state")

    def licence(self) -> Iterator[Section]:
        """Yield the application to the licensing authority of one's own State."""
        facts = self.facts
        yield self.section(
            "document",
            Form(
                (
                    self.field("papers_addressee", tuple(self.licensing())),
                    self.field("papers_shipment", (Text(facts.shipment, verbatim=True),) if facts.shipment else ()),
                    self.mark(),
                )
            ),
        )
        yield self.section("chemical", Form((*self.chemical(), self.quantity(), self.concentration(), self.packing())))
        yield self.section(
            "parties",
            Form(
                (
                    self.field("papers_exporter", (facts.exporter,)),
                    self.field("papers_consignee", (facts.consignee,)),
                    self.field("papers_end_user", facts.end_users),
                    self.field("papers_end_use", facts.end_uses),
                )
            ),
        )
        yield self.section(
            "transfer",
            Form(
                (
                    self.field("papers_from", self.states(facts.sender)),
                    self.field("papers_to", self.states(facts.receiver)),
                    *self.via(),
                    self.field("papers_date", self.days(facts.day)),
                    self.field("papers_certificates", facts.certificates),
                    *self.balances(),
                    self.field("papers_valid_until", self.days(facts.valid_until)),
                    *((self.field("papers_papers", facts.papers),) if facts.papers else ()),
                )
            ),
        )
        yield self.section(
            "declaration",
            Paragraph((self.say("papers_declares"),)),
            Clauses(
                (
                    self.clause("1", "papers_true"),
                    self.clause("2", "papers_permitted"),
                    self.clause("3", "papers_changes"),
                )
            ),
        )
        yield self.signature("papers_for_applicant")

    def licensing(self) -> Iterator[str]:
        yield self.say("papers_licensing")
        yield from self.states(self.ours)

    def chemical(self) -> tuple[Field, ...]:
        """Name the chemical: its name, number, structure where known, entries."""
        facts = self.facts
        structure = (self.field("papers_structure", (Text(facts.structure, verbatim=True),)),)
        return (
            self.field("papers_chemical", (facts.chemical,)),
            self.field("papers_cas", (Text(facts.cas, verbatim=True),) if facts.cas else ()),
            *(structure if facts.structure else ()),
            self.field("papers_entry", tuple(Text(entry, verbatim=True) for entry in facts.entries)),
        )

    def quantity(self) -> Field:
        facts = self.facts
        if not facts.quantity:
            return self.field("papers_quantity")
        means = spoken_quantity(facts.quantity_kg, "kg", self.lang) if facts.quantity_kg is not None else ""
        return self.field("papers_quantity", (Text(facts.quantity, verbatim=True, note=means and f"= {means}"),))

    def concentration(self) -> Field:
        stated = self.facts.concentration
        return self.field("papers_concentration", (Text(stated, verbatim=True),) if stated else ())

    def packing(self) -> Field:
        return self.field("papers_packing", (self.facts.packing,))

    def via(self) -> tuple[Field, ...]:
        """Name the States on the way, where the record names any: there may be none."""
        return (self.field("papers_via", self.states(*self.facts.via)),) if self.facts.via else ()

    def mark(self) -> Field:
        mark = self.facts.mark
        return self.field("papers_mark", (self.say(f"casebook_mark_{mark}"),) if mark else ())

    def states(self, *codes: str) -> tuple[str, ...]:
        """Name States, each with its code, as papers have them."""
        named = ((state_name(code, self.lang), code) for code in codes if code)
        return tuple(name if name == code else f"{name} ({code})" for name, code in named)

    def days(self, day: date | None) -> tuple[str, ...]:
        return (spoken_day(day, self.lang),) if day else ()

    def field(self, label: str, values: Iterable[Words] = ()) -> Field:
        """Return a field; one without a value is a blank that says so."""
        return Field(self.say(label), tuple(value for value in values if value), self.say("papers_blank"))

    def clause(self, mark: str, says: str, *fields: Field) -> Clause:
        return Clause(f"({mark})", (self.say(says),), fields)

    def section(self, name: str, *blocks: Block) -> Section:
        return Section(name, self.say(f"papers_section_{name}"), blocks)

    def signature(self, who: str) -> Section:
        lines = tuple(self.say(line) for line in SIGNED)
        return self.section("signature", Signature(self.say(who), lines, self.say("papers_stamp")))

    def balances(self) -> Iterator[Field]:
        """Yield what is drawn from each certificate, and what is left of it."""
        if self.facts.drawn:
            told = (
                self.say("transfers_certificate_drawn", id=id, amount=amount, left=left)
                for id, amount, left in self.facts.drawn
            )
            yield self.field("papers_drawn", tuple(told))

    def say(self, name: str, **values: str) -> str:
        return say(Message(name, dict(values)), self.lang)


def _in_schedule(facts: PaperFacts, schedule: str) -> bool:
    return any(entry.startswith(f"CWC {schedule}") for entry in facts.entries)
