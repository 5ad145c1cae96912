"""What a check of planned shipments leaves for its pages: the answers, the certificates' balance, and what was told.

The file is kept in the casebook as the source of a run of its own, in the case of the findings: so it has their mark,
is seen by who may read the case, leaves with its bundle, and is erased with it.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from opencwc.errors import InputError
from opencwc.finding import Message, message_from_plain, message_to_plain
from opencwc.transfers.check.answers import Told, answer_from_json, balances_as_json

if TYPE_CHECKING:
    from opencwc.transfers.check.checking import Checker

NAME = "transfers-check.json.gz"
MEDIA_TYPE = "application/gzip"
_TOLD = ("as_of", "lists", "file", "said", "certificates", "names")


@dataclass(frozen=True)
class Balance:
    """What is left of an end-use certificate after the shipments of the file; ``left`` is empty where not known."""

    id: str
    issued_by: str
    chemical: str
    amount: str
    left: str
    share: float
    expires: str
    statements: str


@dataclass(frozen=True)
class Checked:
    """A check as it is kept; ``names`` is the list that consignees were held against, empty where there was none."""

    told: Mapping[str, Any]
    answers: tuple[Told, ...]

    @property
    def said(self) -> tuple[Message, ...]:
        """What was checked, what came out, and what was said of the file."""
        return tuple(message_from_plain(one) for one in self.told["said"])

    @property
    def names(self) -> str:
        """The list of names that consignees were held against."""
        return str(self.told["names"])

    @cached_property
    def balances(self) -> tuple[Balance, ...]:
        """The certificates at hand, in the order of their file."""
        return tuple(balance_from_json(certificate) for certificate in self.told["certificates"])


def balance_from_json(told: Mapping[str, Any]) -> Balance:
    """Return a balance as the sandbox wrote it down."""
    texts = {field: str(told[field]) for field in Balance.__dataclass_fields__ if field != "share"}
    return Balance(share=min(1.0, max(0.0, float(told["share"]))), **texts)


def told_of(checker: Checker, file: str, said: Iterable[Message], names: str = "") -> dict[str, Any]:
    """Return what is told beside the answers, as JSON can hold it, once all shipments were answered."""
    return {
        "as_of": checker.as_of.isoformat(),
        "lists": [list_.id for list_ in checker.convention.lists],
        "file": file,
        "said": [message_to_plain(one) for one in said],
        "certificates": balances_as_json(checker.balances),
        "names": names,
    }


def sound(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer, having looked at its shape: a stranger's file had a hand in it."""
    try:
        answer_from_json(answer)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError(
            "reading_answer_does_not_hold", "reading the file gave an answer that does not hold",
            remedy="Save the file again as CSV.",
        ) from None  # fmt: skip
    return dict(answer)


def packed(told: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the file; the same check gives the same bytes."""
    lines = [json.dumps(one, ensure_ascii=False, sort_keys=True) for one in (told, *answers)]
    return gzip.compress("\n".join(lines).encode(), mtime=0)


def unpack(content: bytes) -> Checked:
    """Return what was packed, having looked at its shape.

    Raises:
        InputError: it is not such a file.

    """
    try:
        first, *lines = gzip.decompress(content).decode().split("\n")
        told = json.loads(first)
        found = Checked(told, tuple(answer_from_json(json.loads(line)) for line in lines))
        held = all(name in told for name in _TOLD) and len(found.said) + len(found.balances) >= 0
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError):
        held = False
    if not held:
        raise InputError(
            "kept_check_unreadable", "what was kept of the check cannot be read", remedy="Check the shipments again."
        )
    return found


def tally_of(answers: Iterable[Told]) -> dict[str, int]:
    """Return how many shipments came out how."""
    counts: dict[str, int] = {}
    for answer in answers:
        counts[answer.verdict] = counts.get(answer.verdict, 0) + 1
    return counts
