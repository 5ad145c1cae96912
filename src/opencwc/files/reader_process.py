"""The process that reads one document: it gives up what it can, reads, and says what it finds as lines of JSON.

Started by `opencwc.files.reader_client` with the document on its standard input and the wish as its only word.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from opencwc.files.passages import Limits, Passage, Reading, Refusal
from opencwc.finding import Message


def main() -> int:
    """Read the document on standard input."""
    wish = json.loads(sys.argv[1])
    limits = Limits(**wish["limits"])
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)  # what a library prints must not pass for a line of ours

    def say(*line: Any) -> None:
        out.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        out.flush()

    try:
        _give_up_network()
        _bound(limits)
        from opencwc.files.readers import begin, load_readers
        from opencwc.files.scanned import find_tesseract

        load_readers()
        data = _document(limits)
        os.dup2(nowhere, 0)
        tesseract = find_tesseract() if wish["ocr"] else None
        if tesseract is None:
            _start_no_process()
        reading = Reading(limits, tesseract, announce=lambda: say("ocr"))
        kind, items = begin(data, wish["name"], reading)
        del data
        told = _say_notes(reading, 0, say)
        say("open", kind)
        for item in items:
            if len(reading.notes) > told:
                told = _say_notes(reading, told, say)
            if isinstance(item, Passage):
                say("p", item.place, item.text)
            else:
                say("u", item.place, item.message.id, item.message.values)
        _say_notes(reading, told, say)
        say("end")
    except Refusal as refusal:
        say("refused", refusal.message.id, refusal.message.values, refusal.remedy)
    except MemoryError:
        say("refused", "reading_memory", {}, "Send it in smaller parts.")
    return 0


def _say_notes(reading: Reading, told: int, say: Any) -> int:
    for note in reading.notes[told:]:
        say("n", note.id, note.values)
    return len(reading.notes)


def _document(limits: Limits) -> bytes:
    data = sys.stdin.buffer.read(limits.file_bytes + 1)
    if len(data) > limits.file_bytes:  # it grew while it was opened
        raise Refusal(Message("reading_too_large", {"bytes": limits.file_bytes}), "Send it in smaller parts.")
    return data


def _bound(limits: Limits) -> None:
    """Bound memory, work, open files; forbid writing files and core dumps (setrlimit(2)); not on Windows."""
    try:
        import resource
    except ImportError:
        return
    seconds = int(limits.seconds) + 5
    for what, most, spare in (
        (resource.RLIMIT_AS, limits.memory, 0),
        (resource.RLIMIT_CPU, seconds, 2),
        (resource.RLIMIT_NOFILE, 64, 0),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        _, hard = resource.getrlimit(what)
        free = hard == resource.RLIM_INFINITY
        resource.setrlimit(what, (most if free else min(most, hard), most + spare if free else min(most + spare, hard)))


def _start_no_process() -> None:
    """Forbid new processes where none is needed; the kernel does not hold root to it (setrlimit(2))."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


def _give_up_network() -> None:
    """Move into a network with nothing in it where the kernel allows that, and gain no rights."""
    if sys.platform != "linux":
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    new_user, new_network = 0x1000_0000, 0x4000_0000  # clone(2)
    if libc.unshare(new_user | new_network) != 0:
        libc.unshare(new_network)  # a process of root in a container may do only this


if __name__ == "__main__":
    sys.exit(main())
