"""A hidden part can be shown to belong and not be guessed; nothing that goes with the text tells of what is hidden."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attacks import tried
from opencwc.custody import masks
from opencwc.custody.hidden_names import spans_by_rule, spans_of_names
from opencwc.custody.masks import (
    ShownPart,
    check_part,
    mask_text,
    people_in,
    pieces_of,
    read_manifest,
    read_part,
    read_salts,
    revealed,
    shown_part,
    write_for_owner,
)
from opencwc.errors import InputError, OutputError
from opencwc.records import to_json
from opencwc.reports.model import Span

TEXT = "The resident Ana Roy, 34, saw the drums. Ana Roy told Li Wei. Roy left."
NAMES = ["Ana Roy", "Roy", "Li Wei"]


def masked() -> masks.Masked:
    return mask_text(TEXT, spans_of_names(TEXT, NAMES), TEXT.encode())


def test_marks_stand_in_place_of_the_names_and_equal_names_are_not_seen_as_equal() -> None:
    done = masked()
    assert done.text == "The resident ⟦1⟧, 34, saw the drums. ⟦2⟧ told ⟦3⟧. ⟦4⟧ left."
    assert [done.text[part.start : part.end] for part in done.manifest.parts] == ["⟦1⟧", "⟦2⟧", "⟦3⟧", "⟦4⟧"]
    assert len({part.hash for part in done.manifest.parts}) == 4


def test_the_same_person_is_marked_alike_where_that_is_asked_for() -> None:
    done = mask_text(TEXT, spans_of_names(TEXT, NAMES), person=lambda number: f"person {number}")
    assert done.text == ("The resident ⟦person 1⟧, 34, saw the drums. ⟦person 1⟧ told ⟦person 2⟧. ⟦person 1⟧ left.")
    assert len({part.hash for part in done.manifest.parts}) == 4
    assert people_in(["Ana Roy", "Pía Roy", "Roy", "Ana"]) == [1, 2, 3, 1]


def test_a_part_is_shown_to_belong_with_nothing_of_opencwc() -> None:
    done = masked()
    part, hidden = shown_part(done.salts, 3), done.manifest.parts[2]
    by_hand = sha256(bytes.fromhex(part.salt) + (3).to_bytes(8, "big") + b"Li Wei").hexdigest()
    assert (part.text, by_hand, len(bytes.fromhex(part.salt))) == ("Li Wei", hidden.hash, 32)
    assert check_part(done.manifest, part, done.text.encode()) == ()
    assert done.manifest.document == sha256(done.text.encode()).hexdigest()
    of_original = sha256(bytes.fromhex(done.salts.original_salt) + bytes(8) + TEXT.encode()).hexdigest()
    assert of_original == done.manifest.original


def test_a_part_that_does_not_belong_is_told() -> None:
    done, again = masked(), masked()
    right = shown_part(done.salts, 1)
    for wrong, fault in (
        (ShownPart(**_plain(right) | {"text": "Ana Ray"}), "custody_part_differs"),
        (ShownPart(**_plain(right) | {"number": 2}), "custody_part_differs"),
        (ShownPart(**_plain(right) | {"salt": "0" * 64}), "custody_part_differs"),
        (ShownPart(**_plain(right) | {"number": 9}), "custody_part_unknown"),
        (ShownPart(**_plain(right) | {"document": "0" * 64}), "custody_part_of_other"),
        (shown_part(again.salts, 1), "custody_part_differs"),  # the same name, hidden once more
    ):
        tried()
        assert [message.id for message in check_part(done.manifest, wrong)] == [fault]
    assert [message.id for message in check_part(done.manifest, right, b"another text")] == ["custody_text_differs"]


def _plain(part: ShownPart) -> dict[str, object]:
    return {name: getattr(part, name) for name in part.__struct_fields__}


def test_who_knows_every_name_learns_nothing_from_what_goes_with_the_text() -> None:
    """No hash of a name, of a name with its number, or of the whole original stands in the manifest."""
    done = masked()
    given = to_json(done.manifest).decode()
    assert not any(name in given for name in NAMES)
    for name in (*NAMES, TEXT):
        for number in range(6):
            for data in (name.encode(), number.to_bytes(8, "big") + name.encode(), bytes(32) + name.encode()):
                tried()
                assert sha256(data).hexdigest() not in given


def test_two_maskings_of_a_text_have_no_hash_in_common() -> None:
    one, other = masked(), masked()
    assert one.text == other.text
    assert not {part.hash for part in one.manifest.parts} & {part.hash for part in other.manifest.parts}
    assert one.manifest.original != other.manifest.original


def test_one_part_shows_nothing_of_the_others() -> None:
    done = masked()
    shown = to_json(shown_part(done.salts, 3)).decode()
    assert "Roy" not in shown
    assert not any(secret.salt in shown for secret in done.salts.parts if secret.number != 3)


def test_the_mark_does_not_tell_how_long_a_name_is() -> None:
    text = "Bo met Maximiliana Featherstonehaugh."
    done = mask_text(text, spans_of_names(text, ["Bo", "Maximiliana Featherstonehaugh"]))
    assert done.text == "⟦1⟧ met ⟦2⟧."


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8))
def test_what_was_hidden_can_be_put_back_wherever_it_stood(text: str, places: list[tuple[int, int]]) -> None:
    spans = [Span(min(pair), max(pair)) for pair in places if min(pair) < max(pair) <= len(text)]
    done = mask_text(text, spans)
    assert revealed(done.text, done.manifest, done.salts) == text
    for part in done.manifest.parts:
        assert check_part(done.manifest, shown_part(done.salts, part.number)) == ()


def test_salts_of_another_text_show_nothing() -> None:
    done, other = masked(), mask_text("Ana Roy left.", [Span(0, 7)])
    for text, manifest, salts in (
        (done.text, done.manifest, other.salts), (other.text, done.manifest, done.salts),
        (done.text, other.manifest, done.salts), (done.text, done.manifest, masked().salts),
    ):  # fmt: skip
        tried()
        with pytest.raises(InputError, match="do not belong together"):
            revealed(text, manifest, salts)


def test_what_stays_with_the_owner_is_for_the_owner_and_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "a.salts.json"
    write_for_owner(file, masked().salts)
    assert file.stat().st_mode & 0o777 == 0o600
    before = file.read_bytes()
    with pytest.raises(OutputError):
        write_for_owner(file, masked().salts)
    assert file.read_bytes() == before and read_salts(file).parts[0].text == "Ana Roy"


@pytest.mark.parametrize(
    "written",
    [
        b"", b"[]", b"{}", b"7", b"\xff", b"[" * 100_000,
        b'{"format":"opencwc-masks-1","document":"x","original":"","parts":[]}',
        b'{"format":"another","document":"' + b"0" * 64 + b'","original":"","parts":[]}',
    ],
)  # fmt: skip
def test_a_file_that_tells_of_no_masks_is_refused(written: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(written)
    for read in (read_manifest, read_salts, read_part):
        with pytest.raises(InputError):
            read(tmp_path / "a.json")
    with pytest.raises(InputError):
        read_manifest(tmp_path / "not there.json")


@pytest.mark.parametrize(
    "change",
    [{"number": -1}, {"number": 10**30}, {"salt": "zz"}, {"salt": ""}, {"number": "1"}, {"text": 7}],
)
def test_a_part_with_values_that_cannot_be_is_refused(change: dict[str, object], tmp_path: Path) -> None:
    plain = json.loads(to_json(shown_part(masked().salts, 1))) | change
    (tmp_path / "part.json").write_text(json.dumps(plain))
    with pytest.raises(InputError):
        read_part(tmp_path / "part.json")


def test_masks_that_overlap_or_stand_twice_are_refused(tmp_path: Path) -> None:
    plain = json.loads(to_json(masked().manifest))
    for change in ({"start": 90}, {"number": 1}, {"hash": "0"}, {"start": -5}):
        parts = [dict(part) for part in plain["parts"]]
        parts[1] |= change
        (tmp_path / "a.json").write_text(json.dumps(plain | {"parts": parts}))
        with pytest.raises(InputError):
            read_manifest(tmp_path / "a.json")


def test_what_is_too_much_or_outside_the_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="not in the text"):
        mask_text("short", [Span(2, 99)])
    monkeypatch.setattr(masks, "MOST_PARTS", 2)
    with pytest.raises(InputError, match="more than"):
        mask_text("a b c d e", [Span(0, 1), Span(3, 3 + 1), Span(6, 7), Span(8, 9)])
    with pytest.raises(InputError, match="more than"):
        spans_of_names("x", ["a"] * 10_001)
    with pytest.raises(InputError):
        shown_part(masked().salts, 99)


@pytest.mark.parametrize(
    ("text", "names", "hidden"),
    [
        ("Said MUÑOZ.", ["Munoz"], ["MUÑOZ"]),
        ("Said An\u0303a Ro\u200by.", ["Aña Roy"], ["An\u0303a Ro\u200by"]),
        ("Al-Masri, al Masri and O'Neil.", ["Al Masri", "O’Neil"], ["Al-Masri", "al Masri", "O'Neil"]),
        ("قال والمصري إن أَحمد خرج.", ["المصري", "احمد"], ["والمصري", "أَحمد"]),
        ("Иванова видела Ивановым, не Иволгу.", ["Иванов"], ["Иванова", "Ивановым"]),
        ("证人王小明说，王小红没来。", ["王小明"], ["王小明"]),
        ("證人張偉說。", ["张伟"], ["張偉"]),
        ("Roya and Aroy are others.", ["Roy"], []),
        ("Ana\nRoy, and Ana — Roy", ["Ana Roy"], ["Ana\nRoy", "Ana — Roy"]),
        ("Mr Roy", [" ", ""], []),
    ],
)
def test_a_name_is_found_however_it_is_written(text: str, names: list[str], hidden: list[str]) -> None:
    assert [text[start:end] for start, end in spans_of_names(text, names)] == hidden


@pytest.mark.parametrize(
    ("lang", "text", "names"),
    [
        (
            "en",
            "The inspectors Ana Roy, Li Wei and Pía Mora left. Dr Samuel Okoro stayed. Minister Karl Braun spoke.",
            ["Ana Roy", "Li Wei", "Pía Mora", "Samuel Okoro"],
        ),
        ("en", "Tom Hale (34), Bea Lind (9) and Omar Diab, residents, fled.", ["Tom Hale", "Bea Lind", "Omar Diab"]),
        (
            "fr",
            "Les témoins Awa Diop, Marc Lenoir et Jeanne Petit ont vu l'inspectrice Nadia Benali à Lyon.",
            ["Awa Diop", "Marc Lenoir", "Jeanne Petit", "Nadia Benali"],
        ),
        (
            "es",
            "La doctora Elena Ruiz y el enfermero Pablo Sanz atendieron a las víctimas Rosa Díaz e Iván Mena.",
            ["Elena Ruiz", "Pablo Sanz", "Rosa Díaz", "Iván Mena"],
        ),
        (
            "ru",
            "Инспекторы Иван Петров, Анна Смирнова и Олег Кузнецов прибыли в Казань; акт подписал врач Егор Белов.",
            ["Иван Петров", "Анна Смирнова", "Олег Кузнецов", "Егор Белов"],
        ),
        (
            "ar",
            "وصل المفتشون أحمد سعيد وخالد يوسف، وعالجت الطبيبة مريم حسن المصابين عمر سالم وكريم جمال.",
            ["أحمد سعيد", "خالد يوسف", "مريم حسن", "عمر سالم", "كريم جمال"],
        ),
        (
            "zh",
            "检查员王小明、李娜和张伟，到达工厂。死者是约翰·史密斯、玛丽·布朗。",
            ["王小明", "李娜", "张伟", "约翰·史密斯", "玛丽·布朗"],
        ),
    ],
)
def test_a_rule_finds_staff_and_every_name_of_a_list(lang: str, text: str, names: list[str]) -> None:
    assert [text[start:end] for start, end in spans_by_rule(text, lang)] == names


def test_a_rule_finds_the_names_of_private_people_and_leaves_others() -> None:
    text = "The resident Ana Roy, 34, saw it. Minister John Smith said the plant is safe."
    assert [text[start:end] for start, end in spans_by_rule(text, "en")] == ["Ana Roy"]
    assert spans_by_rule(text) == spans_by_rule(text, "en")


def test_a_long_text_and_a_long_list_take_seconds_and_not_hours() -> None:
    names = [f"Name{number} Family{number}" for number in range(10_000)]
    text = " ".join(f"word Name{number % 20_000} Family{number % 20_000}." for number in range(40_000))
    assert len(spans_of_names(text, names)) == 20_000


def test_pieces_tell_where_they_stand_in_the_text_that_was_masked() -> None:
    text = "Ana Ruiz saw 漏れ; Ana Ruiz fled."
    masked = mask_text(text, [Span(0, 8), Span(17, 25)])
    pieces = list(pieces_of(masked))
    assert "".join(piece.text for piece in pieces) == masked.text
    assert all(text[piece.start : piece.start + len(piece.text)] == piece.text for piece in pieces if not piece.is_mark)
    assert [piece.start for piece in pieces if piece.is_mark] == [0, 17]
