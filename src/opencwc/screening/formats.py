"""The answer's formats: what a worker encodes of one batch, and how the pieces become one file.

Every format says what was checked: in each line that is not listed, in the maker of each finding, in the file's own
metadata where it has any.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from opencwc.chemistry.molecule_reader import Unreadable, read_structure
from opencwc.finding import FINDING_COLUMNS, Finding, Maker, finding_to_plain, readings_cell
from opencwc.records import to_plain
from opencwc.screening.batches import Answered, BatchScreener, to_findings, to_lines
from opencwc.screening.model import Checked
from opencwc.wording import sentence

if TYPE_CHECKING:
    import polars as pl
    from rdkit import Chem

FORMATS = ("csv", "jsonl", "parquet", "html", "sdf")


class Format(NamedTuple):
    """One format: how a worker encodes a batch, and how the pieces become a file."""

    encode: Callable[[Answered, BatchScreener, Maker, str], bytes]
    open: type[Sink]


class Sink:
    """Takes the encoded pieces in order; the plain one writes them one after the other."""

    def __init__(self, stream: IO[bytes], checked: Checked) -> None:
        self.stream = stream
        self.checked = checked

    def add(self, piece: bytes) -> None:
        """Write one piece."""
        self.stream.write(piece)

    def close(self) -> None:
        """Write what comes last."""


class CsvSink(Sink):
    """Writes the names of the columns first."""

    def __init__(self, stream: IO[bytes], checked: Checked) -> None:
        super().__init__(stream, checked)
        stream.write((",".join(FINDING_COLUMNS) + "\n").encode())


class ParquetSink(Sink):
    """Writes each piece, an Arrow stream, as a row group; what was checked stands in the schema's metadata."""

    def __init__(self, stream: IO[bytes], checked: Checked) -> None:
        super().__init__(stream, checked)
        self._writer: Any = None

    def add(self, piece: bytes) -> None:
        """Write one piece as a row group."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.ipc.open_stream(piece).read_all()
        if self._writer is None:
            said = json.dumps(checked_as_json(self.checked), ensure_ascii=False)
            schema = table.schema.with_metadata({"opencwc.checked": said})
            self._writer = pq.ParquetWriter(self.stream, schema, compression="zstd")
        self._writer.write_table(table.cast(self._writer.schema))

    def close(self) -> None:
        """Write the footer; a file with no piece still has its columns."""
        if self._writer is None:
            import polars as pl

            self.add(_arrow(pl.DataFrame(schema={"row": pl.Int64, **dict.fromkeys(FINDING_COLUMNS[1:], pl.String)})))
        self._writer.close()


def format_named(name: str) -> Format:
    """Return the format of that name (not ``html``, which is written from findings)."""
    return _FORMATS[name]


def finding_as_json(finding: Finding, lang: str) -> dict[str, object]:
    """Return a finding as the JSON object that every JSON output of OpenCWC holds."""
    plain = finding_to_plain(finding)
    first = {name: plain.pop(name) for name in FINDING_COLUMNS if name in plain}
    return {**first, "why": sentence(finding.message, lang), **plain}


def checked_as_json(checked: Checked) -> dict[str, Any]:
    """Return what was checked as Parquet metadata, runs and cluster runs hold it: all but the notes."""
    return {name: value for name, value in to_plain(checked).items() if name != "notes"}


def _encode_csv(answered: Answered, screener: BatchScreener, maker: Maker, file: str) -> bytes:
    import polars as pl

    lines = to_lines(answered, screener.question)
    bare = lines.with_columns(pl.col(pl.String).replace("", None))
    return str(bare.write_csv(include_header=False)).encode()


def _encode_parquet(answered: Answered, screener: BatchScreener, maker: Maker, file: str) -> bytes:
    return _arrow(to_lines(answered, screener.question))


def _encode_jsonl(answered: Answered, screener: BatchScreener, maker: Maker, file: str) -> bytes:
    out = io.StringIO()
    for finding in to_findings(answered, maker, file, screener.question.only):
        out.write(json.dumps(finding_as_json(finding, screener.question.lang), ensure_ascii=False) + "\n")
    return out.getvalue().encode()


def _encode_sdf(answered: Answered, screener: BatchScreener, maker: Maker, file: str) -> bytes:
    from rdkit import Chem

    out = io.StringIO()
    for finding in to_findings(answered, maker, file, screener.question.only):
        cells = finding_as_json(finding, screener.question.lang) | {"readings": readings_cell(finding.readings)}
        mol = _drawing(finding)
        block = _NO_STRUCTURE if isinstance(mol, Unreadable) else Chem.MolToMolBlock(mol)
        title, _, body = block.partition("\n")
        out.write(_line(finding.subject.id or title, 80) + "\n" + body.rstrip("\n") + "\n")
        for name in FINDING_COLUMNS:
            value = "" if cells[name] is None else str(cells[name])
            out.write(f">  <{name}>\n{_line(value, _LONGEST)}\n\n")
        out.write(f">  <checked>\n{', '.join(maker.lists)} as of {maker.as_of}; {maker.component} {maker.version}\n\n")
        out.write("$$$$\n")
    return out.getvalue().encode()


def _drawing(finding: Finding) -> Chem.Mol | Unreadable:
    """Read what was drawn: the input itself, or the structure that a name or number was found to stand for."""
    text = finding.subject.input
    if finding.basis in ("cas", "name", "text") or not text:
        text = next((evidence.structure for evidence in finding.evidence if evidence.structure), "")
        return read_structure(text, "smiles")
    kind = "molblock" if "M  END" in text else "inchi" if text.startswith("InChI=") else "smiles"
    return read_structure(text, kind)


def _line(text: str, longest: int) -> str:
    """Fit a value to a line of an SD file, in which a line of ``$$$$`` or ``>`` would be read as the format's own."""
    line = " ".join(text.split())
    return (" " + line if line.startswith(("$$$$", ">")) else line)[:longest]


def _arrow(lines: pl.DataFrame) -> bytes:
    import polars as pl

    out = io.BytesIO()
    lines.with_columns(pl.col("row").cast(pl.Int64)).write_ipc_stream(out, compat_level=pl.CompatLevel.oldest())
    return out.getvalue()


_NO_STRUCTURE = "\n     OpenCWC\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n"
_LONGEST = 200
_FORMATS = {
    "csv": Format(_encode_csv, CsvSink),
    "jsonl": Format(_encode_jsonl, Sink),
    "parquet": Format(_encode_parquet, ParquetSink),
    "sdf": Format(_encode_sdf, Sink),
}
