"""The command line: one file a command. A single value is answered before the command framework is even loaded."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its status: 0, 1 (something is listed or for review) or 2 (could not run)."""
    words = sys.argv[1:]
    if len(words) == 2 and words[0] == "screen" and not words[1].startswith("-"):
        from opencwc.cli.value import answer_value, is_value

        if is_value(words[1]):
            sys.exit(answer_value(words[1]))
    from opencwc.cli.app import app

    app()
