"""End-use certificates that come in: the five statements, dates, amounts and parties, and what is left of each.

VA VII.32 (Schedule 2, until 28 April 2000) and VA VIII.26 (Schedule 3): the recipient State certifies
a) only purposes not prohibited, b) no re-transfer, c) types and quantities, d) end-uses, e) names and addresses of the
end-users. A certificate serves several shipments until its amount is used up or it expires.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

from opencwc.convention.transfer_rules import STATEMENTS
from opencwc.errors import InputError
from opencwc.finding import Message, Value
from opencwc.transfers.check.shipment_cells import (
    Amount,
    Side,
    amount_of,
    code_of,
    day_of,
    is_yes,
    plain_number,
    plain_words,
    purpose_of,
    touches_on_weapons,
)
from opencwc.transfers.check.shipments import Shipment, read_rows
from opencwc.wording.states import state_named


class Certificate(NamedTuple):
    """An end-use certificate as it came in; ``statements`` are those of ``a`` to ``e`` that it makes."""

    row: int
    id: str
    issued_by: Side
    recipient: str
    chemical: str
    cas: str
    amount: Amount | None
    issued: date | None
    expires: date | None
    end_use: str
    end_users: str
    statements: frozenset[str]
    problems: tuple[Message, ...] = ()


class Cover(NamedTuple):
    """What certificates do for one shipment: what is wrong with them, what is doubtful, what they were drawn for.

    ``missing`` is what no certificate covers, ``None`` where that cannot be said; it is covered where nothing is
    wrong, doubtful or missing. ``drawn`` are (certificate, amount drawn, amount left).
    """

    wrong: tuple[Message, ...] = ()
    doubts: tuple[Message, ...] = ()
    drawn: tuple[tuple[str, Amount, Amount], ...] = ()
    missing: Amount | None = None

    @property
    def met(self) -> bool:
        """Whether the shipment has all that it needs."""
        return bool(self.drawn) and not self.wrong and not self.doubts and self.missing is None


def read_certificates(
    source: Path | BinaryIO, name: str = "", given: Mapping[str, str] = MappingProxyType({})
) -> tuple[Certificate, ...]:
    """Read certificates from a table file (CSV, JSON and others), one a row.

    Where several have one id, which of them a shipment means cannot be told: a problem of each, and none serves. Raises
    `InputError` where there is no such file, it holds no table, or no column names the certificates.
    """
    name, columns, _, rows = read_rows(source, name, "certificates", given)
    if "id" not in columns:
        raise InputError("certificates_without_id", where=name)
    made = tuple(certificate_of(row, texts, problem) for row, texts, problem in rows)
    rows_of: dict[str, list[str]] = {}
    for certificate in made:
        rows_of.setdefault(certificate.id.casefold(), []).append(str(certificate.row))
    return tuple(
        certificate._replace(
            problems=(*certificate.problems, Message("transfers_certificate_twice", {"rows": tuple(same)}))
        )
        if certificate.id and len(same := rows_of[certificate.id.casefold()]) > 1
        else certificate
        for certificate in made
    )


def certificate_of(row: int, texts: Mapping[str, str], problem: Message | None = None) -> Certificate:
    """Read one certificate from its texts by field."""
    problems = [problem] if problem else []
    problems += (
        Message("transfers_check_date_unread", {"text": texts[name]})
        for name in ("issued", "expires")
        if texts.get(name) and day_of(texts[name]) is None
    )
    amount = amount_of(texts.get("quantity", ""), texts.get("unit", ""))
    if texts.get("quantity") and amount is None:
        stated = f"{texts['quantity']} {texts.get('unit', '')}".strip()
        problems.append(Message("transfers_check_quantity_unread", {"text": stated}))
    by = texts.get("issued_by", "")
    return Certificate(
        row=row,
        id=texts.get("id", ""),
        issued_by=Side(by, code_of(by) if by else ""),
        recipient=texts.get("recipient", ""),
        chemical=texts.get("chemical", ""),
        cas=texts.get("cas", ""),
        amount=amount,
        issued=day_of(texts.get("issued", "")),
        expires=day_of(texts.get("expires", "")),
        end_use=texts.get("end_use", ""),
        end_users=texts.get("end_users", ""),
        statements=_statements(texts),
        problems=tuple(problems),
    )


def _statements(texts: Mapping[str, str]) -> frozenset[str]:
    listed = set(re.findall(r"(?<![a-z])[a-e](?![a-z])", texts.get("statements", "").casefold()))
    if match := re.fullmatch(r"\s*([a-e]{1,5})\s*|\s*a\s*[-–]\s*([a-e])\s*", texts.get("statements", "").casefold()):
        listed |= set(match[1] or STATEMENTS[: STATEMENTS.index(match[2]) + 1])
    return frozenset(
        listed | {statement for statement in STATEMENTS if is_yes(texts.get(f"statement_{statement}", ""))}
    )


@dataclass
class Balances:
    """What is left of each certificate while shipments are held against them, in the order of their days.

    ``same_chemical`` tells whether a certificate is for what a shipment's entry lists; ``None`` where that cannot be
    said.
    """

    certificates: Sequence[Certificate]
    same_chemical: Callable[[Certificate, Shipment, str], bool | None]
    left: dict[str, Amount] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_id = {certificate.id.casefold(): certificate for certificate in self.certificates}
        self.left = {key: certificate.amount for key, certificate in self.by_id.items() if certificate.amount}

    def cover(self, shipment: Shipment, entry: str, day: date, *, draw: bool = True) -> Cover:
        """Hold a shipment of an entry against the certificates that it names, and draw from those that serve it.

        Without ``draw`` their balances stay as they are: the shipment does not go.
        """
        wrong: list[Message] = []
        doubts: list[Message] = []
        drawn: list[tuple[str, Amount, Amount]] = []
        if not shipment.certificates:
            return Cover((Message("transfers_certificate_none"), *self._others(shipment, entry)))
        need = shipment.amount
        if need is None:
            doubts.append(Message("transfers_certificate_no_quantity"))
        for name in dict.fromkeys(shipment.certificates):
            certificate = self.by_id.get(name.casefold())
            if certificate is None:
                wrong.append(Message("transfers_certificate_not_at_hand", {"id": name}))
                continue
            faults, unsure = self._serves(certificate, shipment, entry, day)
            wrong += faults
            doubts += unsure
            left = self.left.get(name.casefold())
            if faults or need is None or left is None:
                continue
            if left.unit != need.unit:
                doubts.append(_said("unit", certificate, amount=str(left), needed=str(need)))
                continue
            taken = min(left.value, need.value)
            if taken > 0:
                rest = Amount(left.value - taken, left.unit)
                if draw:
                    self.left[name.casefold()] = rest
                need = Amount(need.value - taken, need.unit)
                drawn.append((certificate.id, Amount(taken, left.unit), rest))
        missing = need if need is not None and need.value > 0 else None
        if missing and drawn:
            values: dict[str, Value] = {"amount": str(missing), "of": str(shipment.amount)}
            wrong.append(Message("transfers_certificate_short", values))
        elif missing and not wrong and not doubts:
            wrong.append(Message("transfers_certificate_used_up", {"ids": tuple(shipment.certificates)}))
        return Cover(tuple(wrong), tuple(doubts), tuple(drawn), missing)

    def _serves(
        self, certificate: Certificate, shipment: Shipment, entry: str, day: date
    ) -> tuple[list[Message], list[Message]]:
        """Return what keeps a certificate from serving a shipment, and what is doubtful where nothing does."""
        faults = list(faults_of(certificate, shipment, day))
        same = self.same_chemical(certificate, shipment, entry)
        chemical = certificate.chemical or certificate.cas
        if same is False:
            faults.append(_said("chemical", certificate, text=chemical))
        if faults:
            return faults, []
        unread = [_said("chemical_unread", certificate, text=chemical)] if same is None else []
        return [], [*doubts_of(certificate, shipment), *unread]

    def unnamed(self, shipments: Iterable[Shipment]) -> Iterable[tuple[Certificate, tuple[Message, ...]]]:
        """Yield each certificate that no shipment names, with what is wrong with it as it stands."""
        named = {name.casefold() for shipment in shipments for name in shipment.certificates}
        for certificate in self.certificates:
            if certificate.id.casefold() not in named:
                yield certificate, (*own_faults(certificate), *own_doubts(certificate))

    def _others(self, shipment: Shipment, entry: str) -> Iterable[Message]:
        """Name certificates at hand that would fit; which one is meant is for a person to say."""
        fitting = tuple(
            certificate.id
            for certificate in self.certificates
            if certificate.issued_by.code and certificate.issued_by.code == shipment.receiver.code
            and self.same_chemical(certificate, shipment, entry)
        )  # fmt: skip
        if fitting:
            yield Message("transfers_certificate_others", {"ids": fitting})


def own_faults(certificate: Certificate) -> Iterable[Message]:
    """Yield what keeps a certificate from serving any shipment: statements that it lacks or leaves empty."""
    lacking = tuple(
        Message(f"transfers_statement_{statement}")
        for statement in STATEMENTS
        if statement not in certificate.statements
    )
    if lacking:
        yield _said("statements", certificate, statements=lacking)
    blanks = {"c": certificate.amount and (certificate.chemical or certificate.cas), "d": certificate.end_use,
              "e": certificate.end_users}  # fmt: skip
    empty = tuple(
        Message(f"transfers_statement_{statement}")
        for statement, content in blanks.items()
        if statement in certificate.statements and not content
    )
    if empty:
        yield _said("empty", certificate, statements=empty)
    yield from (_said("unread", certificate, problem=problem) for problem in certificate.problems)


def own_doubts(certificate: Certificate) -> Iterable[Message]:
    """Yield what a person has to look at in a certificate, whatever the shipment."""
    if not _ADDRESS.search(certificate.end_users):
        yield _said("address", certificate, named=certificate.end_users)
    if certificate.issued is None:
        yield _said("undated", certificate)
    if certificate.issued and certificate.expires and certificate.expires < certificate.issued:
        yield _said("days", certificate, day=certificate.expires.isoformat(), issued=certificate.issued.isoformat())


def faults_of(certificate: Certificate, shipment: Shipment, day: date) -> Iterable[Message]:
    """Yield what keeps a certificate from serving a shipment of a day: statements, State, dates, amount."""
    yield from own_faults(certificate)
    if certificate.issued_by.code != shipment.receiver.code:
        by = certificate.issued_by
        issuer: Value = state_named(by.code) if by.code else by.text or "?"
        yield _said("state", certificate, state=issuer, receiver=state_named(shipment.receiver.code))
    if certificate.issued is not None and certificate.issued > day:
        yield _said("issued_after", certificate, day=certificate.issued.isoformat(), shipped=day.isoformat())
    if certificate.expires is not None and certificate.expires < day:
        yield _said("expired", certificate, day=certificate.expires.isoformat(), shipped=day.isoformat())


def doubts_of(certificate: Certificate, shipment: Shipment) -> Iterable[Message]:
    """Yield what a person has to look at: parties and end-uses that differ, an address or a day that is not there."""
    consignee, end_user = shipment.text("consignee"), shipment.text("end_user")
    if consignee and certificate.recipient and not _same(consignee, certificate.recipient):
        yield _said("recipient", certificate, named=certificate.recipient, shipped=consignee)
    sought = {*plain_words(end_user).split()}
    if end_user and not any(sought <= {*plain_words(user).split()} for user in end_users_of(certificate)):
        yield _said("end_user", certificate, named=certificate.end_users, shipped=end_user)
    yield from own_doubts(certificate)
    declared = purpose_of(certificate.end_use)
    differs = declared and shipment.purpose and declared != shipment.purpose
    if differs or touches_on_weapons(certificate.end_use):
        yield _said("end_use", certificate, named=certificate.end_use, shipped=shipment.text("purpose"))


def end_users_of(certificate: Certificate) -> list[str]:
    """Return the end-users that a certificate names, each with its address."""
    return [part.strip() for part in re.split(r"[;\n；]", certificate.end_users) if part.strip()]


def balance_said(drawn: tuple[str, Amount, Amount]) -> Message:
    """Say what was drawn from a certificate, and what is left."""
    name, taken, left = drawn
    values: dict[str, Value] = {"id": name, "amount": str(taken), "left": f"{plain_number(left.value)} {left.unit}"}
    return Message("transfers_certificate_drawn", values)


def _said(what: str, certificate: Certificate, **values: Value) -> Message:
    return Message(f"transfers_certificate_{what}", {"id": certificate.id, **values})


def _same(name: str, other: str) -> bool:
    return _within(name, other) or _within(other, name)


def _within(name: str, text: str) -> bool:
    return f" {plain_words(name)} " in f" {plain_words(text)} "


_ADDRESS = re.compile(r"\S.*[,;\n،，、].*\S", re.DOTALL)
"""An end-user with an address has more than a name: something behind a comma or on a line of its own."""
