"""What many routes are asked with: the day, the lists, the language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from fastapi import Path, Query
from msgspec import Meta
from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from opencwc.casebook.model import Mark
from opencwc.records import one_of, schemas_of
from opencwc.web.server.problems import MEDIA_TYPE, PROBLEM_SCHEMA

Lang = Literal["en", "fr", "ar", "es", "ru", "zh"]
MarkNamed = Literal["unclassified", "restricted", "protected", "highly_protected"]
Kind = Literal["auto", "smiles", "inchi", "cas", "name", "molblock", "text"]

LARGEST = 2**62
"""The largest number of a thing that an address may hold."""
Number = Annotated[int, Path(ge=1, le=LARGEST)]
After = Annotated[int, Query(ge=0, le=LARGEST)]
Limit = Annotated[int, Query(ge=1, le=1_000)]


def _day(text: object) -> object:
    """Let only ISO 8601 days through: pydantic would take a number for seconds since 1970."""
    if text is None or isinstance(text, date):
        return text
    if not (isinstance(text, str) and len(text) == 10 and text[4] == text[7] == "-"):
        raise ValueError("a day is written as 2020-06-07")
    return text


Day = Annotated[date, BeforeValidator(_day)]
AsOf = Annotated[Day | None, Query(description="The rules in force on this day; today where it is left out.")]
InLang = Annotated[Lang, Query(description="The language of what is said.")]
Lists = Annotated[
    str, Query(max_length=200, description="Lists to check, such as `CWC,AG`; all at hand where it is left out.")
]


class Closed(BaseModel):
    """A body in which nothing unknown may stand, nor a text that a database cannot hold."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _only_texts(cls, body: object) -> object:
        """Refuse a NUL, which PostgreSQL does not hold, and half a surrogate pair, which no encoding does."""
        if not cls.takes_any_text:
            for text in _texts_of(body):
                if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
                    raise ValueError("there is a character that no text may hold")
        return body

    takes_any_text: ClassVar[bool] = False


def _texts_of(body: object) -> Iterator[str]:
    if isinstance(body, str):
        yield body
    elif isinstance(body, dict):
        for value in body.values():
            yield from _texts_of(value)
    elif isinstance(body, list):
        for value in body:
            yield from _texts_of(value)


def names_of(lists: str | list[str]) -> tuple[str, ...]:
    """Return the ids of lists that were asked for.

    >>> names_of("CWC, AG")
    ('CWC', 'AG')
    """
    given = lists.split(",") if isinstance(lists, str) else lists
    return tuple(name.strip() for name in given if name.strip())


def problem_answers(statuses: Iterable[int]) -> dict[int | str, dict[str, Any]]:
    """Return the usual problems of a route and those of some statuses, for the description of the API."""
    words = {400: "The request cannot be read", 401: "Not signed in", 403: "Not allowed", 404: "Not there",
            409: "Does not fit what was done meanwhile", 413: "Too long", 415: "Of no kind that is read here",
            421: "Not asked by this name", 422: "Does not fit", 429: "Too many requests", 500: "A fault of the service",
            501: "Not installed", 503: "Out of reach for the moment"}  # fmt: skip
    content = {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}
    usual = (400, 401, 403, 421, 422, 429, 500, 503)
    return {status: {"description": words[status], "content": content} for status in sorted({*usual, *statuses})}


KEY_HEADER: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same request gives the same answer, and the work is done once.",
    "schema": {"type": "string"},
}
"""The header of `opencwc.web.server.idempotency`, for the description of the API."""
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
DayText = Annotated[str, Meta(extra_json_schema={"format": "date"})]
Binary = Annotated[str, Meta(extra_json_schema={"format": "binary"})]
MarkName = Annotated[str, one_of(str(mark) for mark in Mark)]
COMPONENTS: dict[str, Any] = {}
"""The schemas of the records that routes answer with, by name, for the description of the API."""


def answers(
    description: str, kind: Any = dict[str, Any], media_type: str = "application/json", **fields: Any
) -> dict[str, Any]:
    """Return the description of a good answer, its JSON Schema made from its type or from those of its ``fields``."""
    (schema, *each), named = schemas_of([kind, *fields.values()])
    if fields:
        schema = {"type": "object", "required": [*fields], "properties": dict(zip(fields, each, strict=True))}
    for name, component in named.items():
        if COMPONENTS.setdefault(name, component) != component:
            raise ValueError(f"two answers are called {name}")
    return {"description": description, "content": {media_type: {"schema": schema}}}
