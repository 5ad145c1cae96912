"""Which column holds the chemical and which the row's own id: as the user says, else as the content or header says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from opencwc.errors import InputError
from opencwc.files.headers import ID_HEADERS, INPUT_HEADERS, plain
from opencwc.wording import did_you_mean

Recognise = Callable[[Sequence[str], Sequence[Sequence["str | None"]]], "str | None"]
SAMPLE_ROWS = 200

_TELLING_WORDS = ("smiles", "inchi", "cas", "casrn", "structure", "chemical", "substance", "compound")


@dataclass(frozen=True)
class Chosen:
    """Positions, from 0, of the input column and of the id column (``None`` where there is none)."""

    input: int
    id: int | None


@dataclass(frozen=True)
class Wanted:
    """What the caller asked for: columns by name or by number from 1, and how to recognise the input column."""

    where: str
    column: str | None = None
    id_column: str | None = None
    recognise: Recognise | None = None

    def choose(self, headers: Sequence[str], samples: Sequence[Sequence[str | None]]) -> Chosen:
        """Choose the input and id columns of a table.

        Raises:
            InputError: a named column does not exist, or no column can be recognised.

        """
        chosen = self._input(headers, samples)
        if self.id_column is not None:
            return Chosen(chosen, find_column(self.id_column, headers, self.where))
        return Chosen(chosen, next((at for at in _by_names(headers, ID_HEADERS) if at != chosen), None))

    def _input(self, headers: Sequence[str], samples: Sequence[Sequence[str | None]]) -> int:
        if self.column is not None:
            return find_column(self.column, headers, self.where)
        recognised = self.recognise(headers, samples) if self.recognise else None
        if recognised is not None and recognised in headers:
            return list(headers).index(recognised)
        for at in (*_by_names(headers, INPUT_HEADERS), *_by_words(headers)):
            return at
        if len(headers) == 1:
            return 0
        raise InputError("column_unclear", where=self.where, columns=_listed(headers))


def find_column(name: str, headers: Sequence[str], where: str) -> int:
    """The position, from 0, of the column with this name, or with this number counted from 1."""
    name = name.strip()
    for same in (lambda header: header == name, lambda header: plain(header) == plain(name)):
        for at, header in enumerate(headers):
            if same(header):
                return at
    if name.isdecimal() and 1 <= int(name[:9]) <= len(headers):
        return int(name[:9]) - 1
    import difflib

    close = difflib.get_close_matches(plain(name), [plain(header) for header in headers], n=1)
    meant = next((header for header in headers if close and plain(header) == close[0]), None)
    raise InputError(
        "no_such_column",
        where=where,
        column=name,
        guess=did_you_mean(repr(meant)) if meant else "",
        columns=_listed(headers),
    )


def _by_names(headers: Sequence[str], names: Sequence[str]) -> list[int]:
    plain_headers = [plain(header) for header in headers]
    return [plain_headers.index(name) for name in names if name in plain_headers]


def _by_words(headers: Sequence[str]) -> list[int]:
    words = [plain(header).split() for header in headers]
    return [at for telling in _TELLING_WORDS for at, these in enumerate(words) if telling in these]


def _listed(headers: Sequence[str]) -> str:
    short = [header if len(header) <= 60 else header[:57] + "..." for header in headers[:40]]
    more = f" and {len(headers) - 40} more" if len(headers) > 40 else ""
    return ", ".join(f"{number} {header!r}" for number, header in enumerate(short, 1)) + more
