"""A pattern: one plain sentence, and the sayings, statements and pictures that it rests on."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Literal

from msgspec import Struct

from opencwc.claims.model import Statement
from opencwc.claims.sayings import Saying
from opencwc.finding import Message
from opencwc.reports.model import Report

Kind = Literal["number_after_correction", "one_source", "burst_of_copies", "old_picture"]
KINDS: tuple[Kind, ...] = ("number_after_correction", "one_source", "burst_of_copies", "old_picture")
MOST_EVIDENCE = 200
"""Pieces of evidence that one pattern shows; its sentence counts all of them."""


class Evidence(Struct, frozen=True):
    """What a pattern rests on: a sentence of a report, a statement of the record, or a picture, and its day."""

    made: datetime
    source: str
    report: str = ""
    sentence: str = ""
    statement: str = ""
    picture: str = ""
    url: str = ""


class Pattern(Struct, frozen=True):
    """A pattern with its evidence, in the order of time; ``history`` is that of the claim, where it is on one."""

    kind: Kind
    says: Message
    evidence: tuple[Evidence, ...]
    history: str = ""

    @property
    def id(self) -> str:
        """By what it is known: its kind and the first of what it rests on."""
        first = self.evidence[0]
        return f"P-{sha256(f'{self.kind}|{first.report}|{first.sentence}|{first.picture}'.encode()).hexdigest()[:8]}"


def of_saying(saying: Saying) -> Evidence:
    """Return a saying as evidence."""
    return Evidence(saying.said, saying.source, saying.report, saying.sentence, url=saying.url)


def of_statement(statement: Statement) -> Evidence:
    """Return a statement of the record as evidence."""
    return Evidence(statement.made, statement.source, sentence=statement.text, statement=statement.id)


def of_report(report: Report) -> Evidence:
    """Return a report as a whole as evidence, by its title."""
    return Evidence(report.published, report.source, report.id, report.title, url=report.url)
