"""What many routes are asked with: the day, the lists, the language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from fastapi import Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from opencwc.web.server.problems import MEDIA_TYPE, PROBLEM_SCHEMA

Lang = Literal["en", "fr", "ar", "es", "ru", "zh"]
Kind = Literal["auto", "smiles", "inchi", "cas", "name", "molblock", "text"]

LARGEST = 2**62
"""The largest number of a thing that an address may hold."""


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
    def _only_texts(cls, held: object) -> object:
        """Refuse a NUL, which PostgreSQL does not hold, and half a surrogate pair, which no encoding does."""
        if not cls.takes_any_text:
            for text in _texts_of(held):
                if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
                    raise ValueError("there is a sign that no text may hold")
        return held

    takes_any_text: ClassVar[bool] = False


def _texts_of(held: object) -> Iterator[str]:
    if isinstance(held, str):
        yield held
    elif isinstance(held, dict):
        for value in held.values():
            yield from _texts_of(value)
    elif isinstance(held, list):
        for value in held:
            yield from _texts_of(value)


def names_of(lists: str | list[str]) -> tuple[str, ...]:
    """Return the ids of lists that were asked for.

    >>> names_of("CWC, AG")
    ('CWC', 'AG')
    """
    given = lists.split(",") if isinstance(lists, str) else lists
    return tuple(name.strip() for name in given if name.strip())


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problems that a route may answer with, for the description of the API."""
    words = {400: "The request cannot be read", 401: "Not signed in", 403: "Not allowed", 404: "Not there",
            409: "Does not fit what was done meanwhile", 413: "Too long", 415: "Of no kind that is read here",
            421: "Not asked by this name", 422: "Does not fit", 429: "Too many requests", 500: "A fault of the service",
            501: "Not installed", 503: "Out of reach for the moment"}  # fmt: skip
    content = {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}
    usual = (400, 401, 403, 421, 422, 429, 500, 503)
    return {status: {"description": words[status], "content": content} for status in sorted({*usual, *statuses})}


def answers(description: str, schema: dict[str, Any], media_type: str = "application/json") -> dict[str, Any]:
    """Return the description of a good answer."""
    return {"description": description, "content": {media_type: {"schema": schema}}}


CHECKED: dict[str, Any] = {
    "type": "object",
    "description": "What was checked.",
    "required": ["lists", "as_of", "policies", "version"],
    "properties": {
        "lists": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "title", "text_of"],
                "properties": {
                    "id": {"type": "string"},
                    "title": {"type": "string"},
                    "text_of": {"type": "string", "description": "The date of the latest text that is held."},
                },
            },
        },
        "as_of": {"type": "string", "format": "date"},
        "policies": {
            "type": "array",
            "items": {"type": "object", "properties": {"id": {"type": "string"}, "says": {"type": "string"}}},
        },
        "version": {"type": "string"},
    },
}
VERDICT: dict[str, Any] = {"type": "string", "enum": ["listed", "review", "exempt", "unreadable", "not_listed"]}
EVIDENCE: dict[str, Any] = {
    "type": "object",
    "description": "What a person can look at: atoms of a drawing, or in a text the mention and what is stated of it.",
    "required": ["kind", "label"],
    "properties": {
        "kind": {
            "type": "string",
            "description": "`atoms`; in a text `mention`, `concentration`, `quantity`, `packaging`, `hs_code`, "
            "`un_number`.",
        },
        "label": {"type": "string", "description": "What the atoms are, or what is written in the text."},
        "structure": {"type": "string"},
        "atoms": {"type": "array", "items": {"type": "integer"}},
        "value": {"type": "string", "description": "Of a mention the text around it, else the value in plain form."},
        "span": {
            "type": "array",
            "items": {"type": "integer", "minimum": 0},
            "maxItems": 2,
            "description": "The characters from and up to which it stands in the text; empty for what is of no text.",
        },
    },
}
FINDING: dict[str, Any] = {
    "type": "object",
    "required": ["row", "id", "input", "verdict", "list", "entry", "basis", "why", "message", "evidence", "maker"],
    "properties": {
        "row": {"type": "integer"},
        "id": {"type": "string"},
        "input": {"type": "string"},
        "component": {"type": ["integer", "null"]},
        "verdict": VERDICT,
        "list": {"type": ["string", "null"]},
        "entry": {"type": ["string", "null"]},
        "basis": {"type": "string"},
        "why": {"type": "string", "description": "The reason, said in the language that was asked for."},
        "message": {"type": "object"},
        "steps": {"type": "array", "items": {"type": "object"}},
        "evidence": {"type": "array", "items": EVIDENCE},
        "confidence": {"type": ["number", "null"]},
        "maker": {"type": "object"},
    },
}
