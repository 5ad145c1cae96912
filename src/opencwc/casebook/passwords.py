"""Passwords: which are good enough, how they are kept (Argon2id), how one is compared.

A password is read as its NFKC form, so that it is the same from every keyboard (NIST SP 800-63B, 5.1.1.2). There is
no rule on digits or signs: length counts, and what is guessed first is refused.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from opencwc.errors import InputError

SHORTEST = 12
LONGEST = 1000
HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4, hash_len=32, salt_len=16)
"""RFC 9106, section 4, second recommended option (64 MiB, three passes), above OWASP's least."""


def normal(password: str) -> str:
    """Return the password as it is compared: its NFKC form."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, *about: str) -> None:
    """Raise `InputError` where a password is too short or among the first to be guessed.

    ``about`` are words that an attacker knows: the login, the name.

    >>> check_password("correct horse battery staple", "alice")
    >>> check_password("Password1234!", "alice")
    Traceback (most recent call last):
    opencwc.errors.InputError: password: this password is easy to guess. Use three or four words ...
    """
    text = normal(password)
    if len(text) < SHORTEST:
        raise InputError("password_too_short", where="password", shortest=SHORTEST)
    if len(text) > LONGEST:
        raise InputError("password_too_long", where="password", longest=LONGEST)
    if _is_common(text.casefold(), about):
        raise InputError("password_easy_to_guess", where="password")


def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    return HASHER.hash(normal(password))


def is_password(kept: str, password: str) -> bool:
    """Tell whether a password is the one that was kept; as slow where nothing was kept (``""``)."""
    try:
        matches = HASHER.verify(kept or _nobody(), normal(password)[: 2 * LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return matches and bool(kept)


def is_outdated(kept: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(kept)


@cache
def _nobody() -> str:
    """Return the hash that an unknown login is compared with, made once: comparing takes as long as with a true one."""
    return HASHER.hash("nobody has this password")


def _is_common(text: str, about: tuple[str, ...]) -> bool:
    if len(set(text)) < 5 or _is_repeated(text) or _is_run(text):
        return True
    words = sorted({normal(word).casefold() for word in about if len(word) >= 3} | _COMMON, key=len, reverse=True)
    for reading in (text, text.translate(_LEET)):
        rest = reading
        for word in words:
            rest = rest.replace(word, " ")
        # What is left once the known words, the years and the signs are gone must still be a secret.
        if rest != reading and sum(1 for letter in rest if letter.isalpha()) < 5:
            return True
    return False


def _is_repeated(text: str) -> bool:
    return re.fullmatch(r"(.{1,6}?)\1+.{0,5}", text, re.DOTALL) is not None


def _is_run(text: str) -> bool:
    steps = sum(1 for first, second in pairwise(text) if first + second in _NEIGHBOURS)
    return steps >= 0.7 * (len(text) - 1)


_ROWS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qwertzuiop",
         "qsdfghjklm", "wxcvbn", "1qaz2wsx3edc4rfv5tgb", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")  # fmt: skip
_NEIGHBOURS = frozenset("".join(pair) for row in _ROWS for way in (row, row[::-1]) for pair in pairwise(way))
_LEET = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
_COMMON = frozenset((Path(__file__).parent / "data" / "common_words.txt").read_text(encoding="utf-8").split())
"""The words that come first in every guesser's list, and those of this house; of our own making."""
