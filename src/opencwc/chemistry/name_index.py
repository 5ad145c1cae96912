"""Names and registry numbers to structures: an index on disk over the data files of the ``chemicals`` package.

What the sources say is handed on and not settled: a name that stands for three structures gives three readings. The
curated names of the lists come first and are not in here. The index is built once, in the user's cache folder.
"""

from __future__ import annotations

import os
import re
import struct
import sys
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from itertools import accumulate, groupby, pairwise
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, cast
from zlib import crc32

from msgspec import Struct, field

from opencwc.chemistry.names import NORMALISER_VERSION, normalise_name, normalise_names
from opencwc.chemistry.registry_numbers import is_valid, looks_like_cas, normalise_cas
from opencwc.errors import InputError, UnavailableError
from opencwc.settings import cache_folder

if TYPE_CHECKING:
    from types import TracebackType

    from marisa_trie import Trie

Progress: TypeAlias = Callable[[int, int], None]
_Width: TypeAlias = Literal["B", "I", "Q"]

FORMAT = 4
"""Raised with every change of the file's parts below."""

SOURCES = (
    "chemical identifiers pubchem small.tsv",
    "chemical identifiers pubchem large.tsv",
    "chemical identifiers example user db.tsv",
    "Inorganic db.tsv",
    "Anion db.tsv",
    "Cation db.tsv",
)
"""The data files read; where two draw one structure, the drawing of the earlier file is given."""

_MAGIC = b"OpenCWC names\x00"
_SEVERAL = 1 << 31
"""Marks a place among ``lists`` where otherwise the number of a structure stands."""

_KEPT = 100_000  # answers, about 0.5 kB each where all are asked for
_AT_ONCE = 1000


class Reading(NamedTuple):
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


_reading: Callable[[type[Reading], list[str]], Reading] = tuple.__new__
"""Quicker than ``Reading._make``, which counts the fields once more."""


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

    def __init__(self, parts: _Parts) -> None:
        self._parts = parts
        self._answers: dict[int, tuple[Reading, ...]] = {}

    @classmethod
    def open(cls, progress: Progress | None = None) -> NameIndex:
        """Open the index, building it first where there is none for these data or the one there is damaged.

        ``progress(done, total)`` is called while building, which takes some seconds, and not otherwise. Raises
        UnavailableError where ``chemicals`` is not installed or the cache folder cannot be written.
        """
        data = _data_folder()
        path = cache_folder() / f"names-{_fingerprint(data)}.index"
        return cls(_open_whole(path) or _built(path, data, progress))

    def by_cas(self, cas: str) -> tuple[Reading, ...]:
        """Give the distinct structures of a registry number, those with it as their own number first."""
        number = normalise_cas(cas)
        if number is None:
            return ()
        key = _number_key(number)
        parts = self._parts
        place = bisect_left(parts.numbers, key)
        if place == len(parts.numbers) or parts.numbers[place] != key:
            return ()
        return self._of(parts.of_number[place])

    def by_inchi_key(self, key: str) -> tuple[Reading, ...]:
        """Give every structure whose InChIKey begins as ``key`` does: its first block, the digest of the skeleton."""
        parts = self._parts
        block = _block_key(key)
        place = bisect_left(parts.blocks, block)
        if place == len(parts.blocks) or parts.blocks[place] != block:
            return ()
        return self._of(parts.of_block[place])

    def by_name(self, text: str) -> tuple[Reading, ...]:
        """Give the distinct structures of a name, those that bear it as their main name first."""
        name_id = self._parts.trie.get(normalise_name(text))
        return () if name_id is None else self._of(self._parts.of_name[name_id])

    def by_numbers(self, numbers: Sequence[str]) -> list[tuple[Reading, ...]]:
        """``by_cas`` for many: one tuple for each of ``numbers``, empty where it is no number or not known."""
        return [self.by_cas(number) for number in numbers]

    def by_names(self, names: Sequence[str]) -> list[tuple[Reading, ...]]:
        """``by_name`` for many: one tuple for each of ``names``, empty where it is not known."""
        found: list[tuple[Reading, ...]] = []
        name_id_of, of_name, known = self._parts.trie.get, self._parts.of_name, self._answers.get
        for start in range(0, len(names), _AT_ONCE):
            for name_id in map(name_id_of, normalise_names(names[start : start + _AT_ONCE])):
                if name_id is None:
                    found.append(())
                else:
                    structures = of_name[name_id]
                    found.append(known(structures) or self._of(structures))
        return found

    def name_id(self, key: str) -> int | None:
        """Give the number of a name by its key, as ``normalise_name`` gives it; ``None`` where it is not known."""
        name_id: int | None = self._parts.trie.get(key)
        return name_id

    def prefixes(self, key: str) -> list[tuple[int, int]]:
        """Give all names that ``key`` begins with: length in characters and name id, the shortest first.

        ``key`` is running text as ``normalise_name`` or ``token_key`` gives it, without spaces.

        >>> index = NameIndex.open()
        >>> [(length, index.readings(name)[0].name) for length, name in index.prefixes("sarindrums") if length > 3]
        [(5, 'sarin')]
        """
        return [(len(name), name_id) for name, name_id in self._parts.trie.iter_prefixes_with_ids(key)]

    def begins(self, key: str) -> bool:
        """Tell whether any name begins with ``key``, or is it."""
        return next(self._parts.trie.iterkeys(key), None) is not None

    def readings(self, name_id: int) -> tuple[Reading, ...]:
        """Give the readings of a name that ``prefixes`` or ``name_id`` found, as ``by_name`` does."""
        return self._of(self._parts.of_name[name_id])

    def structures(self) -> Iterator[Reading]:
        """Give every row of the sources that has a structure, in the order of the sources, nothing merged."""
        for structure in range(self.size):
            yield self._parts.reading(structure)

    @property
    def size(self) -> int:
        """How many structures ``structures`` gives."""
        return len(self._parts.ends) - 1

    def close(self) -> None:
        """Let go of the file; the index answers no more."""
        if not isinstance(self._parts, _Closed):
            parts, self._parts = self._parts, cast("_Parts", _Closed())
            parts.close()

    def __enter__(self) -> NameIndex:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _of(self, structures: int) -> tuple[Reading, ...]:
        """The readings for an entry of ``of_name`` or ``of_number``."""
        answer = self._answers.get(structures)
        if answer is None:
            if len(self._answers) >= _KEPT:
                self._answers.clear()
            parts = self._parts
            if structures < _SEVERAL:
                answer = (parts.reading(structures),)
            else:
                start = structures - _SEVERAL + 1
                answer = tuple(map(parts.reading, parts.lists[start : start + parts.lists[start - 1]]))
            self._answers[structures] = answer
        return answer


class _Closed:
    """What stands in the place of the parts of an index that was closed."""

    def __getattr__(self, name: str) -> object:
        raise ValueError("This index of names is closed.")


def _data_folder() -> Path:
    """The folder of the data files, found without importing ``chemicals``, which takes a second."""
    spec = find_spec("chemicals")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (data := Path(folder) / "Identifiers").is_dir():
            return data
    raise UnavailableError("chemical_names_not_installed")


def _fingerprint(data: Path) -> str:
    """What the index depends on: its own format, the keys' form, the version and the sizes of the data."""
    # importlib.metadata would take longer than all the rest of opening.
    version = re.search(r'__version__ = "(.*?)"', (data.parent / "__init__.py").read_text(encoding="utf-8"))
    parts = [str(FORMAT), str(NORMALISER_VERSION), version[1] if version else ""]
    parts += [f"{name}:{(data / name).stat().st_size}" for name in SOURCES]
    return f"{crc32('|'.join(parts).encode()):08x}"


class _Parts(Struct, frozen=True):
    """The parts of the file, mapped into memory and read where they lie.

    ``trie`` numbers the keys of the names; ``of_name`` gives for such a number, ``of_number`` for a place in the sorted
    ``numbers``, and ``of_block`` for one in the sorted ``blocks`` of InChIKeys, a structure, or with ``_SEVERAL`` a
    place in ``lists``, where a count stands and then so many structures. ``ends`` says where in the file each
    structure's text begins and the last ends: its fields, and tabs.
    """

    trie: Trie
    of_name: memoryview[int]
    of_number: memoryview[int]
    numbers: memoryview[int]
    of_block: memoryview[int]
    blocks: memoryview[int]
    lists: memoryview[int]
    ends: memoryview[int]
    mapped: mmap

    def reading(self, structure: int) -> Reading:
        """Read one structure."""
        text = self.mapped[self.ends[structure] : self.ends[structure + 1]]
        return _reading(Reading, text.decode().split("\t"))

    def close(self) -> None:
        """Let go of the file; a part that a thread still reads from goes with the thread."""
        for part in (self.of_name, self.of_number, self.numbers, self.of_block, self.blocks, self.lists, self.ends):
            with suppress(BufferError):
                part.release()
        with suppress(BufferError):
            self.mapped.close()


# The file: the trie, first since marisa maps a whole file and reads what it needs from its beginning; the other parts,
# numbers in the byte order of the machine; a table with the size of each part; the CRC-32 of all before. The index is
# read without further checks, by C++ too, so that opening reads the file once as a whole: some 10 ms.
_WIDTHS: dict[str, _Width] = {
    "texts": "B", "of_name": "I", "of_number": "I", "numbers": "Q", "of_block": "I", "blocks": "Q", "lists": "I",
    "ends": "I",
}  # fmt: skip
_TABLE = struct.Struct(f"<{len(_MAGIC)}sH6s{1 + len(_WIDTHS)}Q")


def _open_whole(path: Path) -> _Parts | None:
    """Open the index to read, or give ``None`` where there is no file or not a whole one."""
    from marisa_trie import Trie

    try:
        with path.open("rb") as file:
            mapped = mmap(file.fileno(), 0, access=ACCESS_READ)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError: an empty file
        return None
    whole = memoryview(mapped)
    sizes = _sizes(whole)
    if not sizes:
        whole.release()
        mapped.close()
        return None
    trie = Trie()
    trie.mmap(str(path))
    ends = list(accumulate(sizes))
    places = zip(_WIDTHS.items(), pairwise(ends), strict=True)
    views = {name: whole[start:end].cast(width) for (name, width), (start, end) in places}
    views.pop("texts").release()
    whole.release()
    return _Parts(trie=trie, mapped=mapped, **views)


def _sizes(whole: memoryview[int]) -> list[int]:
    """The sizes of the parts as the file's table says them, none where the file is no whole one of ours."""
    if len(whole) < _TABLE.size + 4 or crc32(whole[:-4]) != int.from_bytes(whole[-4:], "little"):
        return []
    magic, form, order, *sizes = _TABLE.unpack(whole[-4 - _TABLE.size : -4])
    ours = (magic, form, order.decode()) == (_MAGIC, FORMAT, sys.byteorder.ljust(6, "\0"))
    return sizes if ours and sum(sizes) == len(whole) - _TABLE.size - 4 else []


def _number_key(cas: str) -> int:
    return int(cas.replace("-", ""))


def _block_key(key: str) -> int:
    """The first block of an InChIKey as a number of 64 bits: its 14 letters are 65 bits of a digest."""
    return int(key[:14].translate(_AS_BASE_26), 26) & (1 << 64) - 1


_BLOCK = re.compile("[A-Z]{14}")
_AS_BASE_26 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789abcdefghijklmnop")


def _built(path: Path, data: Path, progress: Progress | None) -> _Parts:
    _build(path, data, progress or (lambda done, total: None))
    if parts := _open_whole(path):
        return parts
    raise UnavailableError("name_index_unreadable", where=str(path))


def _build(path: Path, data: Path, progress: Progress) -> None:
    """Write the index beside its place and move it there, so that nobody ever sees half of one."""
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
    except OSError as error:
        raise UnavailableError("name_index_cannot_be_written", where=str(path.parent), reason=str(error)) from error


def _move(part: Path, path: Path) -> None:
    try:
        part.replace(path)
    except PermissionError:
        # Windows replaces no file that is open. One that is whole was built meanwhile by another process: as good.
        if (parts := _open_whole(path)) is None:
            raise
        parts.close()


def _write(part: Path, data: Path, progress: Progress) -> None:
    from marisa_trie import HUGE_CACHE, Trie

    total = sum((data / name).stat().st_size for name in SOURCES)
    total += total // 4  # the time that sorting and writing take
    taken = _Taken()
    done = 0
    for name in SOURCES:
        with (data / name).open(encoding="utf-8") as lines:
            for count, line in enumerate(lines, start=1):
                taken.add(line, name, f"{data / name}, line {count}")
                done += len(line)
                if count % 2000 == 0:
                    progress(done, total)
    progress(total - total // 6, total)

    trie = Trie(taken.names, num_tries=1, cache_size=HUGE_CACHE)  # larger than with more tries, and faster
    name_ids = array("Q", map(trie.get, taken.names))
    progress(total - total // 9, total)
    bearers = sorted(name_ids[bearer >> 32] << 32 | bearer & 0xFFFFFFFF for bearer in taken.bearers)
    lists = array("I")
    of_name = array("I", (structures for _, structures in _grouped(bearers, taken.skeletons, lists)))
    numbers, of_number = array("Q"), array("I")
    for number, structures in _grouped(sorted(taken.numbers), taken.skeletons, lists):
        numbers.append(number)
        of_number.append(structures)
    blocks, of_block = array("Q"), array("I")
    for block, structures in _grouped(sorted(taken.blocks), range(len(taken.skeletons)), lists):  # all, stereo too
        blocks.append(block)
        of_block.append(structures)
    progress(total - total // 20, total)

    trie.save(str(part))
    ends = array("I", map(part.stat().st_size.__add__, taken.ends))
    arrays = (of_name, of_number, numbers, of_block, blocks, lists, ends)
    parts = (bytes(taken.texts), *(made.tobytes() for made in arrays))
    sizes = [part.stat().st_size, *map(len, parts)]
    with part.open("r+b") as file:
        checksum = crc32(file.read())
        for made in (*parts, _TABLE.pack(_MAGIC, FORMAT, sys.byteorder.encode(), *sizes)):
            checksum = crc32(made, checksum)
            file.write(made)
        file.write(checksum.to_bytes(4, "little"))
    progress(total, total)


def _grouped(rows: Sequence[int], skeletons: Sequence[object], lists: array[int]) -> Iterator[tuple[int, int]]:
    """Give each key of sorted rows with its structures, one of each skeleton: a structure, or a place in ``lists``."""
    for key, group in groupby(rows, lambda row: row >> 32):
        distinct: dict[object, int] = {}
        for row in group:
            structure = row & 0x7FFFFFFF
            distinct.setdefault(skeletons[structure], structure)
        if len(distinct) == 1:
            yield key, next(iter(distinct.values()))
        else:
            yield key, _SEVERAL + len(lists)
            lists.extend((len(distinct), *distinct.values()))


class _Taken(Struct):
    """What the data say. A row of ``bearers``, ``numbers`` or ``blocks`` is one integer: many sort fast, take little.

    Its upper bits are the name's place in ``names``, the registry number or the key's block, its lowest 31 the
    structure, and the bit between is set where that is no main name, or not the structure's own number.
    """

    texts: bytearray = field(default_factory=bytearray)
    ends: array[int] = field(default_factory=lambda: array("I", [0]))
    skeletons: list[str] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    bearers: array[int] = field(default_factory=lambda: array("Q"))
    numbers: list[int] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)

    def add(self, line: str, source: str, where: str) -> None:
        """Read one line: PubChem number, CAS, formula, weight, SMILES, InChI, InChIKey, IUPAC name, name, synonyms."""
        columns = line.rstrip("\n").split("\t")
        if len(columns) < 9:
            raise InputError("name_line_too_short", where=where)
        _, cas, formula, _, smiles, _, inchi_key, iupac_name, name, *synonyms = columns
        if not smiles:
            return
        structure = len(self.skeletons)
        cas = cas if is_valid(cas) else ""  # the sources number what CAS has not numbered 2099...-00-0
        preferred = next((text for text in (name, iupac_name, *synonyms) if text and not looks_like_cas(text)), cas)
        self.texts += "\t".join((cas, smiles, preferred, source, formula)).encode()
        self.ends.append(len(self.texts))
        # The first block of an InChIKey is the digest of the skeleton: isotopes and stereochemistry do not change it.
        block = inchi_key.partition("-")[0]
        self.skeletons.append(block or f"{formula} {smiles}")
        if _BLOCK.fullmatch(block):
            self.blocks.append(_block_key(block) << 32 | structure)

        own = {_number_key(cas)} if cas else set()
        written = (normalise_cas(synonym) for synonym in synonyms if synonym[-1:].isdigit())
        listed = {_number_key(number) for number in written if number and is_valid(number)} - own
        self.numbers += [key << 32 | structure for key in own]
        self.numbers += [key << 32 | 1 << 31 | structure for key in listed]

        keys = normalise_names(columns[7:])
        main = set(keys[:2]) - {""}
        number_of, names = self.names.setdefault, self.names
        self.bearers.extend(number_of(key, len(names)) << 32 | structure for key in main)
        others = set(keys[2:]) - main - {""}
        self.bearers.extend(number_of(key, len(names)) << 32 | 1 << 31 | structure for key in others)
