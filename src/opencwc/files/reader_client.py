"""Reading a document in a process of its own: what comes back are bounded lines of JSON, taken for nothing more.

The time counted is that in which nothing came, not that which the caller spends on the passages. A process that
dies, hangs or uses too much leaves what it had read, and a part that is not read.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, BinaryIO

from opencwc.errors import InputError
from opencwc.files.passages import Item, Limits, Passage, Refusal, Unread
from opencwc.finding import Message

_LINES_AHEAD = 1_000
_LONGEST_PLACE = 2_000
_FLAGS = ("-E", "-P", "-B", "-X", "utf8", "-m", "opencwc.files.reader_process")
_OTHER_FILE = "Save it again, or send it as PDF or CSV."


class Apart:
    """A document that another process reads."""

    def __init__(self, file: BinaryIO, name: str, limits: Limits, *, ocr: bool) -> None:
        self.notes: list[Message] = []
        self._name, self._limits = name, limits
        self._left = limits.seconds
        self._longest = 12 * limits.passage_characters + 20_000
        self._problem = ""
        self._closed = False
        self._ended = False
        self._ocr_pages = 0
        self._last = ""
        wish = {"name": name[-300:], "ocr": ocr, "limits": asdict(limits)}
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, *_FLAGS, json.dumps(wish)],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
        self._lines: queue.Queue[bytes] = queue.Queue(_LINES_AHEAD)
        threading.Thread(target=self._listen, daemon=True).start()
        self.kind = self._first()

    def items(self) -> Iterator[Item]:
        """Yield what the process reads, to its end or to where it broke off."""
        try:
            while not (self._ended or self._closed) and (line := self._next()) is not None:
                item = self._item(line)
                if item is not None:
                    self._last = item.place
                    yield item
            if not self._ended and not self._closed:
                self._ended = True
                yield Unread(self._last, self._why())
        finally:
            self.close()

    def close(self) -> None:
        """End the process and all it has started."""
        self._closed = True
        if self._process.poll() is None:
            _kill(self._process)
        while True:  # the listener may be waiting for room
            try:
                self._lines.get_nowait()
            except queue.Empty:
                break
        with contextlib.suppress(queue.Full):  # and a reader for a line
            self._lines.put_nowait(b"")
        self._process.wait()

    # ----------------------------------------------------------------------------------------------- what is said

    def _first(self) -> str:
        try:
            while (line := self._next()) is not None:
                if line[:1] == ["open"] and len(line) == 2 and isinstance(line[1], str):
                    return line[1][:20]
                if line[:1] == ["refused"] and len(line) == 4:
                    raise Refusal(_message(line[1], line[2]), str(line[3])[:500]).as_error(self._name)
                self._item(line)
            raise Refusal(self._why(), _OTHER_FILE).as_error(self._name)
        except InputError:
            self.close()
            raise

    def _item(self, line: list[Any]) -> Item | None:
        """Return what a line says; one of a shape that was not agreed on ends the reading."""
        match line:
            case ["p", str(place), str(text)] if len(text) <= self._limits.passage_characters:
                return Passage(place[:_LONGEST_PLACE], text)
            case ["u", str(place), str(id_), dict(values)]:
                return Unread(place[:_LONGEST_PLACE], _message(id_, values))
            case ["n", str(id_), dict(values)]:
                note = _message(id_, values)
                if note not in self.notes and len(self.notes) < 100:
                    self.notes.append(note)
            case ["ocr"]:
                self._ocr_pages += 1
                if self._ocr_pages <= self._limits.ocr_pages:
                    self._left += 1.5 * self._limits.ocr_page_seconds
            case ["end"]:
                self._ended = True
            case _:
                self._problem = "reading_broke_off"
                _kill(self._process)
        return None

    def _next(self) -> list[Any] | None:
        """Return the next line, ``None`` where the process has nothing more to say or its time is over."""
        began = time.monotonic()
        try:
            raw = self._lines.get(timeout=max(0.0, self._left)) if self._left > 0 else self._lines.get_nowait()
        except queue.Empty:
            self._problem = "reading_too_long"
            _kill(self._process)
            return None
        self._left -= time.monotonic() - began
        if not raw:
            return None
        try:
            line = json.loads(raw)
        except (ValueError, RecursionError):
            line = None
        return line if isinstance(line, list) else ["?"]

    def _why(self) -> Message:
        status = self._process.wait()
        too_long = Message("reading_too_long", {"seconds": round(self._limits.seconds)})
        if self._problem == "reading_too_long" or status == -24:  # SIGXCPU
            return too_long
        return Message("reading_broke_off")

    def _listen(self) -> None:
        out = self._process.stdout
        if out is None:
            return
        with out:
            while True:
                line = out.readline(self._longest)
                if not line or not line.endswith(b"\n") or self._closed:
                    break
                self._put(line)
        self._put(b"")
        if self._process.poll() is None and not self._closed:
            _kill(self._process)  # it closed its end, or said a line without end

    def _put(self, line: bytes) -> None:
        while not self._closed:
            try:
                self._lines.put(line, timeout=0.5)
            except queue.Full:
                continue
            return


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the process and the pages it has given to Tesseract."""
    with contextlib.suppress(ProcessLookupError, PermissionError, OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, 9)
        else:
            process.kill()


def _message(id_: object, values: object) -> Message:
    """Return a message of this room; values are texts and numbers only."""
    said = str(id_)
    if not said.startswith(("reading_", "note_")):
        return Message("reading_broke_off")
    kept = values if isinstance(values, dict) else {}
    return Message(
        said[:60],
        {
            str(key)[:40]: value if isinstance(value, int) else str(value)[:500]
            for key, value in list(kept.items())[:10]
        },
    )


def _environment() -> dict[str, str]:
    kept = ("PATH", "TESSDATA_PREFIX", "LD_LIBRARY_PATH", "SYSTEMROOT")
    return {**{name: os.environ[name] for name in kept if name in os.environ}, "LC_ALL": "C.UTF-8"}
