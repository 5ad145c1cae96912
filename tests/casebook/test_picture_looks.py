"""Earlier uses of a picture among originals: found by look, told to who may read the case, erased with it."""

from __future__ import annotations

import io

import pytest
from benchmarks.drawn_pictures import saved, scene
from sqlalchemy import select

from opencwc.casebook import picture_looks, tables
from opencwc.casebook.cases import change_case, open_case
from opencwc.casebook.custody_steps import receive
from opencwc.casebook.database import Casebook
from opencwc.casebook.erasure import erase_case
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.picture_looks import KeptUse, kept_uses
from opencwc.casebook.requests import answer, ask
from opencwc.custody.pictures import PictureFacts, examine

from .conftest import person

RITA, RUTH, ANNA, ADAM = (
    person("rita"),
    person("ruth"),
    person("anna", Role.ANALYST),
    person("adam", Role.ADMINISTRATOR),
)
SCENE = scene(3)
ORIGINAL, AGAIN, OTHER = saved(SCENE, quality=90), saved(SCENE, quality=40), saved(scene(8), quality=90)


@pytest.fixture
def asked() -> PictureFacts:
    return examine(AGAIN, "again.jpg")


def keep(book: Casebook, case: str, content: bytes, name: str, taken: str = "", mark: Mark = Mark.UNCLASSIFIED) -> str:
    return receive(book, RITA, case, io.BytesIO(content), name, taken=taken, mark=mark).source_id


def looks(book: Casebook) -> set[str]:
    with book.reading() as connection:
        return set(connection.execute(select(tables.picture_look.c.source_id)).scalars())


def told(uses: tuple[KeptUse, ...]) -> list[tuple[str, str, str]]:
    return [(use.how, use.case, use.name) for use in uses]


def test_a_picture_saved_again_is_found_the_first_seen_first(book: Casebook, asked: PictureFacts) -> None:
    open_case(book, RITA, "drums")
    open_case(book, RITA, "river")
    keep(book, "drums", ORIGINAL, "a.jpg", "2026-03-04T05:30:00Z")
    keep(book, "drums", ORIGINAL, "twice.jpg")
    keep(book, "river", ORIGINAL, "b.jpg", "2019-03-04T05:30:00Z")
    keep(book, "river", OTHER, "c.jpg")
    keep(book, "river", b"no picture", "d.png")
    keep(book, "river", b"<p>a page</p>", "e.html")
    found = kept_uses(book, ANNA, asked)
    assert told(found.uses) == [("same", "river", "b.jpg"), ("same", "drums", "a.jpg")]
    assert (found.pictures, found.waiting) == (2, 0)
    assert len(looks(book)) == 3  # of what is no picture too, so that it is not read again
    assert told(kept_uses(book, ANNA, examine(ORIGINAL, "x.jpg")).uses)[0] == ("file", "river", "b.jpg")


def test_who_may_not_read_is_told_of_no_use(book: Casebook, asked: PictureFacts) -> None:
    open_case(book, RITA, "drums")
    keep(book, "drums", ORIGINAL, "a.jpg", mark=Mark.PROTECTED)
    low = person("low", Role.ANALYST, Mark.UNCLASSIFIED)
    for one in (ADAM, low):
        assert kept_uses(book, one, asked) == ((), 0, 0)
    assert kept_uses(book, RUTH, asked).uses


def test_only_so_many_looks_are_made_for_one_question(
    book: Casebook, asked: PictureFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_looks, "MOST_AT_ONCE", 1)
    open_case(book, RITA, "drums")
    keep(book, "drums", OTHER, "other.jpg")
    keep(book, "drums", ORIGINAL, "a.jpg")
    first, second = kept_uses(book, ANNA, asked), kept_uses(book, ANNA, asked)
    assert (first.uses, first.pictures, first.waiting) == ((), 1, 1)
    assert (told(second.uses), second.pictures, second.waiting) == ([("same", "drums", "a.jpg")], 2, 0)


def test_a_look_is_erased_with_its_picture(book: Casebook, asked: PictureFacts) -> None:
    open_case(book, RITA, "drums")
    open_case(book, RITA, "river")
    gone, stays = keep(book, "drums", ORIGINAL, "a.jpg"), keep(book, "river", OTHER, "b.jpg")
    kept_uses(book, ANNA, asked)
    assert looks(book) == {gone, stays}
    change_case(book, RITA, "drums", status="closed")
    request = ask(book, RITA, "erase", "drums", {"reason": "asked for", "ground": "a law"}).seq
    answer(book, RUTH, request, approve=True)
    erase_case(book, RITA, request)
    assert looks(book) == {stays}
    assert kept_uses(book, ANNA, asked) == ((), 1, 0)
