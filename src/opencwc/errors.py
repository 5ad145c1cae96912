"""Every error OpenCWC raises on purpose: one small tree, so that a face can tell a bad file from a bad rule.

An error has a code and values. The catalogs have its sentences under the code and ``<code>_remedy``: ``what`` and
``remedy`` say them in English, `opencwc.wording.error_sentences` in the reader's language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias

from opencwc.catalogs import read_template
from opencwc.finding import Message
from opencwc.records import from_plain, to_plain

ErrorValue: TypeAlias = "str | int | float | date | tuple[ErrorValue, ...]"


class Reason(str):
    """A sentence of the catalogs in English, with the message that it says (`opencwc.wording.reason` makes it)."""

    message: Message

    def __new__(cls, text: str, message: Message) -> Reason:
        """Keep the message beside the text."""
        reason = super().__new__(cls, text)
        reason.message = message
        return reason

    def __getnewargs__(self) -> tuple[str, Message]:  # type: ignore[override]
        """Return what copies are made from."""
        return str(self), self.message


class OpenCWCError(Exception):
    """What went wrong, where, and what to do; the root of the tree.

    ``code`` is a word that stays the same while the sentences change. In the sentences ``{name}`` is replaced by the
    value, ``{name!r}`` by the value in quotes; a tuple is written as a list. Values are texts, numbers, days, and
    tuples of them; anything else is kept as text.

    >>> error = InputError("no_such_case", where="a.csv", case="x")
    >>> str(error), error.code, error.values
    ("a.csv: there is no case 'x'. See: opencwc case list.", 'no_such_case', {'case': 'x'})
    """

    def __init__(self, code: str, *, where: str = "", **values: object) -> None:
        super().__init__(code)
        self.code, self.where = code, where
        self.values = {name: _frozen(value) for name, value in values.items()}

    def __str__(self) -> str:
        return error_line(self.where, self.what, self.remedy)

    @property
    def what(self) -> str:
        """What was wrong, in English."""
        return self.english[0]

    @property
    def remedy(self) -> str:
        """What to do about it, in English."""
        return self.english[1]

    @cached_property
    def english(self) -> tuple[str, str]:
        """What was wrong and what to do about it; the code itself where no catalog has it."""
        try:
            what = read_template("errors", self.code, "en") or self.code
            remedy = read_template("errors", f"{self.code}_remedy", "en") or ""
        except FileNotFoundError:
            what = self.code
            remedy = (
                "The catalogs are not built. Install the package, which builds them: pip install -e . (or make demo)."
            )
        return fill(what, self.values, _in_english).strip(), fill(remedy, self.values, _in_english).strip()


class InputError(OpenCWCError):
    """The user's file or value cannot be read at all; a single bad row is a finding, not an error."""


class RuleError(OpenCWCError):
    """A rule file of a list says something that cannot hold."""


class SettingsError(OpenCWCError):
    """An option, a setting or an environment variable has no meaning here."""


class OutputError(OpenCWCError):
    """The answer cannot be written where it was asked for."""


class UnavailableError(OpenCWCError):
    """An optional part that this command needs is not installed."""


class NotAllowedError(OpenCWCError):
    """The person who asks may not do this: the role, the clearance or the token does not allow it."""


class NotFoundError(OpenCWCError):
    """What was named is not there, or is not for this person to know of."""


class ConflictError(OpenCWCError):
    """What was asked does not fit what has been done meanwhile: look again, then decide."""


class StorageError(OpenCWCError):
    """The casebook could not be read or written: full, read-only, locked or out of reach. Nothing was changed."""


class IntegrityError(OpenCWCError):
    """A record does not fit the chain, its signature or what was made of it."""


def error_line(where: str, what: str, remedy: str) -> str:
    """Join the parts of an error to one line.

    >>> error_line("a.csv", "it is empty", "Check it.")
    'a.csv: it is empty. Check it.'
    """
    sentence = what if what.endswith((".", "!", "?", "؟", "。", "？")) else f"{what}."
    return " ".join(part for part in (f"{where}:" if where else "", sentence, remedy) if part)


def fill(template: str, values: Mapping[str, object], written: Callable[[object, str, bool], str]) -> str:
    """Fill a template; ``written`` writes a value, given its format and whether it stands in quotes.

    Only the template is read for braces, so no value can break it.
    """

    def part(match: re.Match[str]) -> str:
        name, quoted, form = match.groups()
        if name is None:
            return match[0][0]
        return written(values[name], form or "", bool(quoted)) if name in values else match[0]

    return _FIELD.sub(part, template)


def _in_english(value: object, form: str, quoted: bool) -> str:
    if isinstance(value, tuple):
        return ", ".join(_in_english(item, form, quoted) for item in value)
    return repr(value) if quoted else format(value, form)


def _frozen(value: object) -> ErrorValue:
    """Return a value as an error holds it: what is of no known type becomes text."""
    if isinstance(value, tuple):
        return tuple(_frozen(item) for item in value)
    return value if isinstance(value, str | int | float | date) else str(value)


# ------------------------------------------------------------------------------------------------- between processes


def error_to_plain(error: OpenCWCError) -> dict[str, Any]:
    """Return an error as JSON can hold it: its code and its values, its words only where no catalog has the code.

    >>> error_to_plain(InputError("no_such_mark", where="mark", known=("open", "secret")))["values"]
    {'known': ['open', 'secret']}
    """

    def plain(value: ErrorValue) -> object:
        if isinstance(value, Reason):
            return {"text": str(value), "message": to_plain(value.message)}
        if isinstance(value, date):
            return {"day": value.isoformat()}
        return [plain(item) for item in value] if isinstance(value, tuple) else value

    what, remedy = ("", "") if _has_sentences(error.code) else error.english
    return {
        "kind": type(error).__name__,
        "code": error.code,
        "what": what,
        "where": error.where,
        "remedy": remedy,
        "values": {name: plain(value) for name, value in error.values.items()},
    }


def error_from_plain(plain: object) -> OpenCWCError:
    """Return the error that `error_to_plain` wrote down.

    It may come from a process that is not trusted: what has another shape is left out, everything is cut short, and
    its words count only where no catalog has the code.

    >>> str(error_from_plain({"kind": "NotFoundError", "what": "it is gone"}))
    'it is gone.'
    """
    given = plain if isinstance(plain, Mapping) else {}
    code, what, where, remedy = (_text(given.get(name, "")) for name in ("code", "what", "where", "remedy"))
    error = _KINDS.get(_text(given.get("kind", "")), InputError)(code[:_LONGEST_NAME], where=where)
    if not _has_sentences(error.code):
        error.english = what or error.code, remedy
    values = given.get("values")
    error.values = {
        str(name)[:_LONGEST_NAME]: _value(value)
        for name, value in list(values.items() if isinstance(values, Mapping) else ())[:_MOST_VALUES]
    }
    return error


def _has_sentences(code: str) -> bool:
    try:
        return bool(code) and read_template("errors", code, "en") is not None
    except FileNotFoundError:
        return False


def _value(plain: object) -> ErrorValue:
    if isinstance(plain, list):
        return tuple(_value(item) for item in plain[:_MOST_ITEMS] if not isinstance(item, list))
    if isinstance(plain, Mapping):
        return _day(plain) if "day" in plain else _reason(plain)
    return plain if isinstance(plain, int | float) else _text(plain)


def _day(plain: Mapping[str, object]) -> ErrorValue:
    try:
        return date.fromisoformat(str(plain["day"]))
    except ValueError:
        return _text(plain["day"])


def _reason(plain: Mapping[str, object]) -> ErrorValue:
    text, message = _text(plain.get("text", "")), plain.get("message")
    try:
        if isinstance(message, Mapping) and len(str(message)) <= _LONGEST_TEXT:
            return Reason(text, from_plain(Message, message))
    except (ValueError, TypeError, RecursionError):
        pass
    return text


def _text(value: object) -> str:
    return str(value)[:_LONGEST_TEXT]


_FIELD = re.compile(r"\{\{|\}\}|\{([a-z_][a-z0-9_]*)(!r)?(?::([^{}]*))?\}")
_TREE: tuple[type[OpenCWCError], ...] = (OpenCWCError, *OpenCWCError.__subclasses__())
_KINDS = {kind.__name__: kind for kind in _TREE}
_LONGEST_TEXT, _LONGEST_NAME, _MOST_VALUES, _MOST_ITEMS = 2_000, 60, 20, 100
