"""What `opencwc declare` is asked, as one record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opencwc.cli import options
from opencwc.cli.keep_option import KeepWhere
from opencwc.errors import SettingsError

if TYPE_CHECKING:
    from opencwc.declarations.law import Law

PAPERS = ("pdf", "xlsx", "json", "xml")
"""What a declaration is written as."""


class LawAsked(NamedTuple):
    """The law that the options name: the day of the rules, the profile, and the readings that are turned."""

    as_of: str
    profile: str
    readings: Mapping[str, str]

    def law(self) -> Law:
        """Load it."""
        from opencwc.declarations.law import Law

        return Law(options.day_asked(self.as_of), self.profile, self.readings)


class DeclareAsked(NamedTuple):
    """A register, the law and the year that it is judged by, the task, and where its answer goes.

    ``columns`` are by table and field. The files and folders of tasks that are not asked for are ``None``.
    """

    register: Path | None
    columns: Mapping[str, Mapping[str, str]]
    before: Path | None
    trade: str
    write_register: Path | None
    year: int
    law: LawAsked
    margin: str
    only: tuple[str, ...]
    output: Path | None
    format: str
    lang: str
    where: KeepWhere
    template: Path | None
    check: Path | None
    letters: Path | None
    answers: Path | None
    unusual: bool
    check_books: bool

    @property
    def paper(self) -> str:
        """The format of a declaration that is asked for; empty where it is not one."""
        if self.template or self.check or self.letters or self.answers:
            return ""
        asked = self.format or (self.output.suffix.lower().lstrip(".") if self.output else "")
        return asked if asked in PAPERS else ""

    @property
    def source(self) -> Path:
        """The register; raises `SettingsError` where none is named."""
        if self.register is None:
            raise SettingsError("declare_without_register")
        return self.register

    @property
    def share(self) -> Decimal:
        """The margin under a threshold; raises `SettingsError` where it is no percentage."""
        try:
            per_cent = Decimal(self.margin)
        except InvalidOperation:
            per_cent = Decimal("NaN")
        if not per_cent.is_finite() or not 0 <= per_cent <= 100:
            raise SettingsError("option_is_no_share", option="--margin", text=self.margin)
        return per_cent / 100

    def format_among(self, known: Sequence[str]) -> str:
        """Return the format asked for, of those that a task can write; empty for a table on the screen."""
        return options.format_asked(self.format, self.output, known)

    def refuse_overwriting(self) -> None:
        """Raise `InputError` where the answer would be written over what is read."""
        trade = Path(self.trade.rpartition("#")[0] or self.trade) if self.trade else None
        named = (self.source, self.before, trade, Path(self.law.profile))
        read = [file for path in named if path is not None and path.exists() for file in files_of(path)]
        options.refuse_overwriting_input(read, self.output)


def files_of(register: Path) -> list[Path]:
    """Return the files of a register, which are kept with what was found."""
    from opencwc.declarations.register_words import table_named

    if not register.is_dir():
        return [register]
    return [file for file in sorted(register.iterdir()) if file.is_file() and table_named(file.stem)]


def declarations_named(only: Sequence[str]) -> tuple[str, ...]:
    """Return the declarations that ``--only`` names; raise `SettingsError` where one is none."""
    from opencwc.declarations.forms.composition import declaration_id
    from opencwc.declarations.model import DECLARATIONS, REGIMES

    regimes = tuple(regime.lower() for regime in REGIMES)
    ids = tuple(declaration_id(regime, kind) for regime in REGIMES for kind in DECLARATIONS)
    known = (*regimes, *DECLARATIONS, *ids)
    asked = [name.strip().lower() for text in only for name in text.split(",") if name.strip()]
    for name in asked:
        options.one_of("--only", name, known)
    return tuple(asked)


def readings_asked(pairs: Sequence[str] | None) -> dict[str, str]:
    """Return the choice of each reading that is turned."""
    readings: dict[str, str] = {}
    for pair in pairs or ():
        id, equals, choice = pair.partition("=")
        if not equals or not id.strip() or not choice.strip():
            raise SettingsError("reading_is_no_pair", option="--reading", text=pair)
        readings[id.strip()] = choice.strip()
    return readings


def columns_by_table(pairs: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return which column holds which field by table: ``sites:name`` is for the sites, ``name`` for the activities."""
    columns: dict[str, dict[str, str]] = {"sites": {}, "activities": {}}
    for name, column in pairs.items():
        table, colon, field = name.partition(":")
        columns[table if colon and table in columns else "activities"][field if colon else name] = column
    return columns
