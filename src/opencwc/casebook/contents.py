"""Which columns hold contents: what was brought, found, said and decided, and not what merely counts or points to it.

A statement that reads one of them is refused on a connection that was not opened to read contents, so that nobody is
given any without a record of it (`opencwc.casebook.read_records`).
"""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from sqlalchemy import Column, Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.sql.selectable import SelectBase

from opencwc.casebook import tables as of

CONTENTS: frozenset[Column[Any]] = frozenset(
    (
        of.finding.c.content, of.source_part.c.data, of.record.c.content,
        of.decision.c.reason, of.decision.c.correction, of.comment.c.text,
        of.run.c.asked, of.run.c.checked, of.run.c.tally, of.request.c.asked,
        of.submission.c.sites, of.submission.c.provisional, of.submission.c.incomplete,
        of.submission_version.c.name, of.submission_version.c.changes, of.submission_version.c.why,
        of.submission_step.c.reason, of.register_version.c.name, of.register_change.c.content,
        of.custody_step.c.name, of.custody_step.c.url, of.custody_step.c.note, of.picture_look.c.look,
        of.unit.c.name, of.unit.c.search, of.feed.c.url, of.feed.c.name, of.feed_fetch.c.why, of.feed_fetch.c.etag,
    )
)  # fmt: skip
OPTION = "contents"
"""The option of a connection that says whether contents are read on it: not at all, or into which set they are told."""


def contents_read(statement: object) -> set[str]:
    """Return the tables whose contents a statement gives back, by their names."""
    if not isinstance(statement, SelectBase):
        return set()
    given = (base for column in statement.selected_columns for base in _bases(column))
    return {column.table.name for column in given}


def _bases(column: Any) -> Set[Column[Any]]:
    """Return the columns with contents that a column of an answer is, under whatever name it stands there."""
    bases: Set[Column[Any]] = column.base_columns & CONTENTS
    return bases


def guard_contents(engine: Engine) -> None:
    """Have an engine refuse contents on connections that are not opened to read them."""

    @event.listens_for(engine, "before_execute")
    def _refuse(connection: Connection, statement: object, *_: object) -> None:
        told = connection.get_execution_options().get(OPTION)
        if told is None or not (tables := contents_read(statement)):
            return
        if told is False:
            raise RuntimeError(f"contents of {', '.join(sorted(tables))} are read where they leave no record")
        told.update(tables)
