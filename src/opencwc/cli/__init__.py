"""The command line: one file a command. A single value is answered before the command framework is even loaded."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType

from opencwc.errors import OpenCWCError


def main() -> None:
    """Run the command line and exit with its status: 0, 1 (something is listed or for review) or 2 (could not run)."""
    signal.signal(signal.SIGTERM, _stop)
    words = sys.argv[1:]
    try:
        if len(words) == 2 and words[0] == "screen" and not words[1].startswith("-"):
            _answer_at_once(words[1])
        run = _loaded(words)
        run()
    except OpenCWCError as error:  # which its command could not tell: the catalogs of its words are not built
        sys.stderr.write(f"Error: {error}\n")
        sys.exit(2)
    except Exception:  # a fault of ours must not look like an answer: 1 would mean that something is listed
        import traceback

        traceback.print_exc()
        sys.exit(2)


def _loaded(words: list[str]) -> Callable[[], object]:
    """Load the command that is asked for; what is loaded stays to the end, and is never looked at as garbage."""
    gc.disable()
    from opencwc.cli.app import application

    run = application(words)
    gc.freeze()
    gc.enable()
    return run


def _stop(number: int, frame: FrameType | None) -> None:
    """Leave in order when asked to terminate: no half-written file stays behind, no process goes on."""
    sys.exit(128 + number)


def _answer_at_once(text: str) -> None:
    """Answer a single value and exit; return where the argument is a file, which the full command reads.

    Half of the time goes into loading: RDKit's libraries are read while Python loads our modules, and nothing is
    collected as garbage in a process that lives a tenth of a second.
    """
    gc.disable()
    from opencwc.chemistry.rdkit_preload import preload_rdkit

    preload_rdkit()
    from opencwc.cli.value import answer_value, is_value

    if is_value(text):
        try:
            status = answer_value(text)
            sys.stdout.flush()
        except BrokenPipeError:  # nobody reads on: nothing is left to say, not even at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = 2
        sys.exit(status)
    gc.enable()
