"""Run what a page shows and compare it with what the page says: ``python -m docs_build.console [--write] [PAGE ...]``.

A page is run from top to bottom in an empty folder that holds a copy of ``examples/``. A block with a title is a file,
which is written first; a ``console`` block holds commands (``$ ...``) and their output; ``pycon`` blocks are doctests.
A line of three dots stands for any lines, and dots at the end of a line for the rest of it. Today's date is shown as
``DAY``, and what no two runs share (the hour, a fingerprint, an id, who runs it) as `_STEADY` says. With ``--write``
the outputs are put into the page, so that a person reads the difference and commits it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import unified_diff
from pathlib import Path

from docs_build.command_server import programs
from opencwc.finding import Message
from opencwc.wording import LANGUAGES, day_said, say

ROOT = Path(__file__).resolve().parents[1]
DAY = "2026-11-24"
HOME = "/home/you/opencwc"
PAGES = ("README.md", "docs/**/*.md")
NOT_RUN = ("docs/benchmarks/", "docs/how-to/screen-on-a-cluster.md")


@dataclass
class Command:
    """One command of a console block and the output that the page shows for it."""

    text: str
    shown: list[str] = field(default_factory=list)

    @property
    def runs(self) -> str:
        """What the shell gets: ``make demo`` without its installation, any other ``make`` not at all."""
        if self.text == "make demo":
            return "sed 's#[.]venv/bin/##g' scripts/demo.sh | sh -s"
        return "true" if self.text.startswith("make ") else self.text


@dataclass
class Block:
    """A fenced block: its language, its title, its lines, and where they stand (line numbers from 0)."""

    language: str
    title: str
    lines: list[str]
    start: int
    indent: str

    @property
    def commands(self) -> list[Command]:
        """The commands of a console block."""
        found: list[Command] = []
        for line in self.lines:
            if line.startswith("$ "):
                found.append(Command(line[2:]))
            elif line.startswith("> ") and found and found[-1].text.endswith("\\"):
                found[-1].text += "\n" + line[2:]
            elif found:
                found[-1].shown.append(line.rstrip())
        return found


def pages() -> list[Path]:
    """Return the pages that hold something to run."""
    found = [path for pattern in PAGES for path in sorted(ROOT.glob(pattern))]
    kept = [path for path in found if not str(path.relative_to(ROOT)).startswith(NOT_RUN)]
    return [path for path in kept if any(block.language in ("console", "pycon") for block in blocks(path.read_text()))]


def blocks(text: str) -> list[Block]:
    """Cut the fenced blocks out of a page."""
    found: list[Block] = []
    open_block: Block | None = None
    for number, line in enumerate(text.split("\n")):
        fence = re.match(r"( *)```(\w*)(.*)$", line)
        if open_block is None and fence and fence[2]:
            title = re.search(r'title="([^"]+)"', fence[3])
            open_block = Block(fence[2], title[1] if title else "", [], number + 1, fence[1])
        elif open_block is not None and line.strip() == "```":
            found.append(open_block)
            open_block = None
        elif open_block is not None:
            open_block.lines.append(line.removeprefix(open_block.indent))
    return found


def differences(page: Path) -> list[str]:
    """Run a page and say where it shows something else than what happens."""
    found = []
    text = page.read_text(encoding="utf-8")
    for block, outputs in run(text):
        if block.language == "pycon":
            found += [f"{page.name}, line {block.start}:", *outputs[0]] if outputs[0] else []
            continue
        for command, output in zip(block.commands, outputs, strict=True):
            if not command.text.startswith("make test") and not is_shown(_trimmed(command.shown), output):
                found.append(f"{page.name}, line {block.start}: $ {command.text}")
                shown = _trimmed(command.shown)
                found += unified_diff(shown, _dotted(shown, output), "the page says", "it gives", lineterm="", n=1)
    return found


def rewritten(page: Path) -> str:
    """Return the page with the outputs that its commands give now; what dots already stand for stays as it is."""
    lines = page.read_text(encoding="utf-8").split("\n")
    for block, outputs in reversed(list(run("\n".join(lines)))):
        if block.language == "pycon":
            continue
        written: list[str] = []
        for number, (command, output) in enumerate(zip(block.commands, outputs, strict=True), 1):
            first, *more = command.text.split("\n")
            shown = _trimmed(command.shown)
            written += [f"$ {first}", *(f"> {line}" for line in more)]
            written += shown if shown and is_shown(shown, output) else _dotted(shown, output)
            if output and number < len(outputs):
                written.append("")
        lines[block.start : block.start + len(block.lines)] = [(block.indent + line).rstrip() for line in written]
    return "\n".join(lines)


def is_shown(shown: list[str], output: list[str]) -> bool:
    """Tell whether a page shows an output, on any day: a day that a page names may be today's."""
    return fits(steady("\n".join(shown)).split("\n") if shown else [], output) or fits(shown, output)


def fits(shown: list[str], output: list[str]) -> bool:
    """Tell whether an output is the one shown, where three dots stand for anything."""
    if not shown:
        return not output
    if shown[0] == "...":
        return any(fits(shown[1:], output[skip:]) for skip in range(len(output) + 1))
    if not output:
        return False
    same = output[0].startswith(shown[0][:-4]) if shown[0].endswith(" ...") else shown[0] == output[0]
    return same and fits(shown[1:], output[1:])


def run(text: str) -> list[tuple[Block, list[list[str]]]]:
    """Run every block of a page in one fresh folder, and return the outputs of each."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        shutil.copytree(ROOT / "examples", folder / "examples")
        shutil.copytree(ROOT / "scripts", folder / "scripts")
        done: list[tuple[Block, list[list[str]]]] = []
        session: list[str] = []
        for block in blocks(text):
            if block.title:
                file = folder / block.title.removeprefix("~/")
                session.append(_writing(file, block.lines))
            elif block.language == "console":
                session += [_marked(command.runs) for command in block.commands]
                done.append((block, [[] for _ in block.commands]))
            elif block.language == "pycon":
                session.append(_marked(_doctest(folder, block)))
                done.append((block, [[]]))
        outputs = _shell("\n".join(session), folder)
        for block, slots in done:
            asked = [command.text for command in block.commands] if block.language == "console" else [""]
            for slot, command in zip(slots, asked, strict=True):
                slot.extend(_trimmed([line.rstrip() for line in steady(outputs.pop(0), command).split("\n")]))
        return done


def _shell(session: str, folder: Path) -> list[str]:
    tools = str(Path(sys.executable).parent)
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("OPENCWC_", "LC_", "XDG_"))}
    environment = {
        **kept,
        "PATH": os.pathsep.join([str(programs()), tools, os.environ.get("PATH", "")]),
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "OPENCWC_CACHE": os.environ.get("OPENCWC_CACHE") or str(Path.home() / ".cache" / "opencwc"),
    }
    ran = subprocess.run(  # noqa: S603 - the commands are those of our own pages
        [shutil.which("bash") or "bash", "-c", f"exec 2>&1\n{session}"],
        cwd=folder, env=environment, capture_output=True, timeout=600, check=False,
    )  # fmt: skip
    return ran.stdout.decode("utf-8", "replace").replace(str(folder), HOME).split(_MARK)[:-1]


def _in_words(day: date) -> list[str]:
    """Return a day as each language says it: in French the first of a month is ``1er``."""
    month = say(f"label_month_{day.month}")
    english = say(Message("label_day", {"day": day.day, "month": month, "year": day.year}))
    return [english, *(day_said(day, lang) for lang in LANGUAGES if lang != "en")]


def steady(said: str, command: str = "") -> str:
    """Return an output with what changes from run to run shown as one and the same; a day that is asked for stays."""
    for later in (timedelta(), timedelta(days=30)):
        day, shown_day = date.today() + later, date.fromisoformat(DAY) + later
        if day.isoformat() not in command:
            said = said.replace(day.isoformat(), shown_day.isoformat())
    for today, shown in zip(_in_words(date.today()), _in_words(date.fromisoformat(DAY)), strict=True):
        for space in (" ", "\u00a0"):  # what belongs together is held together
            held, held_shown = (day.replace("\u00a0", " ").replace(" ", space) for day in (today, shown))
            said = said if date.today().isoformat() in command else said.replace(held, held_shown)
    for changing, shown in _STEADY:
        said = changing.sub(shown, said)
    return said


def _marked(command: str) -> str:
    """End the output of a command with a mark, and hand its status on to the next one (for ``echo $?``)."""
    return f"{command}\n_status=$?; printf '%s' '{_MARK}'; (exit $_status)"


def _writing(file: Path, lines: list[str]) -> str:
    body = "\n".join(lines)
    return f"_status=$?; mkdir -p '{file.parent}'; cat > '{file}' <<'END_OF_FILE'\n{body}\nEND_OF_FILE\n(exit $_status)"


def _doctest(folder: Path, block: Block) -> str:
    file = folder / f".block-{block.start}.txt"
    return f"{_writing(file, block.lines)}\ndoctest -o ELLIPSIS -o NORMALIZE_WHITESPACE '{file}'"


def _trimmed(lines: list[str]) -> list[str]:
    text = "\n".join(lines).strip("\n")
    return text.split("\n") if text else []


def _dotted(shown: list[str], output: list[str]) -> list[str]:
    """Shorten an output as the page shortens the one it shows: as many lines before and after the dots as there."""
    lines = [_shortened(line, shown) for line in output]
    if "..." not in shown:
        return lines
    before, after = shown.index("..."), shown[::-1].index("...")
    return [*lines[:before], "...", *lines[max(before, len(lines) - after) :]]


def _shortened(line: str, shown: list[str]) -> str:
    same = next((one for one in shown if one.endswith(" ...") and line.startswith(one[:-4])), None)
    if same:
        return same
    return line if len(line) <= _LONGEST else line[: line.rindex(" ", 0, _SHORT)] + " ..."


def _main(words: list[str]) -> int:
    chosen = [Path(word).resolve() for word in words if not word.startswith("-")] or pages()
    status = 0
    for page in chosen:
        if "--write" in words:
            page.write_text(rewritten(page), encoding="utf-8")
        elif found := differences(page):
            status = 1
            sys.stdout.write("\n".join(found) + "\n")
    return status


_MARK = "\x1e"
_STEADY = (
    (re.compile(rf"\b{DAY}([T ])\d\d:\d\d:\d\d(?:\.\d+)?"), rf"{DAY}\g<1>09:30:00"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "FINGERPRINT"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "CASEBOOK-ID"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "0123456789abcdef"),
    (re.compile(r"\bage1[0-9a-z]{58}\b"), "age1RECIPIENT"),
    (re.compile(r"\bocwc_[\w-]{43}"), "ocwc_TOKEN"),
    (re.compile(r"\bos:[\w.-]+"), "os:you"),
)
"""What no two runs share, and how the pages show it: the hour, fingerprints, ids, recipients, tokens, who runs it."""
_LONGEST = 300
_SHORT = 100

if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
