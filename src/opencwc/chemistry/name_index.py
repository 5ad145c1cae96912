"""Names and registry numbers to structures: an index on disk over the data files of the ``chemicals`` package.

What the sources say is handed on and not settled: a name that stands for three structures gives three readings. The
curated names of the lists come first and are not in here. The index is built once, in the user's cache folder.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

from opencwc.chemistry.names import NORMALISER_VERSION, normalise_name
from opencwc.chemistry.registry_numbers import is_valid, looks_like_cas, normalise_cas
from opencwc.errors import InputError, UnavailableError
from opencwc.settings import cache_folder

if TYPE_CHECKING:
    from sqlite3 import Connection
    from types import TracebackType

Progress: TypeAlias = Callable[[int, int], None]

FORMAT = 1
"""Raised with every change of the tables below."""

SOURCES = (
    "chemical identifiers pubchem small.tsv",
    "chemical identifiers pubchem large.tsv",
    "chemical identifiers example user db.tsv",
    "Inorganic db.tsv",
    "Anion db.tsv",
    "Cation db.tsv",
)
"""The data files read; where two draw one structure, the drawing of the earlier file is given."""

_APPLICATION_ID = 0x0C3C0001
_BATCH = 500  # keys in one question to SQLite; 250 to 2,000 are equally fast


@dataclass(frozen=True, slots=True)
class Reading:
    """One structure that a source gives for a name or a number.

    ``cas`` is the structure's own number in the source, empty where the source invented one; it differs from the
    number asked for where the source has that only among the synonyms. ``name`` is the source's preferred name, or
    its first where that is empty or a number; ``source`` is the data file. ``smiles`` is as the source draws it, not
    standardised.
    """

    cas: str
    smiles: str
    name: str
    source: str
    formula: str


class NameIndex:
    """The readings of names and registry numbers; open it once and ask it as often as wanted, from any thread.

    >>> index = NameIndex.open()
    >>> [reading.smiles for reading in index.by_name("Thiodiglycol")]
    ['C(CSCCO)O']
    >>> [reading.name for reading in index.by_cas("CAS 111-48-8")]
    ['thiodiglycol']
    >>> index.by_name("no such chemical")
    ()
    """

    def __init__(self, path: Path, connection: Connection) -> None:
        self._path = path
        self._connection = connection
        self._alone = Lock()  # a statement that two threads share mixes up their answers

    @classmethod
    def open(cls, progress: Progress | None = None) -> NameIndex:
        """Open the index, building it first where there is none for these data or the one there is damaged.

        ``progress(done, total)`` is called while building, which takes some seconds, and not otherwise. Raises
        UnavailableError where ``chemicals`` is not installed or the cache folder cannot be written.
        """
        data = _data_folder()
        path = cache_folder() / f"names-{_fingerprint(data)}.sqlite"
        return cls(path, _open_whole(path) or _built(path, data, progress))

    def by_cas(self, cas: str) -> tuple[Reading, ...]:
        """Give the distinct structures of a registry number, those with it as their own number first."""
        return self.by_numbers([cas])[0]

    def by_name(self, text: str) -> tuple[Reading, ...]:
        """Give the distinct structures of a name, those that bear it as their main name first."""
        return self.by_names([text])[0]

    def by_numbers(self, numbers: Sequence[str]) -> list[tuple[Reading, ...]]:
        """``by_cas`` for many: one tuple for each of ``numbers``, empty where it is no number or not known."""
        normal = (normalise_cas(number) for number in numbers)
        return self._readings("numbers", [_number_key(cas) if cas else None for cas in normal])

    def by_names(self, names: Sequence[str]) -> list[tuple[Reading, ...]]:
        """``by_name`` for many: one tuple for each of ``names``, empty where it is not known."""
        normal = map(normalise_name, names)
        return self._readings("names", [_text_key(name) if name else None for name in normal])

    def structures(self) -> Iterator[Reading]:
        """Give every row of the sources that has a structure, in the order of the sources, nothing merged."""
        for row in self._connection.execute("SELECT cas, smiles, name, source, formula FROM structures ORDER BY id"):
            yield _reading(*row)

    @property
    def size(self) -> int:
        """How many structures ``structures`` gives."""
        return int(self._connection.execute("SELECT count(*) FROM structures").fetchone()[0])

    def close(self) -> None:
        """Let go of the file; the index answers no more."""
        self._connection.close()

    def __enter__(self) -> NameIndex:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _readings(self, table: str, keys: list[int | None]) -> list[tuple[Reading, ...]]:
        import sqlite3

        with self._alone:
            try:
                found = self._find(table, keys)
            except sqlite3.ProgrammingError:  # asked after close()
                raise
            except sqlite3.DatabaseError:  # damage that opening did not notice: build anew, and ask once more
                self._connection.close()
                self._connection = _built(self._path, _data_folder(), None)
                found = self._find(table, keys)
        return [found.get(key, ()) if key is not None else () for key in keys]

    def _find(self, table: str, keys: list[int | None]) -> dict[int, tuple[Reading, ...]]:
        wanted = list({key for key in keys if key is not None})
        found: dict[int, dict[int, Reading]] = {}
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH]
            # Of a full batch's length, so that SQLite compiles two statements in all and not one for each length.
            batch += [-1] * (_BATCH - len(batch) if len(batch) > 1 else 0)
            for key, skeleton, *rest in self._connection.execute(_question(table, len(batch)), batch):
                readings = found.setdefault(key, {})
                if skeleton not in readings:
                    readings[skeleton] = _reading(*rest)
        return {key: tuple(readings.values()) for key, readings in found.items()}


_REMEDY = "Set OPENCWC_CACHE to a folder that can be written."


def _data_folder() -> Path:
    """The folder of the data files, found without importing ``chemicals``, which takes a second."""
    spec = find_spec("chemicals")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (data := Path(folder) / "Identifiers").is_dir():
            return data
    raise UnavailableError("The names of chemicals are not installed.", remedy="Install them: pip install chemicals.")


def _fingerprint(data: Path) -> str:
    """What the index depends on: its own format, the keys' form, the version and the sizes of the data."""
    # importlib.metadata would take longer than all the rest of opening.
    version = re.search(r'__version__ = "(.*?)"', (data.parent / "__init__.py").read_text(encoding="utf-8"))
    parts = [str(FORMAT), str(NORMALISER_VERSION), version[1] if version else ""]
    parts += [f"{name}:{(data / name).stat().st_size}" for name in SOURCES]
    return blake2b("|".join(parts).encode(), digest_size=8).hexdigest()


def _open_whole(path: Path) -> Connection | None:
    """Open the index to read, or give ``None`` where there is no file or not a whole one."""
    import sqlite3

    if not path.is_file():
        return None
    connection = None
    try:
        # The file is never changed, only replaced as a whole, so SQLite need not lock it.
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(address, uri=True, check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cache_size = -65536")
        (kind,), (form,), (pages,), (page_size,) = (
            connection.execute(f"PRAGMA {about}").fetchone()
            for about in ("application_id", "user_version", "page_count", "page_size")
        )
        whole = pages * page_size == path.stat().st_size
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
        if (kind, form) == (_APPLICATION_ID, FORMAT) and whole and tables >= {"structures", "names", "numbers"}:
            return connection
    except sqlite3.DatabaseError:
        pass
    if connection is not None:
        connection.close()
    return None


def _question(table: str, keys: int) -> str:
    # CROSS JOIN keeps the order of the tables: from the keys to the structures. The table's name is one of our two.
    return (
        "SELECT t.key, s.skeleton, s.cas, s.smiles, s.name, s.source, s.formula "  # noqa: S608
        f"FROM {table} t CROSS JOIN structures s ON s.id = t.structure "
        f"WHERE t.key IN ({','.join('?' * keys)}) ORDER BY t.key, t.rank, t.structure"
    )


def _reading(cas: str, smiles: str, name: str, source: int, formula: str) -> Reading:
    return Reading(cas, smiles, name, SOURCES[source], formula)


def _text_key(text: str) -> int:
    """63 bits of a digest: with a million texts the odds of a false match are one in 10^13 for each question."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def _number_key(cas: str) -> int:
    return int(cas.replace("-", ""))


_TABLES = """
CREATE TABLE structures (
    id INTEGER PRIMARY KEY, cas TEXT NOT NULL, smiles TEXT NOT NULL, name TEXT NOT NULL, source INTEGER NOT NULL,
    formula TEXT NOT NULL, skeleton INTEGER NOT NULL
);
CREATE TABLE names (
    key INTEGER, rank INTEGER, structure INTEGER, PRIMARY KEY (key, rank, structure)
) WITHOUT ROWID;
CREATE TABLE numbers (
    key INTEGER, rank INTEGER, structure INTEGER, PRIMARY KEY (key, rank, structure)
) WITHOUT ROWID;
"""


def _built(path: Path, data: Path, progress: Progress | None) -> Connection:
    _build(path, data, progress or (lambda done, total: None))
    if connection := _open_whole(path):
        return connection
    raise UnavailableError("The index of names was built but cannot be read.", where=str(path), remedy=_REMEDY)


def _build(path: Path, data: Path, progress: Progress) -> None:
    """Write the index beside its place and move it there, so that nobody ever sees half of one."""
    import sqlite3
    import tempfile

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
        os.close(handle)
        try:
            _write(Path(part), data, progress)
            _move(Path(part), path)
        finally:
            Path(part).unlink(missing_ok=True)
    except (OSError, sqlite3.OperationalError) as error:
        raise UnavailableError(
            f"The index of names cannot be written ({error}).", where=str(path.parent), remedy=_REMEDY
        ) from error


def _move(part: Path, path: Path) -> None:
    try:
        part.replace(path)
    except PermissionError:
        # Windows replaces no file that is open. One that is whole was built meanwhile by another process: as good.
        if (connection := _open_whole(path)) is None:
            raise
        connection.close()


def _write(part: Path, data: Path, progress: Progress) -> None:
    import sqlite3

    total = sum((data / name).stat().st_size for name in SOURCES)
    total += total // 4  # the time that sorting and writing take
    taken = _Taken()
    done = 0
    for source, name in enumerate(SOURCES):
        with (data / name).open(encoding="utf-8") as lines:
            for count, line in enumerate(lines, start=1):
                taken.add(line, source, f"{data / name}, line {count}")
                done += len(line)
                if count % 2000 == 0:
                    progress(done, total)
    taken.names.sort()
    progress(total - total // 8, total)

    connection = sqlite3.connect(part, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.executescript(_TABLES)
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO structures VALUES (?, ?, ?, ?, ?, ?, ?)", taken.structures)
        connection.executemany("INSERT INTO numbers VALUES (?, ?, ?)", sorted(taken.numbers))
        connection.executemany("INSERT INTO names VALUES (?, ?, ?)", _apart(taken.names))
        connection.execute("COMMIT")
    finally:
        connection.close()
    progress(total, total)


@dataclass(slots=True)
class _Taken:
    """The rows of the three tables to be; those of ``names`` packed as ``_apart`` says."""

    structures: list[tuple[int, str, str, str, int, str, int]] = field(default_factory=list)
    numbers: list[tuple[int, int, int]] = field(default_factory=list)
    names: list[int] = field(default_factory=list)

    def add(self, line: str, source: int, where: str) -> None:
        """Read one line: PubChem number, CAS, formula, weight, SMILES, InChI, InChIKey, IUPAC name, name, synonyms."""
        columns = line.rstrip("\n").split("\t")
        if len(columns) < 9:
            raise InputError("This line has fewer than nine columns.", where=where, remedy="Install chemicals again.")
        _, cas, formula, _, smiles, _, inchi_key, iupac_name, name, *synonyms = columns
        if not smiles:
            return
        structure = len(self.structures)
        cas = cas if is_valid(cas) else ""  # the sources number what CAS has not numbered 2099...-00-0
        preferred = next((text for text in (name, iupac_name, *synonyms) if text and not looks_like_cas(text)), cas)
        # The first block of an InChIKey is the digest of the skeleton: isotopes and stereochemistry do not change it.
        skeleton = _text_key(inchi_key.partition("-")[0] or f"{formula} {smiles}")
        self.structures.append((structure, cas, smiles, preferred, source, formula, skeleton))

        own = {_number_key(cas)} if cas else set()
        written = (normalise_cas(synonym) for synonym in synonyms if synonym[-1:].isdigit())
        listed = {_number_key(number) for number in written if number and is_valid(number)} - own
        self.numbers += [(key, 0, structure) for key in own] + [(key, 1, structure) for key in listed]

        main = {normalise_name(iupac_name), normalise_name(name)}
        others = {normalise_name(synonym) for synonym in synonyms} - main
        self.names += [_text_key(key) << 32 | structure for key in main if key]
        self.names += [_text_key(key) << 32 | 1 << 31 | structure for key in others if key]


def _apart(packed: list[int]) -> Iterator[tuple[int, int, int]]:
    """Key, rank (0 for a main name, 1 for a synonym) and structure: packed in one integer they sort fast and small."""
    for row in packed:
        yield row >> 32, row >> 31 & 1, row & 0x7FFFFFFF
