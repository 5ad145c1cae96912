"""The rules on end-use certificates: VA VII.32 (Schedule 2, until 2000) and VA VIII.26 (Schedule 3)."""

from __future__ import annotations

from opencwc.convention import TransferRule
from opencwc.finding import Message, Verdict
from opencwc.transfers.check.certificates import balance_said
from opencwc.transfers.check.weighing import Weighing, written


def certificate(weighing: Weighing, rule: TransferRule, unsure: Message | None) -> None:
    """Ask for the receiving State's end-use certificate, and draw the shipment from those that it names.

    Applies s2-certificate (VA VII.32), s3-certificate (VA VIII.26).
    """
    if unsure:
        weighing.doubt(unsure)
    cover = weighing.beside.balances.cover(weighing.shipment, written(weighing.rule), weighing.day, draw=weighing.goes)
    weighing.cover = cover
    by = (weighing.receiver.side.code,)
    used = tuple(balance_said(drawn) for drawn in cover.drawn) if weighing.goes else ()
    if cover.met:
        weighing.owe(rule, "met", by=by, why=used)
        return
    for doubt in cover.doubts:
        weighing.doubt(doubt)
    why = (*(cover.wrong or cover.doubts), *used)
    owed = weighing.owe(rule, "needed", by=by, why=why, missing=cover.missing)
    if cover.wrong:
        weighing.reasons.append((Verdict.ALLOWED_WITH, owed.told))
