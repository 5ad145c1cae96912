"""The process that reads a stranger's file: it loads what it needs, gives up its rights, and only then opens the file.

It is started by `opencwc.confining.sandbox` as ``python -m opencwc.screening.upload_process``; the wish comes as
one JSON line on standard input, the file as a descriptor, and everything it finds leaves as JSON lines on a pipe.
The first line says what was checked, then come batches, and the last says that it is done or what was wrong.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from opencwc.confining.rights import Bounds, Protection, confine, isolate
from opencwc.records import to_plain

if TYPE_CHECKING:
    from opencwc.files import Table
    from opencwc.screening.documents import DocumentRows

ROWS_A_BATCH = 5_000
ROWS_AT_ONCE = 500
BYTES_AT_ONCE = 4_000_000
MOST_COLUMNS = 50
LONGEST_COLUMN = 200
MOST_NOTES = 50
A_LINE = "2 drums of triethanolamine 85 %, CAS 102-71-6, HS 2922.15, and trietanolamin"
"""A line that has all in it that a text is searched for."""


def main() -> int:
    """Serve one wish and leave."""
    namespace = isolate()
    wish = json.loads(sys.stdin.readline())
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)  # what a library prints must not pass for a line of ours
    from opencwc.errors import OpenCWCError, UnavailableError

    try:
        prepared = _Prepared(wish)
        protection = confine(Bounds(**wish["bounds"]), prepared.readable(), namespace=namespace)
        if wish["network_must_be_cut"] and not protection.network_cut:
            raise UnavailableError(
                "this machine cannot cut a process off from the network, so no upload is read",
                remedy="Use a kernel with seccomp or user namespaces, or set job_network_must_be_cut = false.",
            )
        if wish.get("only_say_protection"):
            _write(out, {"protection": protection.as_json(), "done": True})
        else:
            for line in prepared.answer(wish, protection):
                _write(out, line)
    except OpenCWCError as error:
        _write(out, _problem(type(error).__name__, error.what, error.where, error.remedy))
    except MemoryError:
        _write(out, _problem("InputError", "the file needs more memory than an upload may take", "", _SMALLER))
    except OSError:
        _write(
            out,
            _problem(
                "InputError",
                "the file cannot be read without writing beside it",
                "",
                "Unpack a compressed workbook yourself and send what is in it.",
            ),
        )
    return 0


def upload() -> Path:
    """Return the path of the upload, whose descriptor is the last word of the command."""
    return Path(f"/dev/fd/{int(sys.argv[-1])}")


class _Prepared:
    """Everything that is loaded before the rights are given up."""

    def __init__(self, wish: dict[str, Any]) -> None:
        self.reads = not wish.get("only_say_protection")
        if not self.reads:
            return
        import fastexcel  # noqa: F401 - loaded now, while files may be opened
        import pyarrow.csv
        import pyarrow.parquet  # noqa: F401

        from opencwc import files  # noqa: F401
        from opencwc.screening.batches import LEAST_ROWS_FOR_GATE, BatchScreener
        from opencwc.screening.model import Question

        asked = wish["question"]
        self.question = Question(
            date.fromisoformat(asked["as_of"]), tuple(asked["lists"]), kind=asked["kind"], lang=asked["lang"]
        )
        self.screener = BatchScreener(self.question)
        # No process may be started once the rights are given up: Java and Tesseract are not asked in here.
        self.screener.screener.known.resolver.systematic = None
        self._warm(["CCO"] * LEAST_ROWS_FOR_GATE + ["Sarin", "an unknown name", "50-00-0", A_LINE])
        if self.question.kind == "text":
            self._load_readers()

    def _load_readers(self) -> None:
        """Load what documents are read with, PDFium's library among it, and what a text is searched with."""
        from opencwc.files.readers import load_readers
        from opencwc.screening.documents import open_texts

        load_readers()
        with open_texts(io.BytesIO(f"Description,Quantity\n{A_LINE},2 kg\n".encode()), name="x.csv", **_HERE) as rows:
            for batch in rows.batches():
                self.screener.answer(batch)

    def _warm(self, values: list[str]) -> None:
        """Screen a few values, so that the compiled reader and the index of names are loaded."""
        from opencwc.errors import OpenCWCError
        from opencwc.files.rows import Limits, Rows, part_of_values

        part = part_of_values(values, [None] * len(values), {}, Limits())
        try:
            self.screener.answer(Rows(1, part.ids, part.inputs, part.problems))
        except OpenCWCError:  # what is missing is said again where it is needed
            return

    def readable(self) -> list[Path]:
        """Return what may still be read: Python, its packages and ours, the cache, the upload; no casebook, no key."""
        if not self.reads:
            return []
        from opencwc.settings import cache_folder

        own = Path(__file__).resolve().parents[1]
        places = [Path(one) for one in (*sys.path, sys.prefix, sys.base_prefix) if one]
        system = [Path(one) for one in ("/usr", "/lib", "/lib64", "/proc/self", "/sys/devices/system", "/dev/urandom")]
        return [own, *places, *system, Path("/etc/localtime"), cache_folder(), upload()]

    def answer(self, wish: dict[str, Any], protection: Protection) -> Iterator[dict[str, Any]]:
        """Yield the lines of the answer."""
        from opencwc.finding import finding_to_plain
        from opencwc.screening.formats import checked_as_json
        from opencwc.screening.model import Tally
        from opencwc.screening.rulebook import maker_of
        from opencwc.screening.table_run import Wish, checked_by, make_piece

        table = self._open(wish)
        if table.inputs_are == "molblock" and self.question.kind == "auto":
            self.screener.question = self.question._replace(kind="molblock")
        rulebook = self.screener.rulebook
        told = checked_as_json(checked_by(rulebook, self.question.lang, table.name, table.column, table.notes))
        told |= _columns_of(table.columns, table.column, table.id_column)
        if self.question.kind == "text":
            told["document"] = getattr(table, "kind", "")
        maker = to_plain(maker_of(rulebook))
        yield {"checked": told, "maker": maker, "protection": protection.as_json(), "rows_all": None}
        tally = Tally()
        skip = int(wish["skip_rows"])
        for rows in table.batches():
            share = table.bytes_read() / table.size_bytes if table.size_bytes else None
            piece = make_piece(self.screener, rows, Wish(file=table.name, everything=True))
            tally.merge(piece.tally)
            last = rows.first + len(rows) - 1
            if last <= skip:
                continue
            waiting: list[dict[str, Any]] = []
            size = begun = 0
            for finding in piece.findings:
                row = finding.subject.row
                if row <= skip:
                    continue
                if waiting and waiting[-1]["row"] != row and (begun >= ROWS_AT_ONCE or size >= BYTES_AT_ONCE):
                    yield _batch(waiting, share)
                    waiting, size, begun = [], 0, 0
                begun += not waiting or waiting[-1]["row"] != row
                size += 500 + 2 * len(finding.subject.input)
                waiting.append(finding_to_plain(finding))
            if waiting:
                yield _batch(waiting, share)
        yield {
            "done": True,
            "rows": tally.rows,
            "tally": {str(key): rows for key, rows in tally.by_verdict.items()},
            "notes": [to_plain(note) for note in table.notes[:MOST_NOTES]],
        }

    def _open(self, wish: dict[str, Any]) -> Table | DocumentRows:
        """Open the upload: as a table, or as the texts that were asked for."""
        named = {"name": wish["name"], "column": wish["column"] or None, "id_column": wish["id_column"] or None}
        if self.question.kind == "text":
            from opencwc.screening.documents import open_texts

            return open_texts(upload(), **named, **_HERE)
        from opencwc.files import open_table

        return open_table(upload(), **named, batch_rows=wish.get("batch_rows") or ROWS_A_BATCH)


def _columns_of(columns: Sequence[str], column: str, id_column: str | None) -> dict[str, Any]:
    """Return the column the row ids came from and those that were not read: their names, as many as a person reads."""
    left = [one for one in columns if one not in (column, id_column)]
    names = [one[:LONGEST_COLUMN] for one in left[:MOST_COLUMNS]]
    return {"id_column": id_column or "", "not_read": names, "not_read_count": len(left)}


def _batch(findings: list[dict[str, Any]], share: float | None) -> dict[str, Any]:
    return {"rows_done": findings[-1]["row"], "share": share, "findings": findings}


def _problem(kind: str, what: str, where: str, remedy: str) -> dict[str, Any]:
    return {"problem": {"kind": kind, "what": what, "where": where, "remedy": remedy}}


def _write(out: IO[bytes] | io.BufferedWriter, line: dict[str, Any]) -> None:
    out.write(json.dumps(line, ensure_ascii=True, allow_nan=False).encode() + b"\n")
    out.flush()


_HERE: dict[str, Any] = {"ocr": False, "confine": False}
"""How documents are read in here: this process is confined already, and starts no other one."""
_SMALLER = "Send it in smaller parts, or as CSV."

if __name__ == "__main__":
    sys.exit(main())
