"""Web pages as they are seen, and messages as they come."""

from __future__ import annotations

from .making import LINES, docx, pdf, pdf_of, places, read, sheet_rows, stream, word_paragraph, xlsx


def test_blocks_breaks_pictures_and_hints() -> None:
    page = (
        "<title>A &amp; B</title><style>p{}</style><script>var x='<p>no</p>'</script><!-- <p>no</p> -->"
        "<p>Tri<b>ethanol</b>amine&nbsp;85&#37;<br>in\n  drums<p>next<ul><li>one<li>two</ul>"
        "<img src='http://example.org/x.png' alt='a drum of TDG'><abbr title='triethanolamine'>TEA</abbr>"
        "<input value='in a field'><input type=hidden value=no><textarea>typed</textarea><pre>a\n  b</pre>"
    )
    passages, unread, notes, _ = read(page.encode(), "a.html")
    assert places(passages) == {
        "title": "A & B",
        "¶ 1": "Triethanolamine\xa085%\nin drums",
        "¶ 2": "next",
        "¶ 3": "one",
        "¶ 4": "two",
        "¶ 5": "a drum of TDG TEA (triethanolamine) in a field typed",
        "¶ 6": "a\nb",
    }
    assert (unread, notes) == ([], [])


def test_hidden_text_stands_apart_and_is_told() -> None:
    page = (
        b"<p>seen<span style='display: none'>tabun<b>s</b><script>no</script></span><p hidden>so<br>man<p>seen too"
        b"<table hidden><tr><td>VX<td>5 kg</table><p>end<div style='visibility:hidden'><p>sarin"
    )
    passages, _, notes, _ = read(page, "a.html")
    assert places(passages) == {
        "hidden 1": "tabuns",
        "¶ 1": "seen",
        "hidden 2": "so\nman",
        "¶ 2": "seen too",
        "hidden 3": "VX",
        "hidden 4": "5 kg",
        "¶ 3": "end",
        "hidden 5": "sarin",
    }
    assert notes == ["reading_hidden_text"]


def test_what_stands_around_the_text_has_a_place_that_says_so() -> None:
    page = (
        b"<header>Site</header><nav><ul><li>Home<li>Laws</ul></nav><div class='side-menu'>More</div>"
        b"<div role=search>Find</div>"
        b"<article><header><h1>Fisheries Act</h1></header><div class='has-sidebar'>No person shall fish.</div>"
        b"<aside>Related<table><tr><td>a<td>b</table></aside></article><div id=footer>Copyright</div>"
    )
    assert places(read(page, "a.html")[0]) == {
        "aside ¶ 1": "Site",
        "aside ¶ 2": "Home",
        "aside ¶ 3": "Laws",
        "aside ¶ 4": "More",
        "aside ¶ 5": "Find",
        "¶ 1": "Fisheries Act",
        "¶ 2": "No person shall fish.",
        "aside ¶ 6": "Related",
        "aside table 1!1": "a\tb",
        "aside ¶ 7": "Copyright",
    }


def test_a_page_that_hides_nothing_has_no_note_of_it() -> None:
    assert read(b"<p>seen<script>no</script><p hidden> <p>end", "a.html")[2] == []


def test_tables_in_tables_and_text_around_them() -> None:
    page = b"<p>before<table><tr><td>out<table><tr><th>in a<th>in b</table>more<td>x</table>after"
    assert places(read(page, "a.html")[0]) == {
        "¶ 1": "before",
        "table 2!1": "in a\tin b",
        "table 1!1": "out\nmore\tx",
        "¶ 2": "after",
    }


def test_the_encoding_of_a_page_is_declared_in_it_or_recognised() -> None:
    for head in ("<meta charset=windows-1251>", '<meta http-equiv=x content="text/html; charset=windows-1251">', ""):
        passages, *_ = read(f"<html>{head}<p>{LINES['ru']}</p>".encode("cp1251"), "a.html")
        assert [passage.text for passage in passages] == [LINES["ru"]]


def test_a_forgotten_quote_hides_nothing() -> None:
    assert [passage.text for passage in read(b'<p>a<a href="x>b</a><p>TEA', "a.html")[0]] == ["ab", "TEA"]


def mail(*parts: bytes, subject: bytes = b"s", kind: bytes = b"mixed", edge: bytes = b"b") -> bytes:
    head = b"Subject: " + subject + b"\r\nFrom: a@example.org\r\nMIME-Version: 1.0\r\n"
    body = b"".join(b"--" + edge + b"\r\n" + part + b"\r\n" for part in parts)
    return (
        head
        + b"Content-Type: multipart/"
        + kind
        + b"; boundary="
        + edge
        + b"\r\n\r\n"
        + body
        + b"--"
        + edge
        + b"--\r\n"
    )


PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\nplain TEA\r\n"
PAGE = b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>page TEA</p><table><tr><td>a<td>b</table>\r\n"


def test_of_alternatives_the_plain_one_is_read_and_of_the_page_what_says_more() -> None:
    same = PAGE.replace(b"page TEA", b"Plain <b>TEA</b>")
    assert places(read(mail(PLAIN, same, kind=b"alternative"), "a.eml")[0]) == {"Subject": "s", "body ¶ 1": "plain TEA"}
    assert places(read(mail(PLAIN, PAGE, kind=b"alternative"), "a.eml")[0]) == {
        "Subject": "s",
        "body ¶ 1": "plain TEA",
        "body 2 ¶ 1": "page TEA",
    }
    empty = b"Content-Type: text/plain\r\n\r\n \r\n"
    assert places(read(mail(empty, PAGE, kind=b"alternative"), "a.eml")[0]) == {
        "Subject": "s",
        "body ¶ 1": "page TEA",
        "body table 1!1": "a\tb",
    }


def test_what_a_message_quotes_is_read_without_its_marks_and_a_parted_word_is_one_passage() -> None:
    body = (
        b"Content-Type: text/plain\r\n\r\nOn Monday you wrote:\r\n\r\n"
        b"> please send phosphorus oxychlo-\r\n> ride, CAS 10025-\r\n> 87-3.\r\n>\r\n>> Is it 5 kg\r\n>> or 6?\r\n"
    )
    passages, *_ = read(mail(body), "a.eml")
    assert [passage.text for passage in passages] == [
        "s", "On Monday you wrote:", "please send phosphorus oxychlo-\nride, CAS 10025-87-3.", "Is it 5 kg\nor 6?",
    ]  # fmt: skip


def test_a_full_line_of_a_message_goes_on_in_the_next() -> None:
    body = (
        b"Content-Type: text/plain\r\n\r\nHello,\r\nwe kindly ask for an offer of two drums of phosphorus\r\n"
        b"oxychloride and\r\none of water.\r\n"
    )
    passages, *_ = read(mail(body), "a.eml")
    assert passages[2].text == "we kindly ask for an offer of two drums of phosphorus\noxychloride and\none of water."


def test_a_short_line_that_was_wrapped_twice_goes_on_in_the_next() -> None:
    body = (
        b"Content-Type: text/plain\r\n\r\n> > Please send also\r\n> > 200 kg phosphorus\r\n> > trichloride, drums.\r\n"
        b"> > acetone\r\n> > toluene\r\n"
    )
    passages, *_ = read(mail(body), "a.eml")
    assert [passage.text for passage in passages] == [
        "s", "Please send also", "200 kg phosphorus\ntrichloride, drums.", "acetone", "toluene",
    ]  # fmt: skip


def test_every_message_of_a_mailbox_is_read() -> None:
    box = b"".join(
        b"From a@example.org Sat Jan  3 01:05:34 1996\n" + mail(PLAIN, subject=word) + b"\n"
        for word in (b"one", b"two")
    )
    passages, unread, _, kind = read(box, "box.mbox")
    assert (places(passages)["message 1.eml > Subject"], places(passages)["message 2.eml > Subject"]) == ("one", "two")
    assert (unread, kind) == ([], "mbox")


def test_names_of_attachments_are_decoded() -> None:
    names = (
        b"filename*=utf-8''%D1%82%D0%BE%D0%B2%D0%B0%D1%80.csv",
        b'filename="=?utf-8?B?0YLQvtCy0LDRgC5jc3Y=?="',
        'filename="товар.csv"'.encode(),
        'filename="..\\\\x\\\\товар.csv"'.encode("cp1251"),
    )
    for name in names:
        part = (
            b"Content-Type: text/csv\r\nContent-Disposition: attachment; "
            + name
            + b"\r\n\r\nTEA,5,kg\r\nA,1,kg\r\nB,2,kg\r\n"
        )
        passages, *_ = read(mail(PLAIN, part), "a.eml")
        assert "товар.csv > 1" in places(passages), name


def test_bytes_that_should_not_stand_in_a_subject_are_read() -> None:
    passages, *_ = read(mail(PLAIN, subject=LINES["ru"].encode("cp1251")), "a.eml")
    assert places(passages)["Subject"] == LINES["ru"]


def test_what_cannot_be_read_of_the_attachments_is_told() -> None:
    parts = [
        b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx",
        b"Content-Type: application/zip; name=a.zip\r\n\r\nPK\x05\x06" + b"\0" * 18,
        b"Content-Type: image/png; name=logo.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgpy\r\n",
        b"Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx",
        b"Content-Type: application/msword; name=a.doc\r\nContent-Transfer-Encoding: base64\r\n\r\n0M8R4KGxGuE=\r\n",
        b'Content-Type: application/pdf; name="../../a.pdf"\r\n\r\n%PDF-1.4 broken',
    ]
    passages, unread, *_ = read(mail(PLAIN, *parts), "a.eml")
    assert places(passages) == {"Subject": "s", "body ¶ 1": "plain TEA"}
    assert {part.place: part.message.id for part in unread} == {
        "winmail.dat": "reading_kind_winmail",
        "a.zip": "reading_no_text",
        "logo.png": "reading_kind_picture",
        "a.doc": "reading_kind_unknown",
        "a.pdf": "reading_damaged",
    }


def test_a_document_in_a_message_in_a_message_has_its_way_as_place() -> None:
    import base64

    encoded = base64.encodebytes(xlsx({"S": sheet_rows([["TEA"]])}))
    sheet = (
        b"Content-Type: application/octet-stream; name=p.xlsx\r\nContent-Transfer-Encoding: base64\r\n\r\n" + encoded
    )
    inner = b"Content-Type: message/rfc822\r\n\r\n" + mail(PLAIN, sheet, subject=b"inner", edge=b"c")
    passages, unread, *_ = read(mail(PLAIN, inner), "a.eml")
    assert places(passages)["message 1.eml > p.xlsx > S!1"] == "TEA"
    assert unread == []


def test_notes_and_fields_of_a_pdf_are_read() -> None:
    data = pdf_of(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> >>",
            2: b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Annots [5 0 R 6 0 R] >>",
            4: stream(b""),
            5: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (goods) /V (TDG 200 kg) /Rect [10 10 200 30] >>",
            6: b"<< /Type /Annot /Subtype /Text /Contents (see DMMP) /Rect [10 50 30 70] >>",
        }
    )
    assert places(read(data, "form.pdf")[0]) == {"p. 1 field 1": "TDG 200 kg", "p. 1 note 2": "see DMMP"}


def test_only_so_many_pages_are_read() -> None:
    from opencwc.files import DocumentLimits

    passages, unread, *_ = read(pdf([["one"], ["two"], ["three"]]), "a.pdf", limits=DocumentLimits(pages=2))
    assert [passage.place for passage in passages] == ["p. 1", "p. 2"]
    assert [(part.place, part.message.id) for part in unread] == [("p. 3", "reading_pages")]


def test_a_document_of_any_kind_without_text_is_one_that_was_not_read() -> None:
    for data, name in (
        (pdf([[]]), "a.pdf"),
        (docx(word_paragraph(" ")), "a.docx"),
        (xlsx({"S": sheet_rows([[" ", ""]])}), "a.xlsx"),
        (b"<html><script>x</script><p> </p></html>", "a.html"),
        (b"MIME-Version: 1.0\r\nFrom: a@example.org\r\nContent-Type: text/plain\r\n\r\n \r\n", "a.eml"),
        (b"\xef\xbb\xbf \r\n", "a.txt"),
    ):
        passages, unread, *_ = read(data, name)
        assert (passages, [(part.place, part.message.id) for part in unread]) == ([], [("", "reading_no_text")]), name


def test_attachments_without_text_are_ones_that_were_not_read() -> None:
    import base64

    def attached(kind: bytes, name: bytes, data: bytes) -> bytes:
        head = b"Content-Type: " + kind + b"; name=" + name + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        return head + base64.encodebytes(data)

    parts = (
        attached(b"application/pdf", b"scan.pdf", pdf([[]])),
        attached(b"image/png", b"label.png", b"\x89PNG\r\n\x1a\n"),
        attached(b"text/plain", b"empty.txt", b""),
    )
    passages, unread, *_ = read(mail(PLAIN, *parts), "a.eml")
    assert [passage.place for passage in passages] == ["Subject", "body ¶ 1"]
    assert {part.place: part.message.id for part in unread} == {
        "scan.pdf": "reading_no_text",
        "label.png": "reading_kind_picture",
        "empty.txt": "reading_empty",
    }


def test_a_name_below_the_greeting_is_one_passage_with_it() -> None:
    body = b"Content-Type: text/plain\r\n\r\nPlease confirm.\r\n\r\nKind regards,\r\n\r\nAnil Sarin\r\nDesk 4\r\n"
    passages, *_ = read(mail(body), "a.eml")
    assert [passage.text for passage in passages[1:]] == [
        "Please confirm.",
        "Kind regards,\nAnil Sarin",
        "Desk 4",
    ]


def test_pictures_of_a_page_without_text_of_their_own_are_counted() -> None:
    page = b"<p>Offer<img src='a.png'><img src='b.png' alt='TEA'><img src='cid:c'>"
    assert read(page, "a.html")[2] == ["reading_pictures"]


def test_a_word_that_goes_on_in_the_next_column_of_a_page_is_whole() -> None:
    lines = ["We ask for an offer of two drums of chlorure de thio\u2010", *[""] * 12, "nyle and of water."]
    texts = [passage.text for passage in read(pdf([lines]), "a.pdf")[0]]
    assert texts == ["We ask for an offer of two drums of chlorure de thio-\nnyle and of water."]
