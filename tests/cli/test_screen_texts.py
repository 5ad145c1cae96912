"""`opencwc screen` on texts: what could not be read is told, and so is what the answer rests on."""

from __future__ import annotations

import io
import json
from email.message import EmailMessage
from importlib.resources import files
from pathlib import Path

import pytest

from files.making import docx, package, pdf, picture_pdf, sheet_rows, xlsx
from opencwc.chemistry import systematic_names

from .conftest import Ran, Run

pytestmark = pytest.mark.usefixtures("name_index")
WHITE = picture_pdf(b"\xff" * 120_000, 400, 300)


@pytest.mark.parametrize(
    ("name", "data", "words", "why"),
    [
        ("scan.pdf", WHITE, ["--no-ocr"], "is only a picture"),
        ("white.pdf", WHITE, [], "no text was recognised in it"),
        ("blank.pdf", pdf([[]]), [], "no text was found in it"),
        ("blank.docx", docx(""), [], "no text was found in it"),
        ("blank.html", b"<html><body></body></html>", [], "no text was found in it"),
    ],
)
def test_a_document_in_which_nothing_was_read_is_one_row_that_could_not_be_read(
    run: Run, tmp_path: Path, name: str, data: bytes, words: list[str], why: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    done = run("screen", path, "--format", "csv", *words)
    assert [(row["verdict"], why in row["why"]) for row in done.rows] == [("unreadable", True)]
    assert done.status == 2
    assert "0 not listed, 1 could not be read" in done.err


@pytest.mark.parametrize(
    ("limit", "most", "why"), [("PASSAGES", 5, "stopped after 5"), ("CHARACTERS", 400, "after 400 characters")]
)
def test_a_document_beyond_a_limit_is_read_up_to_it_and_said_to_be_a_part(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, most: int, why: str
) -> None:
    path = tmp_path / "goods.txt"
    path.write_text("\n\n".join(f"{number} drums of sarin were sent to the warehouse today." for number in range(40)))
    monkeypatch.setenv(f"OPENCWC_DOCUMENTS_{limit}", str(most))
    done = run("screen", path, "--format", "csv")
    assert (done.rows[-1]["verdict"], why in done.rows[-1]["why"]) == ("unreadable", True)
    assert 3 < len(done.rows) < 10
    assert "Only part of the file was read." in done.err
    assert "Read completely" not in done.err


def test_a_picture_beside_a_letter_is_a_row_that_could_not_be_read(run: Run, tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = "Order", "a@example.org"
    message.set_content("5 kg sodium chloride\n")
    message.add_attachment(b"\x89PNG\r\n\x1a\nlabel", maintype="image", subtype="png", filename="label.png")
    path = tmp_path / "order.eml"
    path.write_bytes(message.as_bytes())
    done = run("screen", path, "--format", "csv", "--no-ocr")
    assert [(row["id"], row["verdict"]) for row in done.rows][-1] == ("label.png", "unreadable")


def test_a_table_that_is_attached_has_the_cell_as_its_place(run: Run, tmp_path: Path) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = "Order", "a@example.org"
    message.set_content("See the lists.\n")
    rows = [["Lot", "Product", "Qty"], ["17", "thiodiglycol", "5 kg"], ["18", "water", "1 kg"]]
    written = "\n".join(",".join(row) for row in rows) + "\n"
    message.add_attachment(written.encode(), maintype="text", subtype="csv", filename="list.csv")
    book = xlsx({"Sheet1": sheet_rows(rows)})
    message.add_attachment(book, maintype="application", subtype="octet-stream", filename="list.xlsx")
    path = tmp_path / "order.eml"
    path.write_bytes(message.as_bytes())
    done = run("screen", path, "--format", "csv", "--only", "listed", "--lists", "CWC")
    assert [row["id"] for row in done.rows] == ["list.csv > B2", "list.xlsx > Sheet1!B2"]


def test_a_name_that_was_deleted_from_a_letter_is_found_and_its_place_says_so(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(docx("<w:p><w:del><w:r><w:delText>5 kg sarin</w:delText></w:r></w:del></w:p>"))
    done = run("screen", path, "--format", "csv")
    assert [(row["id"], row["input"], row["verdict"]) for row in done.rows] == [("¶ 1 deleted", "sarin", "listed")]
    assert "Text deleted with tracked changes was read too" in done.err


def test_the_text_of_a_list_is_that_in_force_on_the_day(run: Run) -> None:
    assert "CWC (text of 1997-04-29)" in run("screen", "107-44-8", "--as-of", "2019-01-01").text
    assert "CWC (text of 2020-06-07)" in run("screen", "107-44-8", "--as-of", "2020-06-07").text


class TestWithoutSystematicNames:
    """Where OPSIN is not installed, every answer that could have needed it says so."""

    SAID = "Systematic names were not read, because OPSIN is not installed"

    @pytest.fixture(autouse=True)
    def without_java(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(systematic_names, "_java", lambda: None)  # as where it is not installed

    @pytest.fixture
    def line(self, tmp_path: Path) -> Path:
        path = tmp_path / "goods.txt"
        path.write_text("5 kg of thiodiglycol\n", encoding="utf-8")
        return path

    def test_on_the_terminal(self, run: Run, line: Path) -> None:
        assert self.SAID in run("screen", line, "--as", "text").text
        assert self.SAID in run("screen", "thiodiglycol").text

    def test_beside_a_table(self, run: Run, line: Path) -> None:
        out = line.with_name("answer.csv")
        assert self.SAID in run("screen", line, "--as", "text", "-o", out).err
        assert '"systematic_names": false' in out.with_name("answer.csv.checked.json").read_text(encoding="utf-8")

    def test_on_the_page(self, run: Run, line: Path) -> None:
        out = line.with_name("answer.html")
        run("screen", line, "--as", "text", "-o", out)
        assert self.SAID in out.read_text(encoding="utf-8")


def test_with_systematic_names_nothing_is_said_of_them(run: Run) -> None:
    assert "OPSIN is not installed" not in run("screen", "thiodiglycol").text


def test_a_pdf_that_is_asked_for_as_a_table_is_told_how_to_be_read(run: Run) -> None:
    for words in (["-"], ["-", "--as", "text", "--column", "goods"]):
        done = run("screen", *words, given=pdf([["thiodiglycol"]]))
        assert done.status == 2
        assert "add --as text, and name no column" in done.err
        assert "CSV" not in done.err
    assert "thiodiglycol" in run("screen", "-", "--as", "text", given=pdf([["thiodiglycol"]])).text


QUOTED = (
    b"From: a@example.org\nTo: b@example.org\nSubject: Re: order\nMessage-ID: <1@example.org>\n\n"
    b"Yes.\n\n> we would like to order 20 kg of phosphorus oxychlo-\n> ride and the product with CAS 111-\n> 48-8.\n"
)


def label(degrees: int) -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(str(files("opencwc.publishing") / "fonts" / "OpenCWCSans-Regular.ttf"), 40)
    picture = Image.new("L", (700, 320), 255)
    ImageDraw.Draw(picture).multiline_text((40, 40), "THIODIGLYCOL\nCAS 111-48-8\n200 kg net", fill=0, font=font)
    data = io.BytesIO()
    picture.rotate(degrees, expand=True, fillcolor=255).save(data, "PNG")
    return data.getvalue()


def listed(done: Ran) -> set[tuple[str, str]]:
    return {(row["id"], row["entry"]) for row in done.rows if row["verdict"] == "listed"}


@pytest.mark.parametrize("degrees", [0, 180, 94])
def test_a_picture_is_a_document_without_being_called_one(run: Run, tmp_path: Path, degrees: int) -> None:
    path = tmp_path / "label.png"
    path.write_bytes(label(degrees))
    assert listed(run("screen", path, "--format", "csv", "--lists", "CWC")) == {("p. 1", "2B13")}


def test_a_word_and_a_number_that_a_quoted_line_parts_are_read(run: Run, tmp_path: Path) -> None:
    for name in ("order.eml", "order.txt"):  # a message is known by its header too
        path = tmp_path / name
        path.write_bytes(QUOTED)
        assert {entry for _, entry in listed(run("screen", path, "--format", "csv", "--lists", "CWC"))} == {
            "3B05",
            "2B13",
        }


def test_a_folder_and_an_archive_are_one_run_with_a_line_for_each_file(run: Run, tmp_path: Path) -> None:
    goods = tmp_path / "goods"
    goods.mkdir()
    (goods / "order.eml").write_bytes(QUOTED)
    (goods / "letter.rtf").write_bytes(rb"{\rtf1\ansi 5 kg of thionyl chloride\par}")
    (goods / "run.exe").write_bytes(b"MZ\x90\0" + bytes(200))
    archive = tmp_path / "goods.zip"
    archive.write_bytes(package({path.name: path.read_bytes() for path in sorted(goods.iterdir())}))
    for source in (goods, archive):
        done = run("screen", source, "--format", "csv", "--lists", "CWC")
        assert {entry for _, entry in listed(done)} == {"2B13", "3B05", "3B14"}
        assert [(row["id"], row["verdict"]) for row in done.rows if row["verdict"] == "unreadable"] == [
            ("run.exe", "unreadable")
        ]
        assert "Read letter.rtf (RTF): passages: 1, parts not read: 0." in done.err
        assert "Not read: run.exe: this kind of file is not read here." in done.err


def test_what_was_read_of_each_file_stands_beside_a_written_answer(run: Run, tmp_path: Path) -> None:
    (tmp_path / "goods.zip").write_bytes(package({"a.txt": "5 kg of thiodiglycol"}))
    out = tmp_path / "answer.csv"
    run("screen", tmp_path / "goods.zip", "-o", out)
    checked = json.loads(out.with_name("answer.csv.checked.json").read_text(encoding="utf-8"))
    assert checked["notes"] == ["Read a.txt (TXT): passages: 1, parts not read: 0."]


@pytest.mark.parametrize("name", ["goods.xlsx", "goods.csv", "goods.txt"])
def test_a_file_of_noise_is_refused_with_its_share(run: Run, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"TEA\n" + b"\x01\x02\x03\n" * 9)
    for words in ([], ["--as", "text"]):
        done = run("screen", path, *words)
        assert (done.status, done.text) == (2, "")
        assert "90% of" in done.err
