"""The papers that go with a transfer, filled from a shipment's record: certificate, notification, licence application.

Only what the record holds is written; what it does not hold is a blank for a person to fill. The result is the document
model, for `opencwc.publishing.pdf`, ``xlsx`` and ``html`` to write. Verification Annex VI.3-6 and VIII.26.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from opencwc.errors import InputError, SettingsError
from opencwc.finding import Message, Value, Verdict
from opencwc.publishing import (
    Block,
    Clause,
    Clauses,
    Field,
    Form,
    Labels,
    Paragraph,
    Report,
    Section,
    Signature,
    Text,
    Words,
)
from opencwc.transfers.check.paper_facts import PaperFacts
from opencwc.wording import RIGHT_TO_LEFT, say
from opencwc.wording.states import state_name

if TYPE_CHECKING:
    from opencwc.transfers.check.certificates import Certificate
    from opencwc.transfers.check.checking import Answer
    from opencwc.transfers.check.shipments import Shipment

KINDS = ("certificate", "notification", "licence")
SIDES = ("sender", "receiver")
SAXITOXIN = "35523-89-8"
"""The chemical of the shorter notice (Verification Annex VI.5 bis); the number is that of Schedule 1."""
SIGNED = ("papers_sign_name", "papers_sign_function", "papers_sign_place", "papers_sign_signature")
_COMMA = ("fr", "es", "ru")
"""The languages that write a comma before the decimals."""


def make_paper(
    kind: str, facts: PaperFacts, lang: str = "en", side: str = "sender", made: date | None = None
) -> Report:
    """Return a paper as the document model; ``kind`` is among `KINDS`, ``side`` says whose paper it is.

    A certificate is always the receiving State's. ``made`` is the day that the file says of itself.

    Raises:
        SettingsError: the kind or the side is not known.
        InputError: a notification is asked for a chemical that is not in Schedule 1.

    """
    for name, one, known in (("kind", kind, KINDS), ("side", side, SIDES)):
        if one not in known:
            raise SettingsError(f"no {name} of paper is called {one!r}", remedy=f"Use one of: {', '.join(known)}.")
    if kind == "notification" and facts.entries and not _in_schedule(facts, "1"):
        raise InputError(
            f"the notification is for chemicals of Schedule 1; {facts.chemical or facts.cas} is {facts.entries[0]}.",
            where=f"shipment {facts.shipment}" if facts.shipment else "",
            remedy="Choose the paper that the check names for it.",
        )
    return _Paper(facts, lang, side).report(kind, made)


def facts_of(
    shipment: Shipment,
    *,
    chemical: str = "",
    cas: str = "",
    structure: str = "",
    entries: Sequence[str] = (),
    certificate: Certificate | None = None,
    drawn: Sequence[tuple[str, str, str]] = (),
    notify_by: date | None = None,
    mark: str = "",
) -> PaperFacts:
    """Return what a planned shipment's row holds for a paper, with what the check knows of its chemical beside it.

    ``certificate`` is the one that the shipment goes under, where there is one; its dates are taken over, and its end
    users and end-uses where the row has none.
    """
    amount = shipment.amount
    stated = " ".join(filter(None, (shipment.text("quantity"), shipment.text("unit"))))
    as_stated = not stated or shipment.text("unit").casefold() == "kg" or amount is None or amount.unit != "kg"
    users = shipment.text("end_user") or (certificate.end_users if certificate else "")
    uses = shipment.text("purpose") or (certificate.end_use if certificate else "")
    return PaperFacts(
        shipment=shipment.id,
        chemical=chemical or shipment.text("chemical") or shipment.text("line"),
        cas=cas or shipment.text("cas"),
        structure=structure or shipment.text("structure"),
        entries=tuple(entries),
        quantity=stated or (str(amount) if amount else ""),
        quantity_kg=None if as_stated or amount is None else amount.value,
        concentration=shipment.text("concentration"),
        packing=shipment.text("packing"),
        sender=shipment.sender.code or shipment.sender.text,
        receiver=shipment.receiver.code or shipment.receiver.text,
        via=tuple(one.code or one.text for one in shipment.via),
        consignee=shipment.text("consignee"),
        end_users=(users,) if users else (),
        end_uses=(uses,) if uses else (),
        day=shipment.day,
        certificates=shipment.certificates,
        issued=certificate.issued if certificate else None,
        valid_until=certificate.expires if certificate else None,
        drawn=tuple(drawn),
        papers=tuple(paper.text for paper in shipment.papers if paper.text),
        notify_by=notify_by,
        mark=mark,
    )


def facts_of_answer(answer: Answer, certificates: Sequence[Certificate] = (), mark: str = "") -> PaperFacts:
    """Return what a checked shipment holds for a paper: its row, its entries, the last day for its notice.

    Raises:
        InputError: the transfer is prohibited, so that no paper goes with it.

    """
    shipment = answer.shipment
    if answer.verdict is Verdict.PROHIBITED:
        raise InputError(
            "this transfer is prohibited; no paper goes with it.",
            where=f"shipment {shipment.id}",
            remedy="See why: opencwc transfers check.",
        )
    owing = {one.entry for one in answer.owed}  # an entry that is exempt owes nothing
    met = (
        finding.rule
        for finding in answer.findings
        if finding.rule and (finding.rule in owing or finding.verdict is not Verdict.ALLOWED)
    )
    notices = [one.due for one in answer.owed if one.rule.paper == "notice" and one.due]
    why = (one for owed in answer.owed for one in owed.why if one.id == "transfers_certificate_drawn")
    drawn = tuple(
        dict.fromkeys((str(one.values["id"]), str(one.values["amount"]), str(one.values["left"])) for one in why)
    )
    named = {one.casefold() for one in ([name for name, _, _ in drawn] or shipment.certificates)}
    certificate = next((certificate for certificate in certificates if certificate.id.casefold() in named), None)
    return facts_of(
        shipment,
        entries=tuple(dict.fromkeys(f"{one.list} {one.entry}" for one in met)),
        certificate=certificate,
        drawn=drawn,
        notify_by=min(notices) if notices else None,
        mark=mark,
    )


def facts_of_certificate(
    answer: Answer, certificates: Sequence[Certificate] = (), mark: str = ""
) -> tuple[PaperFacts, Message | None]:
    """Return what an end-use certificate for a checked shipment says, and what is to be said of it.

    Where a certificate at hand covers the shipment, its own facts are returned as they are. What none covers is for a
    new one, which has neither number nor days; the address of the end user is taken from those at hand.

    Raises:
        InputError: the transfer is prohibited, so that no paper goes with it.

    """
    facts = facts_of_answer(answer, certificates, mark)
    named = {certificate.casefold() for certificate in answer.shipment.certificates}
    held = [certificate for certificate in certificates if certificate.id.casefold() in named]
    asked = [one for one in answer.owed if one.rule.paper == "certificate"]
    if held and asked and all(one.state == "met" for one in asked):
        return _facts_written_in(held[0], facts), Message("transfers_papers_reprinted", {"id": held[0].id})
    new = replace(facts, certificates=(), issued=None, valid_until=None, end_users=_with_address(facts.end_users, held))
    missing = next((one.missing for one in asked if one.missing), None)
    if missing is not None:
        new = replace(new, quantity=str(missing), quantity_kg=None)
    if not named:
        return new, None
    values: dict[str, Value] = {"ids": answer.shipment.certificates, "amount": new.quantity or "—"}
    return new, Message("transfers_papers_new" if held else "transfers_papers_not_at_hand", values)


def _facts_written_in(certificate: Certificate, facts: PaperFacts) -> PaperFacts:
    """Return what a certificate says itself, and of the shipment only what tells which one it is."""
    return PaperFacts(
        shipment=facts.shipment,
        chemical=certificate.chemical,
        cas=certificate.cas,
        entries=facts.entries,
        quantity=str(certificate.amount) if certificate.amount else "",
        receiver=certificate.issued_by.code or certificate.issued_by.text,
        consignee=certificate.recipient,
        end_users=(certificate.end_users,) if certificate.end_users else (),
        end_uses=(certificate.end_use,) if certificate.end_use else (),
        certificates=(certificate.id,),
        issued=certificate.issued,
        valid_until=certificate.expires,
        mark=facts.mark,
    )


def _with_address(users: tuple[str, ...], certificates: Iterable[Certificate]) -> tuple[str, ...]:
    """Return end users as a certificate has them, with their addresses, where it has all the words of their names."""
    from opencwc.transfers.check.certificates import end_users_of
    from opencwc.transfers.check.shipments import plain_words

    written = [user for certificate in certificates for user in end_users_of(certificate)]
    return tuple(
        next((one for one in written if {*plain_words(user).split()} < {*plain_words(one).split()}), user)
        for user in users
    )


def spoken_day(day: date, lang: str) -> str:
    """Say a day as the language writes it; in English as files do (ISO 8601).

    >>> spoken_day(date(2026, 11, 4), "fr"), spoken_day(date(2026, 11, 4), "en")
    ('4 novembre 2026', '2026-11-04')
    """
    if lang == "en":
        return day.isoformat()
    month = Message(f"label_month_{day.month}")
    return say(Message("label_day", {"day": day.day, "month": month, "year": day.year}), lang)


def spoken_quantity(value: Decimal | float, unit: str, lang: str) -> str:
    """Say a quantity exactly, with narrow spaces between its thousands and the decimal sign of the language.

    >>> spoken_quantity(1234567.5, "kg", "fr").replace("\\u202f", "_").replace("\\u00a0", " ")
    '1_234_567,5 kg'
    >>> spoken_quantity(0.1 + 0.2, "kg", "en").replace("\\u00a0", " ")
    '0.3 kg'
    """
    number = value if isinstance(value, Decimal) else Decimal(f"{value:.12g}")
    whole, _, part = f"{abs(number):f}".partition(".")
    said = ("-" if number < 0 else "") + f"{int(whole):,}".replace(",", "\u202f")
    if part := part.rstrip("0"):
        said += ("," if lang in _COMMA else ".") + part
    said = f"{said}\u00a0{unit}" if unit else said
    return f"\u200e{said}\u200e" if lang in RIGHT_TO_LEFT else said


def report_labels(lang: str) -> Labels:
    """Return what a page has to say of itself."""
    names = ("skip", "contents", "filter", "search", "all", "reset")
    return Labels(
        **{name: say(f"report_{name}", lang) for name in names},
        shown=say(Message("report_shown", {"shown": "{shown}", "total": "{total}"}), lang),
        cut=say(Message("report_cut", {"length": "{length}", "limit": "{limit}"}), lang),
    )


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
            labels=report_labels(self.lang),
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
        lines = tuple(self.say(one) for one in SIGNED)
        return self.section("signature", Signature(self.say(who), lines, self.say("papers_stamp")))

    def balances(self) -> Iterator[Field]:
        """Yield what is drawn from each certificate, and what is left of it."""
        if self.facts.drawn:
            names = ("id", "amount", "left")
            told = (
                self.say("transfers_certificate_drawn", **dict(zip(names, one, strict=True)))
                for one in self.facts.drawn
            )
            yield self.field("papers_drawn", tuple(told))

    def say(self, name: str, **values: str) -> str:
        return say(Message(name, dict(values)), self.lang)


def _in_schedule(facts: PaperFacts, schedule: str) -> bool:
    return any(entry.startswith(f"CWC {schedule}") for entry in facts.entries)
