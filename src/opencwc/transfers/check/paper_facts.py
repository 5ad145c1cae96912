"""What a planned transfer's record holds for its papers: of the row, of the check, of the certificates at hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from opencwc.errors import InputError
from opencwc.finding import Message, Value, Verdict
from opencwc.transfers.check.certificates import Certificate, end_users_of
from opencwc.transfers.check.shipment_cells import plain_words
from opencwc.transfers.check.shipments import Shipment

if TYPE_CHECKING:
    from opencwc.transfers.check.checking import Answer


PAPER_KINDS = ("certificate", "notification", "licence")


class PaperFacts(Struct, frozen=True, omit_defaults=True):
    """What is known of a planned transfer; an empty field is a blank in the paper.

    ``sender`` and ``receiver`` are the two States, ``via`` those on the way: alpha-3 codes, or what the record says.
    ``entries`` are as in ``CWC 3A04``. ``quantity`` is as the record states it, ``quantity_kg`` what that is in kg
    where it says otherwise. ``drawn`` are the certificates that cover it, each with the amount drawn for it and what is
    left of it after this shipment and those before. ``notify_by`` is the last day for the notification. ``mark`` is a
    confidentiality mark of the casebook: ``unclassified``, ``restricted``, ``protected``, ``highly_protected``.
    """

    shipment: str = ""
    chemical: str = ""
    cas: str = ""
    structure: str = ""
    entries: tuple[str, ...] = ()
    quantity: str = ""
    quantity_kg: Decimal | None = None
    concentration: str = ""
    packing: str = ""
    sender: str = ""
    receiver: str = ""
    via: tuple[str, ...] = ()
    exporter: str = ""
    consignee: str = ""
    end_users: tuple[str, ...] = ()
    end_uses: tuple[str, ...] = ()
    day: date | None = None
    certificates: tuple[str, ...] = ()
    issued: date | None = None
    valid_until: date | None = None
    drawn: tuple[tuple[str, str, str], ...] = ()
    papers: tuple[str, ...] = ()
    notify_by: date | None = None
    mark: str = ""


def facts_of(
    shipment: Shipment,
    *,
    entries: Sequence[str] = (),
    certificate: Certificate | None = None,
    drawn: Sequence[tuple[str, str, str]] = (),
    notify_by: date | None = None,
    mark: str = "",
) -> PaperFacts:
    """Return what a planned shipment's row holds for a paper, with what the check knows beside it.

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
        chemical=shipment.text("chemical") or shipment.text("line"),
        cas=shipment.text("cas"),
        structure=shipment.text("structure"),
        entries=tuple(entries),
        quantity=stated or (str(amount) if amount else ""),
        quantity_kg=None if as_stated or amount is None else amount.value,
        concentration=shipment.text("concentration"),
        packing=shipment.text("packing"),
        sender=shipment.sender.code or shipment.sender.text,
        receiver=shipment.receiver.code or shipment.receiver.text,
        via=tuple(state.code or state.text for state in shipment.via),
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

    Raises `InputError` where the transfer is prohibited, so that no paper goes with it.
    """
    shipment = answer.shipment
    if answer.verdict is Verdict.PROHIBITED:
        raise InputError("transfer_prohibited_no_paper", where=f"shipment {shipment.id}")
    owing = {owed.entry for owed in answer.owed}  # an entry that is exempt owes nothing
    rules = (
        finding.rule
        for finding in answer.findings
        if finding.rule and (finding.rule in owing or finding.verdict is not Verdict.ALLOWED)
    )
    notices = [owed.due for owed in answer.owed if owed.rule.paper == "notice" and owed.due]
    drawn = _drawn(answer)
    named = {id.casefold() for id in ([id for id, _, _ in drawn] or shipment.certificates)}
    return facts_of(
        shipment,
        entries=tuple(dict.fromkeys(f"{rule.list} {rule.entry}" for rule in rules)),
        certificate=next((certificate for certificate in certificates if certificate.id.casefold() in named), None),
        drawn=drawn,
        notify_by=min(notices) if notices else None,
        mark=mark,
    )


def _drawn(answer: Answer) -> tuple[tuple[str, str, str], ...]:
    """Return what is drawn from each certificate for a shipment: its id, the amount, what is left."""
    why = (
        message.values for owed in answer.owed for message in owed.why if message.id == "transfers_certificate_drawn"
    )
    return tuple(dict.fromkeys((str(values["id"]), str(values["amount"]), str(values["left"])) for values in why))


def facts_of_certificate(
    answer: Answer, certificates: Sequence[Certificate] = (), mark: str = ""
) -> tuple[PaperFacts, Message | None]:
    """Return what an end-use certificate for a checked shipment says, and what is to be said of it.

    Where a certificate at hand covers the shipment, its own facts are returned as they are. What none covers is for a
    new one, which has neither number nor days; the address of the end user is taken from those at hand. Raises
    `InputError` where the transfer is prohibited, so that no paper goes with it.
    """
    facts = facts_of_answer(answer, certificates, mark)
    named = {certificate.casefold() for certificate in answer.shipment.certificates}
    at_hand = [certificate for certificate in certificates if certificate.id.casefold() in named]
    duties = [owed for owed in answer.owed if owed.rule.paper == "certificate"]
    if at_hand and duties and all(owed.state == "met" for owed in duties):
        return _facts_written_in(at_hand[0], facts), Message("transfers_papers_reprinted", {"id": at_hand[0].id})
    new = replace(
        facts, certificates=(), issued=None, valid_until=None, end_users=_with_address(facts.end_users, at_hand)
    )
    missing = next((owed.missing for owed in duties if owed.missing), None)
    if missing is not None:
        new = replace(new, quantity=str(missing), quantity_kg=None)
    if not named:
        return new, None
    values: dict[str, Value] = {"ids": answer.shipment.certificates, "amount": new.quantity or "—"}
    return new, Message("transfers_papers_new" if at_hand else "transfers_papers_not_at_hand", values)


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
    written = [user for certificate in certificates for user in end_users_of(certificate)]
    return tuple(
        next((full for full in written if {*plain_words(user).split()} < {*plain_words(full).split()}), user)
        for user in users
    )
