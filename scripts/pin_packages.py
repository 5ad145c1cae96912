"""Write constraints.txt anew: every package that `make` installs, in one version, with the hashes of its files.

    python scripts/pin_packages.py                  after a change of what pyproject.toml asks for
    python scripts/pin_packages.py --upgrade NAME   move one package up (may be given again); "all" moves every one

It asks the package index that pip and uv are set to use; no address is written. uv finds the versions, for every Python
and system that OpenCWC runs on. What OpenCWC needs to run stands first: the bill of materials in the wheel names it.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PINS = ROOT / "constraints.txt"
LEAST_PYTHON = "3.11.5"
"""The first Python for which every package of the list exists."""
HEAD = "# What `make` installs: names, versions and hashes, no addresses. Made by scripts/pin_packages.py.\n"
BESIDES = "# What its extras, its build, its tests and its pages need besides.\n"
TO_RUN = "# What OpenCWC needs to run.\n"
_PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==.*?(?:\n(?=\S)|\Z)", re.MULTILINE | re.DOTALL)


def main() -> None:
    """Write the file."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--upgrade", action="append", default=[], metavar="NAME")
    upgrade = options.parse_args().upgrade
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    with tempfile.TemporaryDirectory() as place:
        build = Path(place) / "build.in"
        build.write_text("\n".join([*project["build-system"]["requires"], "editables"]))
        moves = ["--upgrade"] if "all" in upgrade else [f"--upgrade-package={name}" for name in upgrade]
        pins = pinned(Path(place) / "all.txt", [str(build), "--all-extras", *moves])
        to_run = pinned(Path(place) / "run.txt", ["--constraint", str(Path(place) / "all.txt")])
    run = "".join(pins[name] for name in pins if name in to_run)
    rest = "".join(pins[name] for name in pins if name not in to_run)
    PINS.write_text(f"{HEAD}{TO_RUN}{run}{BESIDES}{rest}")


def pinned(target: Path, arguments: list[str]) -> dict[str, str]:
    """Return the lines of each package that uv pins, by its name; what is pinned already stays where it can."""
    if PINS.exists():
        shutil.copyfile(PINS, target)
    command = [
        *(sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--universal", "--generate-hashes"),
        *("--no-annotate", "--no-header", "--no-emit-index-url", f"--python-version={LEAST_PYTHON}", "--quiet"),
        *("--output-file", str(target), *arguments),
    ]
    subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 - our own interpreter and file names
    return {found[1]: found[0].rstrip("\n") + "\n" for found in _PINNED.finditer(target.read_text())}


if __name__ == "__main__":
    main()
