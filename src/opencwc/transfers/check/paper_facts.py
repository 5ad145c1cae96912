"""What the papers of a transfer say: all that is known of it, as an answer keeps it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct


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
