"""The pictures of the documentation are those that the command takes of the demonstration, and it can take them now."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from docs_build.pictures import IMAGES, SHOTS, take

PAGES = (
    IMAGES.parents[1] / "README.md",
    IMAGES.parent / "tutorial" / "a-day-with-the-page.md",
    IMAGES.parent / "how-to" / "use-the-page.md",
)


def test_the_pages_show_every_picture_that_is_taken_and_no_other() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    pictures = re.findall(r"!\[[^\]]+\]\((?:\.\.|docs)/images/([\w-]+)\.png\)", text)
    assert sorted(pictures) == sorted(shot.name for shot in SHOTS)
    assert sorted(file.stem for file in IMAGES.glob("page-*.png")) == sorted(pictures)


def test_the_command_takes_them_of_the_demonstration(made_year: Path, tmp_path: Path) -> None:
    take(tmp_path, shutil.copytree(made_year, tmp_path / "year"))
    for shot in SHOTS:
        taken = (tmp_path / f"{shot.name}.png").read_bytes()
        assert taken.startswith(b"\x89PNG")
        width = int.from_bytes(taken[16:20], "big")
        assert width == shot.width
        assert len(taken) > 10_000, f"{shot.name} shows next to nothing"
