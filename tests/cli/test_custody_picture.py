"""`opencwc custody picture`: what is printed and written, in six languages, and with which exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.drawn_pictures import patched, saved, scene

from custody.pictures.signing import signed, signing
from opencwc.custody.pictures.formats import COLUMNS
from opencwc.wording import LANGUAGES

from .conftest import Ran

Run = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "seen").mkdir()
    (tmp_path / "seen" / "old.jpg").write_bytes(saved(scene(1), quality=92))
    (tmp_path / "seen" / "pictures.csv").write_text("file,published,source\nold.jpg,2019-03-02,Example Daily\n")
    (tmp_path / "new.jpg").write_bytes(saved(patched(scene(1)), quality=75))
    (tmp_path / "other.jpg").write_bytes(saved(scene(2)))
    (tmp_path / "signed.jpg").write_bytes(signed(saved(scene(4))))
    (tmp_path / "roots.pem").write_text(signing().root)
    (tmp_path / "page.svg").write_text("<svg/>")
    return tmp_path


def test_an_earlier_use_and_a_change_are_told_with_the_claimed_day(run: Run, folder: Path) -> None:
    seen = folder / "seen"
    done = run(
        *("custody", "picture", folder / "new.jpg", "--claimed-date", "2026-03-02", "--seen", seen),
        *("--against", seen / "old.jpg", "--differences", folder / "shown.png"),
    )
    assert done.status == 1
    assert "was published on 2019-03-02 by Example Daily; here it has the date 2026-03-02" in done.text
    assert "It differs from old.jpg in" in done.text
    assert (folder / "shown.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_of_which_nothing_stands_out_ends_with_0(run: Run, folder: Path) -> None:
    done = run("custody", "picture", folder / "other.jpg", "--seen", folder / "seen")
    assert done.status == 0 and "To check" not in done.text
    assert "this proves nothing" in done.text


def test_a_signer_is_known_by_the_list_that_is_given(run: Run, folder: Path) -> None:
    assert run("custody", "picture", folder / "signed.jpg").status == 1
    done = run("custody", "picture", folder / "signed.jpg", "--trust", folder / "roots.pem")
    assert done.status == 0 and "it is as Camera 7, Example Press signed it" in done.text


def test_csv_and_json_lines_say_the_same(run: Run, folder: Path) -> None:
    files = [folder / name for name in ("new.jpg", "signed.jpg", "page.svg")]
    done = run("custody", "picture", *files, "--seen", folder / "seen", "--format", "csv")
    assert done.status == 1 and tuple(done.rows[0]) == COLUMNS
    plain = [
        json.loads(line)
        for line in run("custody", "picture", *files, "--seen", folder / "seen", "--format", "json").text.splitlines()
    ]
    assert [row["sha256"] for row in done.rows] == [one["sha256"] for one in plain]
    assert [(row["first_published"], row["credentials"]) for row in done.rows] == [
        ("2019-03-02", "absent"), ("", "valid"), ("", ""),
    ]  # fmt: skip
    assert plain[0]["uses"][0]["how"] == "same" and plain[2]["unread"]["id"] == "picture_unread_markup"
    assert plain[0]["remarks"][0]["text"] in done.rows[0]["look_at"]
    assert "parts" not in plain[0]["contents"]["look"]


def test_an_index_grows_and_is_asked(run: Run, folder: Path) -> None:
    index = folder / "seen.jsonl"
    added = ("--add", index, "--published", "2019-03-02", "--source", "Example Daily", "--address", "https://a.example")
    assert run("custody", "picture", folder / "seen" / "old.jpg", *added).status == 0
    done = run("custody", "picture", folder / "new.jpg", "--seen", index, "-o", folder / "answer.jsonl")
    assert done.status == 1
    use = json.loads((folder / "answer.jsonl").read_text())["uses"][0]
    assert (use["source"], use["address"], use["name"]) == ("Example Daily", "https://a.example", "old.jpg")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_says_all_of_it(run: Run, folder: Path, lang: str) -> None:
    done = run("custody", "picture", folder / "new.jpg", folder / "page.svg", "--seen", folder / "seen", "--lang", lang)
    assert done.status == 1 and "picture_" not in done.text
    assert lang == "en" or "published" not in done.text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("no.jpg",), "no.jpg"),
        (("new.jpg", "--claimed-date", "March"), "March"),
        (("new.jpg", "--seen", "nowhere"), "no folder and no index"),
        (("new.jpg", "--trust", "new.jpg"), "no PEM certificates"),
        (("new.jpg", "--differences", "a.png"), "needs two pictures: one FILE and --against"),
        (("new.jpg", "-o", "new.jpg", "--format", "csv"), "new.jpg"),
        (("new.jpg", "--against", "page.svg", "--differences", "a.png"), "could not be drawn"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_2(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(folder)
    done = run("custody", "picture", *words)
    assert done.status == 2 and says in done.err
    assert (folder / "new.jpg").read_bytes().startswith(b"\xff\xd8")
