"""A web archive of somebody else's, checked in a confined process.

`verify_confined` is the parent's side; ``python -m opencwc.custody.archive_process`` is the process.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import IO, Any

from opencwc.confining.process import UPLOAD, Line, Task, serve
from opencwc.confining.rights import Bounds, Protection
from opencwc.confining.sandbox import TaskRequest, confined_lines
from opencwc.custody.wacz_verifier import CheckedArchive
from opencwc.errors import InputError
from opencwc.records import from_plain, to_plain

_VERIFY = "verify"
_SECONDS = 300.0
_BOUNDS = Bounds(memory=4_000_000_000, cpu_seconds=600)
_LONGEST_NAME = 300


def verify_confined(
    file: IO[bytes], name: str, keys: Sequence[str] = (), trusted: str = "", *, network_must_be_cut: bool = True
) -> CheckedArchive:
    """Check a WACZ as `wacz_verifier.verify_wacz` does; the file must have a descriptor.

    Raises:
        InputError: it is no WACZ, or takes more time or memory than it may.

    """
    question = {"name": name[-_LONGEST_NAME:], "keys": list(keys), "trusted": trusted}
    request = TaskRequest(_VERIFY, question, _SECONDS, _BOUNDS, network_must_be_cut)
    with confined_lines(("-m", __name__), request, file) as lines:
        for line in lines:
            if line is not None and "checked" in line:
                return from_plain(CheckedArchive, line["checked"])
    raise InputError("reading_broke_off")


class VerifyArchive(Task):
    """Checks one web archive."""

    def __init__(self, question: dict[str, Any], bounds: Bounds) -> None:
        super().__init__(question, bounds)
        _verify_sample(question["trusted"])

    def answer(self, protection: Protection) -> Iterator[Line]:
        """Yield what came of the check, then that all is done."""
        from opencwc.custody.wacz_verifier import verify_wacz

        with UPLOAD.open("rb") as file:
            checked = verify_wacz(file, self.question["name"], self.question["keys"], self.question["trusted"])
        yield {"checked": to_plain(checked)}
        yield {"done": True, "protection": protection.as_json()}


def _verify_sample(trusted: str) -> None:
    """Check an archive with two signatures that do not hold, so that all is loaded while files may be opened."""
    import io
    from datetime import UTC, datetime

    from opencwc.custody.archive_keys import signature_holds
    from opencwc.custody.host_certificates import leads_to_trusted
    from opencwc.custody.wacz_verifier import verify_wacz
    from opencwc.custody.wacz_writer import write_wacz
    from opencwc.custody.web_archive import Original

    archive = io.BytesIO()
    write_wacz(archive, [Original(io.BytesIO(b"<p>A leak.</p>"), "a.html", datetime(2026, 3, 4, tzinfo=UTC))])
    verify_wacz(archive, "a.wacz")
    signature_holds("AAAA", "", "AAAA")
    leads_to_trusted("", "", "", trusted)


if __name__ == "__main__":
    sys.exit(serve({_VERIFY: VerifyArchive}))
