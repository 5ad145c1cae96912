"""Who acts on the command line: the bearer of a token, or the login of the operating system."""

from __future__ import annotations

import os

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.casebook.people import People, os_person
from opencwc.casebook.tokens import Tokens
from opencwc.errors import NotAllowedError


def cli_person(book: Casebook) -> Person:
    """Return the bearer of ``OPENCWC_TOKEN``, else the person of the operating system's login (`os_person`).

    Raises:
        NotAllowedError: the token does not hold, or the account is not active.

    """
    token = os.environ.get("OPENCWC_TOKEN")
    if not token:
        return os_person(book)
    person = Tokens(People(book)).person_of(token)
    if person is None:
        raise NotAllowedError("opencwc_token_void")
    return person
