"""Two captures side by side as lines of text, as JSON, and as a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from opencwc.custody.side_by_side import ComparedPage, Pair, Words
from opencwc.finding import Message, Tone, Value
from opencwc.publishing import model
from opencwc.publishing.labels import labels_in
from opencwc.reports.captures import Capture
from opencwc.wording import say, sentence


def page_message(page: ComparedPage) -> Message:
    """Return what came of the comparison of a page, and of when the two captures are."""
    values: dict[str, Value] = {"url": page.url, "earlier": _day(page.earlier), "later": _day(page.later)}
    return Message(f"custody_page_{page.state}", values)


def _day(capture: Capture | None) -> str:
    return capture.taken.strftime("%Y-%m-%d %H:%M") if capture else ""


def notes_of(page: ComparedPage) -> Iterator[Message]:
    """Yield what is to be known of a comparison: what of it is not shown, not compared."""
    if page.more:
        yield Message("custody_more_differences", {"count": page.more})
    if page.is_cut:
        yield Message("custody_page_cut")
    for side in (page.earlier, page.later):
        if side and side.failed:
            yield Message("custody_capture_failed", {"date": _day(side), "why": side.failed})


def compared_lines(pages: Sequence[ComparedPage], lang: str = "en") -> Iterator[str]:
    """Yield the comparison as lines: ``-`` what stood before, ``+`` what stands now, the words that differ in signs."""
    for page in pages:
        yield sentence(page_message(page), lang)
        for pair in page.pairs:
            for sign, words, opens, closes in (("-", pair.earlier, "[-", "-]"), ("+", pair.later, "{+", "+}")):
                if words:
                    marked = (f"{opens}{word.text}{closes}" if word.differs else word.text for word in words)
                    yield f"{sign} {''.join(marked)}"
        yield from (sentence(note, lang) for note in notes_of(page))


def compared_plain(pages: Sequence[ComparedPage], lang: str = "en") -> list[dict[str, Any]]:
    """Return the comparison as plain values."""
    return [
        {
            "url": page.url,
            "state": page.state,
            "said": sentence(page_message(page), lang),
            "earlier": _capture(page.earlier),
            "later": _capture(page.later),
            "differences": [_pair(pair) for pair in page.pairs],
            "notes": [sentence(note, lang) for note in notes_of(page)],
        }
        for page in pages
    ]


def _capture(capture: Capture | None) -> dict[str, str] | None:
    if capture is None:
        return None
    return {"url": capture.url, "taken": capture.taken.isoformat(), "sha256": capture.sha256, "title": capture.title}


def _pair(pair: Pair) -> dict[str, Any]:
    return {side: [word._asdict() for word in words] for side, words in pair._asdict().items()}


def compared_report(pages: Sequence[ComparedPage], lang: str = "en") -> model.Report:
    """Return the comparison as a report: the two captures in two columns."""
    title = say("custody_compare_title", lang)
    return model.Report(
        title=title,
        lang=lang,
        labels=labels_in(lang),
        lead=(sentence("custody_compare_lead", lang),),
        sections=(_section(number, page, lang) for number, page in enumerate(pages, 1)),
        closing=(say("report_person", lang),),
        main="page-1",
    )


def _section(number: int, page: ComparedPage, lang: str) -> model.Section:
    blocks: list[model.Block] = [
        model.Paragraph((sentence(page_message(page), lang),), "lead"),
        model.Facts(tuple(_facts(page, lang))),
    ]
    for pair in page.pairs:
        sides = (
            model.Column(say(f"custody_{side}", lang), (_passage(words, page, side, lang),))
            for side, words in pair._asdict().items()
        )
        blocks.append(model.Beside((next(sides), next(sides)), even=True))
    blocks += [model.Paragraph((sentence(note, lang),), "note") for note in notes_of(page)]
    return model.Section(f"page-{number}", page.url, blocks)


def _facts(page: ComparedPage, lang: str) -> Iterator[model.Fact]:
    for side, capture in (("earlier", page.earlier), ("later", page.later)):
        if capture is not None:
            values = (model.Text(_day(capture), verbatim=True), model.Text(capture.sha256, verbatim=True))
            yield model.Fact(say(f"custody_{side}", lang), values)


def _passage(words: tuple[Words, ...], page: ComparedPage, side: str, lang: str) -> model.Block:
    if not words:
        return model.Paragraph((sentence("custody_not_there", lang),), "note")
    capture = page.earlier if side == "earlier" else page.later
    tone: Tone = "mild" if side == "later" else "grave"
    pieces = tuple(model.Piece(word.text, tone if word.differs else None) for word in words)
    return model.Passages((model.Passage("", pieces, (), capture.lang if capture else ""),))
