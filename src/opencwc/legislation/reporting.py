"""A checked law as a report of the kind that a National Authority sends on, for any writer of `opencwc.publishing`.

First the counts and the matrix, then the gaps by tier with what a provision has to contain, then each measure with its
passages, the deciding words marked, beside what the Convention asks for.
"""

from __future__ import annotations

from collections.abc import Iterator

from opencwc.convention.measures import TIERS, Measure
from opencwc.finding import Message
from opencwc.legislation.formats import held_by, missing_words
from opencwc.legislation.model import COVERED, NONE, PARTIAL, Answer, Checked, Fulfilled, Shown
from opencwc.legislation.qualifying import told_of_obligation
from opencwc.legislation.showing import ElementShown, article_in, drafting_points, elements_shown
from opencwc.publishing import (
    Badge,
    Beside,
    Block,
    Bullets,
    Card,
    Cards,
    Column,
    Count,
    Counts,
    Fact,
    Facts,
    Filter,
    Paragraph,
    Passage,
    Passages,
    Piece,
    Report,
    Section,
    Table,
    Text,
    Words,
)
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import Tone
from opencwc.wording import RIGHT_TO_LEFT, say, sentence
from opencwc.wording.states import state_named

TONES: dict[str, Tone] = {COVERED: "calm", PARTIAL: "doubt", NONE: "gap"}


def report(checked: Checked, lang: str = "en") -> Report:
    """Return the report on a State's texts in a language."""
    parts = ("texts", "counts", "matrix", "gaps", "measures", "other_texts")
    titles = {one: say(f"law_report_{one}", lang) for one in parts}
    if not checked.obligations:
        del titles["other_texts"]
    return Report(
        title=say(Message("law_report_title", {"state": state_named(checked.law.state)}), lang),
        lang=lang,
        direction="rtl" if lang in RIGHT_TO_LEFT else "ltr",
        labels=labels_in(lang),
        lead=(sentence("law_report_lead", lang),),
        contents=tuple(titles.items()),
        sections=_sections(checked, lang, titles),
        closing=(say("report_person", lang),),
        main="matrix",
        made=checked.law.as_of,
    )


def _sections(checked: Checked, lang: str, titles: dict[str, str]) -> Iterator[Section]:
    yield Section("texts", titles["texts"], tuple(_texts(checked, lang)), wide=False)
    yield Section("counts", titles["counts"], (_counts(checked, lang),), wide=False)
    yield Section("matrix", titles["matrix"], (matrix(checked, lang),))
    yield Section("gaps", titles["gaps"], tuple(gaps(checked, lang)))
    cards = Cards((_card(one, lang) for one in checked.answers), (Filter("verdict", say("law_column_verdict", lang)),))
    yield Section("measures", titles["measures"], (cards,))
    if "other_texts" in titles:
        yield Section("other_texts", titles["other_texts"], (Bullets(tuple(other_texts(checked, lang))),))


def _texts(checked: Checked, lang: str) -> Iterator[Block]:
    law = checked.law
    facts = [
        Fact(say("law_report_state", lang), (say(state_named(law.state), lang),)),
        Fact(say("law_report_as_of", lang), (say(Message("law_day", {"day": law.as_of.isoformat()}), lang),)),
        Fact(say("law_report_files", lang), tuple(Text(one.name, verbatim=True) for one in law.texts)),
    ]
    by = Message("law_by_model", {"model": checked.model}) if checked.model else Message("law_by_plain_rules")
    facts.append(Fact(say("law_report_by", lang), (sentence(by, lang),)))
    yield Facts(tuple(facts))
    if checked.notes:
        yield Bullets(tuple(sentence(one, lang) for one in checked.notes))


def _counts(checked: Checked, lang: str) -> Counts:
    numbers = {verdict: sum(one.verdict == verdict for one in checked.answers) for verdict in TONES}
    return Counts(tuple(Count(badge(one, lang), numbers[one], sentence(f"law_means_{one}", lang)) for one in TONES))


def badge(verdict: str, lang: str) -> Badge:
    """Return the word for a verdict with its tone."""
    return Badge(say(f"law_verdict_{verdict}", lang), TONES[verdict])


def matrix(checked: Checked, lang: str) -> Table:
    """Return a line a measure: what is said of it, where, what is missing."""
    names = ("measure", "title", "article", "verdict", "passage", "missing")
    rows = (
        (
            Text(one.measure.id, verbatim=True, to=f"#measure-{one.measure.id}"),
            title_of(one.measure, lang),
            Text(article_in(one.measure, lang), verbatim=True),
            say(f"law_verdict_{one.verdict}", lang) + _sure(one),
            Text(_places(one), verbatim=True) if one.verdict != NONE else "",
            missing_words(one, lang),
        )
        for one in checked.answers
    )
    return Table(say("law_report_matrix", lang), tuple(say(f"law_column_{one}", lang) for one in names), rows)


def title_of(measure: Measure, lang: str) -> str:
    """Return a measure's title in a language, in English where it has none."""
    return measure.titles.get(lang, measure.titles["en"])


def _sure(answer: Answer) -> str:
    """Return how likely a verdict is; nothing where no passage was found, which is no proof that there is none."""
    return "" if answer.probability is None or answer.verdict == NONE else f" ({answer.probability:.0%})"


def _places(answer: Answer) -> str:
    places = [(one.passage.section.file, one.passage.section.id) for one in answer.shown if one.elements][:3]
    places = places or [(one.passage.section.file, one.passage.section.id) for one in answer.shown[:1]]
    return "; ".join(f"{file} {section}" for file, section in places)


def gaps(checked: Checked, lang: str) -> Iterator[Block]:
    """Yield what is missing, by tier: the measure, its article, and what a provision has to contain."""
    open_ones = [one for one in checked.answers if one.verdict != COVERED]
    if not open_ones:
        yield Paragraph((sentence("law_no_gaps", lang),))
        return
    yield Paragraph((sentence("law_gaps_lead", lang),), "note")
    for tier in TIERS:
        held = [one for one in open_ones if one.measure.tier == tier]
        if held:
            headings = tuple(say(f"law_column_{one}", lang) for one in ("measure", "title", "article", "contain"))
            yield Table(say(f"law_tier_{tier}", lang), headings, tuple(_gap(one, lang) for one in held))


def _gap(answer: Answer, lang: str) -> tuple[Words, ...]:
    return (
        Text(answer.measure.id, verbatim=True, to=f"#measure-{answer.measure.id}"),
        title_of(answer.measure, lang),
        Text(article_in(answer.measure, lang), verbatim=True),
        " ".join(drafting_points(answer, lang)),
    )


def _card(answer: Answer, lang: str) -> Card:
    measure = answer.measure
    return Card(
        f"measure-{measure.id}",
        (Text(measure.id, verbatim=True), title_of(measure, lang)),
        badge(answer.verdict, lang),
        (Fact(say("law_column_article", lang), (Text(article_in(measure, lang), verbatim=True),)),),
        None,
        (*(Paragraph((sentence(one, lang),)) for one in answer.why), _beside(answer, lang)),
        {"verdict": say(f"law_verdict_{answer.verdict}", lang)},
    )


def _beside(answer: Answer, lang: str) -> Beside:
    """Set what the law says, word for word, beside what the measure asks for and how each element stands."""
    measure = answer.measure
    held = [one for one in answer.shown if one.elements or one.delegated] if answer.verdict != NONE else []
    blocks: list[Block] = []
    if not held:
        blocks.append(Paragraph((sentence("law_nearest" if answer.shown else "law_why_none", lang),), "note"))
    if shown := held or answer.shown[:1]:
        blocks.append(Passages(tuple(passage_of(one, answer, lang) for one in shown)))
    asked: list[Block] = [
        Paragraph((measure.queries.get(lang, measure.queries["en"]),), "note"),
        Facts(tuple(_element(one, lang) for one in elements_shown(answer, lang))),
    ]
    if answer.verdict != COVERED:
        asked.append(Paragraph((say("page_law_checklist", lang),)))
        asked.append(Bullets(tuple(drafting_points(answer, lang))))
    return Beside(
        (
            Column(say("law_beside_text", lang), tuple(blocks)),
            Column(say("law_beside_measure", lang), tuple(asked)),
        )
    )


def _element(one: ElementShown, lang: str) -> Fact:
    places = say("list_separator", lang).join(dict.fromkeys(section for _, section in one.places))
    return Fact(one.name, (Text(say(f"page_law_element_{one.stands}", lang), note=places),))


def passage_of(shown: Shown, answer: Answer, lang: str) -> Passage:
    """Return a passage in its own language with its deciding words marked, and what it holds."""
    section = shown.passage.section
    held = " ".join(sentence(one, lang) for one in held_by(shown, answer))
    return Passage(f"{section.file} {section.id}", tuple(marked(shown, TONES[answer.verdict])), (), section.lang, held)


def marked(shown: Shown, tone: Tone = "calm") -> Iterator[Piece]:
    """Yield a passage's text in pieces, the deciding words with a tone."""
    text, start = shown.passage.text, shown.passage.start
    at = 0
    for span in shown.spans:
        first, last = span.start - start, min(span.end - start, len(text))
        if first < at:
            continue
        if first > at:
            yield Piece(text[at:first])
        yield Piece(text[first:last], tone)
        at = last
    if at < len(text):
        yield Piece(text[at:])


def other_texts(checked: Checked, lang: str) -> list[str]:
    """Say what the answers mean for each obligation of another text, and which measures it still needs."""
    return [told_of(one, checked, lang) for one in checked.obligations]


def told_of(one: Fulfilled, checked: Checked, lang: str) -> str:
    """Say how the measures that fulfil an obligation came out, and which are not covered."""
    needs = Message("law_needs_measures", {"measures": say("list_separator", lang).join(one.open)})
    said = (*told_of_obligation(one, checked), *([needs] if one.open else []))
    return " ".join(sentence(each, lang) for each in said)
