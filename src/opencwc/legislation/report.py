"""A checked law as a report of the kind that a National Authority sends on, for any writer of `opencwc.publishing`.

First the counts and the matrix, then the gaps by tier with what a provision has to contain, then each measure with its
passages, the deciding words marked, beside what the Convention asks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from opencwc.convention.measures import TIERS, Measure
from opencwc.finding import Message, Tone, Value
from opencwc.legislation.caveats import told_of_obligation
from opencwc.legislation.decided_law import (
    CORRECTED,
    Decided,
    Decisions,
    as_decided,
    decided_on,
    is_at,
    people_of,
    told_in_short,
)
from opencwc.legislation.formats import element_words, held_by, missing_words
from opencwc.legislation.model import COVERED, NONE, PARTIAL, Answer, Checked, Fulfilled, Shown, Span
from opencwc.legislation.passages import sentences_of
from opencwc.legislation.sections import LegalSection
from opencwc.legislation.shown_answers import ElementShown, article_in, drafting_points, elements_shown, likely
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
from opencwc.wording import RIGHT_TO_LEFT, say, sentence
from opencwc.wording.states import state_named

TONES: dict[str, Tone] = {COVERED: "calm", PARTIAL: "doubt", NONE: "gap"}


def report(checked: Checked, lang: str = "en", decisions: Decisions | None = None) -> Report:
    """Return the report on a State's texts in a language, as it stands by what people decided, each decision told."""
    told = _Told(as_decided(checked, decisions or {}), checked, decisions or {}, lang)
    parts = ("texts", "counts", "matrix", "gaps", "measures", "other_texts")
    titles = {part: say(f"law_report_{part}", lang) for part in parts}
    if not checked.obligations:
        del titles["other_texts"]
    return Report(
        title=say(Message("law_report_title", {"state": state_named(checked.law.state)}), lang),
        lang=lang,
        direction="rtl" if lang in RIGHT_TO_LEFT else "ltr",
        labels=labels_in(lang),
        lead=(told.lead,),
        contents=tuple(titles.items()),
        sections=_sections(told, titles),
        closing=(say("report_person", lang),),
        main="matrix",
        made=checked.law.as_of,
    )


@dataclass(frozen=True)
class _Told:
    """What a report tells: a check as it stands, what was proposed, what people decided, and the reader's language."""

    checked: Checked
    proposed: Checked
    decisions: Decisions
    lang: str

    @property
    def alone(self) -> bool:
        """Whether there is one text only, which need not be named again."""
        return len(self.checked.law.texts) == 1

    @property
    def lead(self) -> str:
        """How far what follows is proposed, and how far people decided on it."""
        decided = sum(decided_on(answer, self.decisions) is not None for answer in self.proposed.answers)
        if not decided:
            return sentence("law_report_lead", self.lang)
        if decided == len(self.proposed.answers):
            return sentence("law_report_lead_all", self.lang)
        told: dict[str, Value] = {"decided": decided, "all": len(self.proposed.answers)}
        return sentence(Message("law_report_lead_decided", told), self.lang)

    def lines(self) -> Iterator[tuple[Answer, Answer, Decided | None]]:
        """Yield every measure as it stands, as it was proposed, and what was decided of it."""
        for one, proposed in zip(self.checked.answers, self.proposed.answers, strict=True):
            yield one, proposed, decided_on(proposed, self.decisions)


def _sections(told: _Told, titles: dict[str, str]) -> Iterator[Section]:
    checked, lang = told.checked, told.lang
    yield Section("texts", titles["texts"], tuple(_texts(told)), wide=False)
    yield Section("counts", titles["counts"], (_counts(checked, lang),), wide=False)
    yield Section("matrix", titles["matrix"], (_matrix(told),))
    yield Section("gaps", titles["gaps"], tuple(_gaps(told)))
    cards = Cards((_card(*line, told) for line in told.lines()), (Filter("verdict", say("law_column_verdict", lang)),))
    yield Section("measures", titles["measures"], (cards,))
    if "other_texts" in titles:
        yield Section("other_texts", titles["other_texts"], (Bullets(tuple(other_texts(checked, lang))),))


def _texts(told: _Told) -> Iterator[Block]:
    checked, lang = told.checked, told.lang
    law = checked.law
    facts = [
        Fact(say("law_report_state", lang), (say(state_named(law.state), lang),)),
        Fact(say("law_report_as_of", lang), (say(Message("law_day", {"day": law.as_of.isoformat()}), lang),)),
        Fact(say("law_report_files", lang), tuple(Text(text.name, verbatim=True) for text in law.texts)),
    ]
    by = Message("law_by_model", {"model": checked.model}) if checked.model else Message("law_by_plain_rules")
    facts.append(Fact(say("law_report_by", lang), (sentence(by, lang),)))
    if told.decisions:
        people = tuple(f"{name} ({times})" for name, times in people_of(told.decisions).items())
        facts.append(Fact(say("law_report_people", lang), people))
    yield Facts(tuple(facts))
    if checked.notes:
        yield Bullets(tuple(sentence(note, lang) for note in checked.notes))


def _counts(checked: Checked, lang: str) -> Counts:
    numbers = {verdict: sum(answer.verdict == verdict for answer in checked.answers) for verdict in TONES}
    return Counts(tuple(Count(badge(tone, lang), numbers[tone], sentence(f"law_means_{tone}", lang)) for tone in TONES))


def badge(verdict: str, lang: str) -> Badge:
    """Return the word for a verdict with its tone."""
    return Badge(say(f"law_verdict_{verdict}", lang), TONES[verdict])


def _matrix(told: _Told) -> Table:
    """Return a line a measure: what is said of it and who decided so, where, what is missing."""
    lang = told.lang
    names = ("measure", "title", "article", "verdict", "passage", "missing")
    rows = (
        (
            Text(one.measure.id, verbatim=True, to=f"#measure-{one.measure.id}"),
            title_of(one.measure, lang),
            _article(one.measure, lang),
            _verdict(one, proposed, decided, lang),
            _where(one, decided, told) if one.verdict != NONE else "",
            missing_words(one, lang),
        )
        for one, proposed, decided in told.lines()
    )
    return Table(say("law_report_matrix", lang), tuple(say(f"law_column_{name}", lang) for name in names), rows)


def _verdict(answer: Answer, proposed: Answer, decided: Decided | None, lang: str) -> Words:
    said = say(f"law_verdict_{answer.verdict}", lang) + _sure(answer, lang)
    return Text(said, note=told_in_short(proposed, decided, lang)) if decided else said


def _article(measure: Measure, lang: str) -> Text:
    """Return where the Convention asks for a measure; with a word of the language in it, it is set as that is."""
    said = article_in(measure, lang)
    return Text(said, verbatim=said.isascii())


def title_of(measure: Measure, lang: str) -> str:
    """Return a measure's title in a language, in English where it has none."""
    return measure.titles.get(lang, measure.titles["en"])


def _sure(answer: Answer, lang: str) -> str:
    """Return how likely a verdict is; nothing where no passage was found, which is no proof that there is none."""
    if answer.probability is None or answer.verdict == NONE:
        return ""
    return f" ({likely(answer.probability, lang)})"


def _where(answer: Answer, decided: Decided | None, told: _Told) -> Words:
    """Return where the words stand, as who decided says it, else in which sections they were found."""
    if decided is not None and decided.place:
        return decided.place
    held = [one.passage.section for one in answer.shown if one.elements][:3]
    held = held or [one.passage.section for one in answer.shown[:1]]
    return Text("; ".join(_places(held, told.alone)), verbatim=True)


def _places(sections: Sequence[LegalSection], alone: bool) -> Iterator[str]:
    """Yield sections by their ids, those of one file behind its name where there are several texts."""
    files: dict[str, list[str]] = {}
    for section in sections:
        held = files.setdefault(section.file, [])
        if (section.id or section.file) not in held:
            held.append(section.id or section.file)
    for file, ids in files.items():
        yield ", ".join(ids) if alone else f"{file}: {', '.join(ids)}"


def _gaps(told: _Told) -> Iterator[Block]:
    """Yield what is missing, by tier: the measure, its article, and what a provision has to contain."""
    lang = told.lang
    open_ones = [answer for answer in told.checked.answers if answer.verdict != COVERED]
    if not open_ones:
        yield Paragraph((sentence("law_no_gaps", lang),))
        return
    yield Paragraph((sentence("law_gaps_lead", lang),), "note")
    for tier in TIERS:
        held = [one for one in open_ones if one.measure.tier == tier]
        if held:
            headings = tuple(say(f"law_column_{one}", lang) for one in ("measure", "title", "article", "contain"))
            yield Table(say(f"law_tier_{tier}", lang), headings, tuple(_gap(one, told) for one in held))


def _gap(answer: Answer, told: _Told) -> tuple[Words, ...]:
    return (
        Text(answer.measure.id, verbatim=True, to=f"#measure-{answer.measure.id}"),
        title_of(answer.measure, told.lang),
        _article(answer.measure, told.lang),
        " ".join(drafting_points(answer, told.lang, alone=told.alone)),
    )


def _card(answer: Answer, proposed: Answer, decided: Decided | None, told: _Told) -> Card:
    measure, lang = answer.measure, told.lang
    why = tuple(sentence(one, lang) for one in answer.why)
    facts = [Fact(say("law_column_article", lang), (_article(measure, lang),))]
    if decided is not None:
        facts += _decision(proposed, decided, lang)
        if decided.outcome == CORRECTED:
            said = say(f"law_verdict_{proposed.verdict}", lang) + _sure(proposed, lang)
            why = tuple(sentence(one, lang) for one in proposed.why if one.id != "law_why_none")  # as the verdict says
            facts.append(Fact(say("law_column_proposed", lang), (said, *why)))
            why = ()
    return Card(
        f"measure-{measure.id}",
        (Text(measure.id, verbatim=True), title_of(measure, lang)),
        badge(answer.verdict, lang),
        tuple(facts),
        None,
        (*(Paragraph((one,)) for one in why), _beside(answer, decided, told)),
        {"verdict": say(f"law_verdict_{answer.verdict}", lang)},
    )


def _decision(proposed: Answer, decided: Decided, lang: str) -> Iterator[Fact]:
    """Yield who decided, where the words stand and which elements the proposal has wrongly, and why."""
    yield Fact(say("law_column_decision", lang), (say(decided.said, lang),))
    if decided.place:
        yield Fact(say("page_decide_right_place", lang), (decided.place,))
    known = {element.id for element in proposed.measure.elements}
    if wrong := [element for element in decided.elements if element in known]:
        yield Fact(say("law_column_wrong_elements", lang), (element_words(proposed.measure, wrong, lang),))
    yield Fact(say("page_decide_reason", lang), (decided.reason,))


def _beside(answer: Answer, decided: Decided | None, told: _Told) -> Beside:
    """Set what the law says, word for word, beside what the measure asks for and how each element stands."""
    measure, lang = answer.measure, told.lang
    asked: list[Block] = [
        Paragraph((measure.queries.get(lang, measure.queries["en"]),), "note"),
        Facts(tuple(_element(one, lang) for one in elements_shown(answer, lang))),
    ]
    if answer.verdict != COVERED:
        asked.append(Paragraph((Text(say("law_column_contain", lang), to="#gaps"),), "note"))
    return Beside(
        (
            Column(say("law_beside_text", lang), tuple(_passages(answer, decided, told))),
            Column(say("law_beside_measure", lang), tuple(asked)),
        )
    )


def _passages(answer: Answer, decided: Decided | None, told: _Told) -> Iterator[Block]:
    """Yield the passages that decide, of several texts under the name of each; of those that add nothing the places.

    The section that a person named goes first.
    """
    lang = told.lang
    held = [one for one in answer.shown if one.decides] if answer.verdict != NONE else []
    place = decided.place if decided is not None and answer.verdict != NONE else ""
    named = [one for one in answer.shown if is_at(one.passage.section, place)]
    held = [one for one in held if one not in named]
    if not held and not named:
        yield Paragraph((sentence("law_nearest" if answer.shown else "law_why_none", lang),), "note")
        held = [_beginning(one) for one in answer.shown[:1]]
    quoted, rest = _telling([*named, *held])
    for file in dict.fromkeys(one.passage.section.file for one in quoted):
        if not told.alone:
            yield Paragraph((Text(file, verbatim=True),), "note")
        yield Passages(
            tuple(_passage(one, answer, lang, one in named) for one in quoted if one.passage.section.file == file)
        )
    if rest:
        places = "; ".join(_places([one.passage.section for one in rest], told.alone))
        yield Paragraph((sentence(Message("law_also_in", {"places": places}), lang),), "note")


def _telling(held: Sequence[Shown]) -> tuple[list[Shown], list[Shown]]:
    """Part passages into those that say something which none before them says, and the rest."""
    quoted: list[Shown] = []
    rest: list[Shown] = []
    said: set[str] = set()
    for one in held:
        is_new = not said >= {*one.elements, *one.delegated} or bool(one.excepts) or not quoted
        (quoted if is_new else rest).append(one)
        said |= {*one.elements, *one.delegated}
    return quoted, rest


def _beginning(shown: Shown) -> Shown:
    """Return the beginning of a passage that decides nothing: enough to see what it is about."""
    passage = shown.passage
    ends = [end for _, end in sentences_of(passage.text) if end <= _BEGINNING]
    end = max(ends, default=_BEGINNING)
    if len(passage.text) <= _BEGINNING:
        return shown
    return replace(shown, passage=replace(passage, text=passage.text[:end].rstrip() + " …"))


_BEGINNING = 400
"""Characters of the nearest passage that are quoted where it holds nothing."""


def _element(one: ElementShown, lang: str) -> Fact:
    places = say("list_separator", lang).join(dict.fromkeys(section for _, section in one.places))
    return Fact(one.name, (Text(say(f"page_law_element_{one.stands}", lang), note=places),))


def _passage(shown: Shown, answer: Answer, lang: str, is_named: bool = False) -> Passage:
    """Return a passage in its own language with its deciding words marked, and what it holds or that it was named."""
    section = shown.passage.section
    if is_named and not shown.decides:
        return Passage(section.id, tuple(marked(shown)), (), section.lang, sentence("law_passage_named", lang))
    held = " ".join(sentence(one, lang) for one in held_by(shown, answer))
    return Passage(section.id or section.file, tuple(marked(shown, TONES[answer.verdict])), (), section.lang, held)


def marked(shown: Shown, tone: Tone = "calm") -> Iterator[Piece]:
    """Yield a passage's text in pieces: the deciding words with a tone, and what lets somebody through as grave.

    A passage that holds nothing has no marks, so that they always lead to what decided.
    """
    text, start = shown.passage.text, shown.passage.start
    at = 0
    for span, of in _marks(shown, tone):
        first, last = span.start - start, min(span.end - start, len(text))
        if first < at:
            continue
        if first > at:
            yield Piece(text[at:first])
        yield Piece(text[first:last], of)
        at = last
    if at < len(text):
        yield Piece(text[at:])


def _marks(shown: Shown, tone: Tone) -> list[tuple[Span, Tone]]:
    """Return what is marked, in its order; words inside an exception are marked with it."""
    if not shown.decides:
        return []
    words: list[tuple[Span, Tone]] = [
        (span, tone)
        for span in shown.spans
        if not any(each.start <= span.start < each.end for each in shown.excepts)
    ]  # fmt: skip
    return sorted([*words, *((one, EXCEPTS) for one in shown.excepts)], key=lambda pair: pair[0].start)


EXCEPTS: Tone = "grave"
"""How what lets somebody through is marked."""


def other_texts(checked: Checked, lang: str) -> list[str]:
    """Say what the answers mean for each obligation of another text, and which measures it still needs."""
    return [told_of(obligation, checked, lang) for obligation in checked.obligations]


def told_of(one: Fulfilled, checked: Checked, lang: str) -> str:
    """Say how the measures that fulfil an obligation came out, and which are not covered."""
    needs = Message("law_needs_measures", {"measures": say("list_separator", lang).join(one.open)})
    said = (*told_of_obligation(one, checked), *([needs] if one.open else []))
    return " ".join(sentence(each, lang) for each in said)
