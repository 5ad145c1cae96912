"""Whatever kind of file reports come in, each comes out with its words, date, source and the hash of its bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from pathlib import Path

import pytest
import xlsxwriter

from files.making import pdf
from opencwc.errors import InputError, SettingsError
from opencwc.finding import Message
from opencwc.reports.report_files import Address, Piped, ReportFiles, read_reports, warm
from opencwc.verbs import Input

from .making import NOW, PAGE, TEXT, item, rss, taken, warc

LINE = {
    "id": "a1", "published": "2026-03-04T08:30:00+03:00", "source": "Wire", "url": "https://wire.example/a1",
    "lang": "en", "title": "Leak at plant", "text": TEXT,
}  # fmt: skip


def lines(*reports: object) -> bytes:
    return b"".join(json.dumps(report, ensure_ascii=False).encode() + b"\n" for report in reports)


def test_a_line_of_json_is_a_report_with_the_hash_of_its_bytes() -> None:
    data = lines(LINE)
    (arrival,), notes, _ = taken(data)
    report = arrival.report
    assert (report.id, report.source, report.lang, report.title, report.text) == (
        "a1",
        "Wire",
        "en",
        LINE["title"],
        TEXT,
    )
    assert report.published == datetime(2026, 3, 4, 8, 30, tzinfo=timezone(timedelta(hours=3)))
    assert arrival.sha256 == hashlib.sha256(data).hexdigest() and arrival.place == "reports.jsonl:1"
    assert report.row == 1 and report.file == "reports.jsonl" and not notes


def test_a_bad_line_is_told_with_file_and_line_and_the_rest_goes_on() -> None:
    undated, wordless = {**LINE, "id": "b", "published": "soon"}, {**LINE, "id": "c", "title": "", "text": ""}
    data = lines(LINE) + b'{"id": "x", broken\n\n[1, 2]\n' + lines(undated, wordless, {**LINE, "id": "d", "lang": None})
    arrivals, notes, reading = taken(data)
    assert [arrival.report.id for arrival in arrivals] == ["a1", "d"] and arrivals[1].report.lang == ""
    assert notes["watch_line_unreadable"] == [{"where": "reports.jsonl:2"}, {"where": "reports.jsonl:4"}]
    assert notes["watch_without_date"] == [{"where": "reports.jsonl:5"}]
    assert notes["watch_without_words"] == [{"where": "reports.jsonl:6"}]
    assert reading.notes.left_out


def test_lines_in_another_encoding_are_read() -> None:
    russian = json.dumps({**LINE, "title": "Утечка хлора на станции"}, ensure_ascii=False)
    for data in (
        russian.encode("cp1251"),
        ("\ufeff" + russian).encode("utf-16-le"),
        b"\xef\xbb\xbf" + russian.encode(),
    ):
        (arrival,), _, _ = taken(data)
        assert arrival.report.title == "Утечка хлора на станции"


def test_lines_that_are_packed_are_read() -> None:
    (arrival,), _, _ = taken(gzip.compress(lines(LINE)), "reports.jsonl.gz")
    assert arrival.report.id == "a1"


def test_an_id_that_comes_twice_is_given_a_number_and_told() -> None:
    arrivals, notes, _ = taken(lines(LINE, {**LINE, "text": "Another text."}, {**LINE, "id": ""}))
    assert [arrival.report.id for arrival in arrivals] == ["a1", "a1 (2)", "reports.jsonl:3"]
    assert notes["watch_same_id"][0]["other"] == "a1 (2)"


def test_rss_gives_items_without_markup_and_with_what_the_feed_says() -> None:
    long = f"<content:encoded><![CDATA[<p>{TEXT}</p><p>Caf&eacute;.</p><img src='x'>]]></content:encoded>"
    media = "<media:title>A picture</media:title>"
    feed = rss(item(1, "short", more=long + media), item(2, "caf&eacute; &amp; bar"))
    (first, second), notes, _ = taken(feed, "feed.xml")
    report = first.report
    assert (report.id, report.url, report.title) == ("r1", "https://wire.example/1", "Report 1")
    assert report.text == f"{TEXT}\nCafé." and report.source == "Example Wire" and report.lang == "en"
    assert report.published.isoformat() == "2026-03-04T08:30:00+03:00"
    assert second.report.text == "café & bar" and second.place == "feed.xml > item 2" and not notes
    of_item = feed[feed.index(b"<item>") : feed.index(b"</item>") + 7]
    assert first.sha256 == hashlib.sha256(of_item).hexdigest()


def test_atom_and_rdf_are_read() -> None:
    atom = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="es"><title>Agencia</title>
    <entry><id>tag:agencia,1</id><title type="html">Fuga de &lt;b&gt;cloro&lt;/b&gt;</title>
    <link rel="self" href="https://agencia.example/self"/><link href="https://agencia.example/1"/>
    <updated>2026-03-05T00:00:00Z</updated><published>2026-03-04T08:30:00Z</published><summary>breve</summary>
    <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{TEXT}</p>
    <p>Tres &lt; cuatro.</p></div></content>
    <source><title>Otra Agencia</title></source></entry></feed>"""
    (arrival,), notes, _ = taken(atom.encode(), "feed.atom")
    report = arrival.report
    assert (report.title, report.url, report.source) == ("Fuga de cloro", "https://agencia.example/1", "Otra Agencia")
    assert report.text == f"{TEXT}\nTres < cuatro." and report.lang == "es" and not notes
    assert report.published == datetime(2026, 3, 4, 8, 30, tzinfo=UTC)
    rdf = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>Old</title></channel>
    <item rdf:about="https://old.example/1"><title>One</title><link>https://old.example/1</link>
    <description>Words.</description><dc:date>2026-03-04</dc:date><dc:language>ru</dc:language></item></rdf:RDF>"""
    (arrival,), _, _ = taken(rdf.encode(), "feed.rdf")
    assert (arrival.report.id, arrival.report.lang, arrival.report.source) == ("https://old.example/1", "ru", "Old")


def test_a_json_feed_and_a_list_of_articles_are_read() -> None:
    of_seven = {"id": 7, "url": "https://j.example/7", "title": "T", "content_html": f"<p>{TEXT}</p>"}
    items = [{**of_seven, "date_published": "2026-03-04T08:30:00Z"}, "no item"]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "fr", "items": items}
    (arrival,), notes, _ = taken(json.dumps(feed).encode(), "feed.json")
    assert (arrival.report.id, arrival.report.text, arrival.report.source, arrival.report.lang) == (
        "7",
        TEXT,
        "J",
        "fr",
    )
    assert notes["watch_line_unreadable"] == [{"where": "feed.json > item 2"}]
    articles = {
        "articles": [
            {
                "url": "https://x.example/a",
                "title": "T",
                "seendate": "20260304T083000Z",
                "domain": "x.example",
                "language": "Russian",
            }
        ]
    }
    (arrival,), _, _ = taken(json.dumps(articles, indent=1).encode(), "doc.json")
    assert (arrival.report.source, arrival.report.lang, arrival.report.published.day) == ("x.example", "ru", 4)
    arrivals, _, _ = taken(json.dumps([LINE, {**LINE, "id": "2"}]).encode(), "list.json")
    assert [arrival.report.id for arrival in arrivals] == ["a1", "2"]


def test_opml_names_the_feeds_that_it_lists() -> None:
    opml = """<opml version="2.0"><head><title>Mine</title></head><body><outline text="World">
    <outline type="rss" text="Wire" xmlUrl="https://wire.example/feed"/><outline xmlUrl="https://x.example/f"/></outline>
    </body></opml>"""
    arrivals, notes, reading = taken(opml.encode(), "feeds.opml")
    assert not arrivals and reading.feeds == [
        ("Wire", "https://wire.example/feed"),
        ("x.example", "https://x.example/f"),
    ]
    assert notes["watch_feed_listed"][0] == {"where": "feeds.opml", "name": "Wire", "url": "https://wire.example/feed"}


def test_a_saved_page_gives_headline_date_source_and_main_text() -> None:
    (arrival,), notes, _ = taken(PAGE.encode(), "page.html")
    report = arrival.report
    assert report.title == "Fuite de chlore à l'usine" and report.url == "https://journal.example/fuite"
    assert report.source == "Journal Exemple" and report.lang == "fr" and not notes
    assert report.published.isoformat() == "2026-03-04T09:15:00+01:00"
    assert report.text.startswith(TEXT) and "pompiers" in report.text
    assert not any(word in report.text for word in ("football", "Accueil", "Mentions", "never run"))
    assert arrival.sha256 == hashlib.sha256(PAGE.encode()).hexdigest()


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2026-03-04">',
        '<meta name="DC.date.issued" content="4 March 2026">',
    ],
)
def test_the_date_of_a_page_is_found_in_its_meta(head: str) -> None:
    page = f"<html><head><title>T</title>{head}</head><body><p>{TEXT}</p></body></html>"
    (arrival,), _, _ = taken(page.encode(), "page.html")
    assert arrival.report.published.date().isoformat() == "2026-03-04" and arrival.report.title == "T"


def test_a_page_without_a_date_counts_from_when_it_was_saved(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f'<!-- saved from url=(0026)https://y.example/page --><html><body><p>{TEXT}</p><time datetime="">')
    (arrival,), notes, _ = taken(page)
    assert arrival.report.url == "https://y.example/page" and arrival.report.source == "y.example"
    assert notes["watch_date_of_saving"][0]["where"] == "page.html"


def test_a_pdf_and_a_text_are_one_report_each() -> None:
    (arrival,), notes, _ = taken(pdf([["Ministry of Defence", "", TEXT[:60], TEXT[60:]]]), "statement.pdf")
    assert arrival.report.title == "Ministry of Defence" and "chlorine leak" in arrival.report.text
    assert arrival.report.published == NOW and "watch_date_of_saving" in notes
    (arrival,), _, _ = taken(f"Leak at plant\n\n{TEXT}\n".encode(), "note.txt")
    assert (arrival.report.title, arrival.report.text, arrival.report.source) == ("Leak at plant", TEXT, "note")


def test_a_message_is_a_report_with_its_sender_and_date() -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "Leak at plant", "Press Office <press@ministry.example>"
    mail["Date"], mail["Message-ID"] = "Wed, 04 Mar 2026 08:30:00 +0300", "<1@ministry.example>"
    mail.set_content(TEXT)
    mail.add_attachment(b"Annex: a list of the injured.", maintype="text", subtype="plain", filename="annex.txt")
    (arrival,), _, _ = taken(mail.as_bytes(), "mail.eml")
    report = arrival.report
    assert (report.title, report.source, report.id) == ("Leak at plant", "Press Office", "1@ministry.example")
    assert report.text.startswith(TEXT[:40]) and "Annex" in report.text
    assert report.published.isoformat() == "2026-03-04T08:30:00+03:00"
    box = b"".join(b"From a@b Wed Mar  4 08:30:00 2026\n" + mail.as_bytes() + b"\n\n" for _ in range(2))
    arrivals, _, _ = taken(box, "mails.mbox")
    assert len(arrivals) == 2 and arrivals[1].place == "mails.mbox > message 2"


@pytest.mark.parametrize("packed", [True, False])
def test_a_web_archive_gives_its_pages_and_tells_of_captures_that_failed(packed: bool) -> None:
    bare = f"<html><body><p>{TEXT}</p>{'<p>A further line of it.</p>' * 20_000}</body></html>".encode()
    archive = warc([
        ("https://y.example/a", "200 OK", "text/html; charset=utf-8", bare),
        ("https://y.example/style", "200 OK", "text/css", b"p {}"),
        ("https://y.example/gone", "404 Not Found", "text/html", b"<p>Not found in the texts</p>"),
        ("https://y.example/feed", "200 OK", "application/rss+xml", rss(item())),
    ], packed=packed)  # fmt: skip
    arrivals, notes, reading = taken(archive, "crawl.warc.gz" if packed else "crawl.warc")
    assert [arrival.report.url for arrival in arrivals] == ["https://y.example/a", "https://wire.example/1"]
    page = arrivals[0]
    assert page.report.published.isoformat() == "2026-03-05T10:00:00+00:00"
    assert page.sha256 == hashlib.sha256(bare).hexdigest() and page.place.startswith("crawl.warc")
    (failed,) = reading.failed
    assert failed.url == "https://y.example/gone" and failed.taken == page.taken == page.report.published
    assert [note["status"] for note in notes["watch_capture_failed"]] == ["404"]


def test_a_wacz_and_a_zip_of_pages_are_read() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("archive/data.warc.gz", warc([("https://y.example/a", "200 OK", "text/html", PAGE.encode())]))
        package.writestr("pages/pages.jsonl", '{"format": "json-pages-1.0"}\n')
        package.writestr("datapackage.json", "{}")
    (arrival,), notes, _ = taken(out.getvalue(), "crawl.wacz")
    assert arrival.place == "crawl.wacz > archive/data.warc.gz > record 1" and not notes
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.html", PAGE)
        package.writestr("b.jsonl", lines(LINE))
    arrivals, _, _ = taken(out.getvalue(), "saved.zip")
    assert [arrival.report.source for arrival in arrivals] == ["Journal Exemple", "Wire"]


def test_a_table_is_read_by_its_headings_or_as_the_user_says(tmp_path: Path) -> None:
    table = f'fecha,titular,texto,medio\n2026-03-04,Fuga,"{TEXT}",Diario\n,Sin fecha,x,Diario\n'
    (arrival,), notes, _ = taken(table.encode(), "reports.csv")
    assert (arrival.report.title, arrival.report.source, arrival.place) == ("Fuga", "Diario", "reports.csv > row 1")
    assert notes["watch_without_date"] == [{"where": "reports.csv > row 2"}]
    odd = b"when;what\n04.03.2026;A leak\n"
    with pytest.raises(InputError) as error:
        taken(odd, "odd.csv")
    assert error.value.code == "watch_table_without_date" and error.value.values["columns"] == ("when", "what")
    (arrival,), _, _ = taken(odd, "odd.csv", {"published": "when", "title": "what", "source": "=Desk"})
    assert arrival.report.published.date().isoformat() == "2026-03-04" and arrival.report.source == "Desk"
    with pytest.raises(InputError) as error:
        taken(b"date;n\n2026-03-04;1\n", "odd.csv")
    assert error.value.code == "watch_table_without_text"
    several = {"title": "weapon + city", "text": "city"}
    (arrival,), _, _ = taken(b"date,city,weapon,n\n2017-04-23,Idlib,Chemical,1\n", "index.csv", several)
    assert (arrival.report.title, arrival.report.text) == ("Chemical, Idlib", "Idlib")
    with pytest.raises(InputError) as error:
        taken(b"date,city\n2017-04-23,Idlib\n", "index.csv", {"title": "weapon + city"})
    assert error.value.where == "index.csv" and "weapon" in str(error.value)
    book = tmp_path / "reports.xlsx"
    workbook = xlsxwriter.Workbook(book)
    sheet = workbook.add_worksheet("March")
    sheet.write_row(0, 0, ["date", "title", "text"])
    sheet.write_row(1, 0, ["2026-03-04", "Leak", TEXT])
    workbook.close()
    (arrival,), _, _ = taken(book)
    assert arrival.report.text == TEXT


def test_gdelt_is_read_without_headings() -> None:
    graph = ["20260304083000-12", "20260304083000", "1", "wire.example", "https://wire.example/a", *[""] * 20,
             "srclc:ara;eng:GT-ARA 1.0", "<PAGE_TITLE>Leak &amp; fire</PAGE_TITLE>"]  # fmt: skip
    (arrival,), notes, _ = taken("\t".join(graph).encode() + b"\n", "20260304083000.gkg.csv")
    assert (arrival.report.title, arrival.report.lang, arrival.report.source) == ("Leak & fire", "ar", "wire.example")
    assert arrival.report.published == datetime(2026, 3, 4, 8, 30, tzinfo=UTC) and not notes
    event = [
        "1234567890",
        "20260303",
        *[""] * 57,
        "20260304083000",
        "https://wire.example/2026/chlorine-leak-at-plant-17.html",
    ]
    (arrival,), notes, _ = taken("\t".join(event).encode() + b"\nbroken\n", "20260304.export.CSV")
    assert arrival.report.title == "chlorine leak at plant"
    assert set(notes) == {"watch_gdelt_without_text", "watch_line_unreadable"}


def test_notes_of_one_kind_are_bounded_and_counted() -> None:
    _, notes, _ = taken(lines(LINE) + b"broken\n" * 300)
    assert len(notes["watch_line_unreadable"]) == 20 and notes["watch_more_such"][0]["count"] == 280


def test_an_address_is_an_error_where_the_network_is_off_and_one_feed_that_fails_stops_no_other() -> None:
    with pytest.raises(SettingsError) as error:
        list(ReportFiles([Address("https://wire.example/feed")]).reports())
    assert error.value.code == "watch_network_off"
    came = {
        "https://a.example/": Piped(io.BytesIO(rss(item())), "https://a.example/"),
        "https://b.example/": Piped(io.BytesIO(b"\0" * 10), "b"),
    }
    reading = ReportFiles(map(Address, came), now=NOW, fetch=came.__getitem__)
    assert [report.id for report in reading.reports()] == ["r1"]
    assert [note.id for note in reading.notes] == ["watch_feed_failed"]


def test_a_file_that_holds_no_reports_is_an_error_that_names_it(tmp_path: Path) -> None:
    for name, data, code in (
        ("empty.jsonl", b" \n", "watch_file_empty"),
        ("program.exe", b"MZ\x90\x00" + b"\0" * 200, "watch_file_refused"),
        ("list.json", b"[1, 2", "watch_file_refused"),
        ("gone.html", None, "no_such_file_check_spelling"),
    ):
        file = tmp_path / name
        if data is not None:
            file.write_bytes(data)
        with pytest.raises(InputError) as error:
            taken(file)
        assert error.value.code == code and error.value.where == name


@pytest.mark.parametrize("name", ["feed.xml", "page.html", "crawl.warc.gz", "reports.jsonl", "reports.csv"])
def test_a_process_that_is_confined_already_reads_the_same_without_another(tmp_path: Path, name: str) -> None:
    contents = {
        "feed.xml": rss(item()), "page.html": PAGE.encode(), "reports.jsonl": lines(LINE),
        "crawl.warc.gz": warc([("https://y.example/a", "200 OK", "text/html", PAGE.encode())]),
        "reports.csv": b"date,title\n2026-03-04,Leak\n",
    }  # fmt: skip
    warm()
    stored = tmp_path / "upload"
    stored.write_bytes(contents[name])
    reading = ReportFiles([Input(name, stored)], now=NOW, confine=False)
    arrivals, _, _ = taken(contents[name], name)
    assert list(reading.arrivals()) == arrivals and arrivals[0].report.file == name
    stored.write_bytes(b"MZ\x90\x00" + b"\0" * 100)
    with pytest.raises(InputError) as error:
        list(ReportFiles([Input("x", stored)], confine=False).reports())
    assert error.value.code == "watch_file_refused"


def test_the_reports_of_files_alone(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(lines(LINE))
    (tmp_path / "b.xml").write_bytes(rss(item()))
    assert [report.row for report in read_reports([tmp_path / "a.jsonl", tmp_path / "b.xml"])] == [1, 2]


def test_the_feeds_of_a_list_are_fetched_where_that_is_switched_on() -> None:
    opml = b'<opml><body><outline text="A" xmlUrl="https://a.example/"/><outline xmlUrl="https://b.example/"/></body></opml>'
    came = {
        "https://a.example/": Piped(io.BytesIO(rss(item())), "https://a.example/"),
        "https://b.example/": Message("watch_fetch_status", {"status": 404}),
    }
    reading = ReportFiles([Piped(io.BytesIO(opml), "feeds.opml")], now=NOW, fetch=came.__getitem__)
    (arrival,) = reading.arrivals()
    assert arrival.report.file == "https://a.example/" and reading.notes.left_out
    assert [note.id for note in reading.notes] == ["watch_feed_listed", "watch_feed_listed", "watch_feed_failed"]
