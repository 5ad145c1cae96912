"""Lines that were broken for the eye: words and numbers parted at a line's end, and the marks of quoted mail."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_HYPHENS = "-\u00ad\u2010\u2011"
_PARTED_NUMBER = re.compile(
    r"(?<=\d)[ \t]*[-\u00ad\u2010-\u2013][ \t]*\n[ \t]*(?=\d)"
    r"|(?<=\d)[ \t]*\n[ \t]*[-\u2010-\u2013](?=\d{1,2}(?!\d))"
    r"|(?<=[A-Z]{4})-[ \t]*\n[ \t]*(?=[A-Z])"
)
"""A hyphen and a line's end between digits, or between the capitals of a key."""
_QUOTED = re.compile(r"(?:[ \t]?>)+[ \t]?")
_PARTED_WORD = re.compile(rf"\w[{_HYPHENS}]$")
_INDEX_NAME = re.compile(rf"[^\W\d_]\)?,\s(?:\S*,\s)*\S*[^\W\d_][{_HYPHENS}]$")
"""The end of a name as an index has it: the parent, a comma, and what is put on it, which keeps its hyphen."""
_GREETING = re.compile(r"(?:[^\W\d_]+[ \u00a0]){0,4}[^\W\d_]+ ?[,!،，]")
_SIGNER = re.compile(r"(?:[^\W\d_]+[. \u00a0-]{1,2}){0,3}[^\W\d_]+")
_OTHER_HYPHEN = re.compile(r"(?<=\w)[\u00ad\u2010](?=[ \t]*\r?\n)")
_FULL = 0.75
_LEAST_FULL = 45


def join_numbers(text: str) -> str:
    r"""Return a text in which a number or a key that a line's end parts is whole again; a word keeps a plain hyphen.

    >>> join_numbers("CAS 111-\n48-8, phosphorus oxychlo-\nride")
    'CAS 111-48-8, phosphorus oxychlo-\nride'
    """
    return _PARTED_NUMBER.sub("-", _OTHER_HYPHEN.sub("-", text)) if "\n" in text else text


def is_parted(line: str, following: str) -> bool:
    """Tell whether a line ends inside a word or a number that the following one goes on with.

    The hyphen at the end of an index name parts no word, unless the following line begins small.

    >>> is_parted("phosphorus oxychlo-", "ride"), is_parted("Drums -", "20"), is_parted("oxychlo-", "- ride")
    (True, False, False)
    >>> is_parted("Ethanol, 2,2'-thiobis-", "Acetone"), is_parted("Ethanol, 2,2'-thio-", "bis-")
    (False, True)
    """
    line, begins = line.rstrip(), following.lstrip()[:1]
    if not begins.isalnum() or not _PARTED_WORD.search(line):
        return False
    return begins.islower() or not _INDEX_NAME.search(line)


def joined_lines(lines: Sequence[str], *, wrapped: bool) -> Iterator[tuple[int, str]]:
    """Yield the lines that hold something, with their numbers; one that goes on in the next is one with it.

    With ``wrapped`` the text was wrapped at a width, as mail is, perhaps more than once: a line that is full, or that
    has several words and no sign at its end, goes on where the next begins small.
    """
    usual = _usual_length(lines) if wrapped else 0
    kept, first = "", 0
    for number, line in enumerate(lines, 1):
        before = kept.rpartition("\n")[2]
        if kept and line.strip() and (is_parted(before, line) or (wrapped and _goes_on(before, line, usual))):
            kept += f"\n{line.strip()}"
            continue
        if kept:
            yield first, kept
        kept, first = (line.rstrip(), number) if line.strip() else ("", 0)
    if kept:
        yield first, kept


def _usual_length(lines: Sequence[str]) -> int:
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    return lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0


def _goes_on(line: str, following: str, usual: int) -> bool:
    line = line.strip()
    is_full = len(line) >= max(_LEAST_FULL, _FULL * usual)
    return following.lstrip()[:1].islower() and (is_full or (line[-1:].islower() and " " in line))


def is_signed(greeting: str, name: str) -> bool:
    """Tell whether a line can be the greeting at the end of a message, and the next one the name below it.

    >>> is_signed("Kind regards,", "Anil Sarin"), is_signed("Acetone,", "Sarin 5 kg"), is_signed("We sell,", "Sarin")
    (True, False, True)
    """
    return _GREETING.fullmatch(greeting.strip()) is not None and _SIGNER.fullmatch(name.strip()) is not None


def without_quotation_marks(lines: Sequence[str]) -> list[str]:
    """Return the lines of a message without the ``>`` before what it quotes.

    A line alone that begins so is no quotation: it says that something is more than something else.
    """
    quoted = [bool(_QUOTED.match(line)) for line in lines]
    return [
        _QUOTED.sub("", line, count=1)
        if quoted[at] and any((*quoted[max(0, at - 1) : at], *quoted[at + 1 : at + 2]))
        else line
        for at, line in enumerate(lines)
    ]
