"""A filter as the address of a page writes it: one field a parameter, and only what was asked for."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query

BRIEF = Query(max_length=64)
Brief = Annotated[str, BRIEF]


@dataclass(frozen=True)
class AddressFilter:
    """The base of filters, which are dependencies of their routes; an empty field asks for nothing."""

    @property
    def query(self) -> str:
        """Return what an address says of it, without the question mark; what is usual is left out."""
        given = ((field.name, getattr(self, field.name), field.default) for field in fields(self))
        return urlencode([(name.rstrip("_"), value) for name, value, usual in given if value not in ("", usual)])
