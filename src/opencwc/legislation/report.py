"""A checked law as a report of the kind that a National Authority sends on, for any writer of `opencwc.publishing`.

First the counts and the matrix, then the gaps by tier with what a provision has to contain, then each measure with its
passages, the deciding words marked, beside what the Convention asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from opencwc.convention.measures import TIERS, Measure
from opencwc.finding import Message, Tone, Value
from opencwc.language.sentences import beginning_of
from opencwc.legislation.answer_wording import (
    ElementShown,
    article_in,
    drafting_points,
    element_words,
    elements_shown,
    held_by,
    missing_words,
    obligation_messages,
    said_in,
    sections_of,
    verdict_words,
)
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
from opencwc.legislation.model import COVERED, NONE, Answer, Checked, Law, Shown, Span
from opencwc.legislation.texts.sections import LegalSection
from opencwc.legislation.verb import VERB
from opencwc.publishing.labels import labels_in
from opencwc.publishing.model import (
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
from opencwc.wording import say, sentence
from opencwc.wording.states import state_named

TONES: dict[str, Tone] = {str(verdict): tone for verdict, tone in VERB.tones.items()}
"""The verdicts in the order in which a lawyer reads: what needs reading goes first."""


def report(checked: Checked, lang: str = "en", decisions: Decisions | None = None) -> Report:
    """Return the report on a State's texts in a language, as it stands by what people decided, each decision told."""
    reported = _ReportedCheck(as_decided(checked, decisions or {}), checked, decisions or {}, lang)
    parts = ("texts", "counts", "matrix", "gaps", "measures", "other_texts")
    titles = {part: say(f"law_report_{part}", lang) for part in parts}
    if not checked.obligations:
        del titles["other_texts"]
    return Report(
        title=say(Message("law_report_title", {"state": state_named(checked.law.state)}), lang),
        lang=lang,
        labels=labels_in(lang),
        lead=(reported.lead,),
        contents=tuple(titles.items()),
        sections=_sections(reported, titles),
        closing=(say("report_person", lang),),
        main="matrix",
        made=checked.law.as_of,
    )


@dataclass(frozen=True)
class _ReportedCheck:
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
        values: dict[str, Value] = {"decided": decided, "all": len(self.proposed.answers)}
        return sentence(Message("law_report_lead_decided", values), self.lang)

    def lines(self) -> Iterator[tuple[Answer, Answer, Decided | None]]:
        """Yield every measure as it stands, as it was proposed, and what was decided of it."""
        for answer, proposed in zip(self.checked.answers, self.proposed.answers, strict=True):
            yield answer, proposed, decided_on(proposed, self.decisions)


def law_compared(
    law: Law, lang: str, comparison: str, titles: Mapping[str, str], sections: Iterable[Section], main: str
) -> Report:
    """Return a law beside others as a report; ``comparison`` begins the ids of its title and lead."""
    return Report(
        title=say(Message(f"{comparison}_title", {"state": state_named(law.state)}), lang),
        lang=lang,
        labels=labels_in(lang),
        lead=(sentence(f"{comparison}_lead", lang),),
        contents=tuple(titles.items()),
        sections=sections,
        closing=(say("report_person", lang),),
        main=main,
        made=law.as_of,
    )


def _sections(reported: _ReportedCheck, titles: dict[str, str]) -> Iterator[Section]:
    checked, lang = reported.checked, reported.lang
    yield Section("texts", titles["texts"], tuple(_texts(reported)), wide=False)
    yield Section("counts", titles["counts"], (_counts(checked, lang),), wide=False)
    yield Section("matrix", titles["matrix"], (_matrix(reported),))
    yield Section("gaps", titles["gaps"], tuple(_gaps(reported)))
    cards = Cards(
        (_card(*line, reported) for line in reported.lines()), (Filter("verdict", say("law_column_verdict", lang)),)
    )
    yield Section("measures", titles["measures"], (cards,))
    if "other_texts" in titles:
        yield Section("other_texts", titles["other_texts"], tuple(_other_texts(checked, lang)))


def _other_texts(checked: Checked, lang: str) -> Iterator[Block]:
    for text, lines in other_texts(checked, lang).items():
        yield Paragraph((text,), level=1)
        yield Bullets(tuple(lines))


def _texts(reported: _ReportedCheck) -> Iterator[Block]:
    checked, lang = reported.checked, reported.lang
    law = checked.law
    facts = [
        Fact(say("law_report_state", lang), (say(state_named(law.state), lang),)),
        Fact(say("law_report_as_of", lang), (say(Message("law_day", {"day": law.as_of.isoformat()}), lang),)),
        Fact(say("law_report_files", lang), tuple(Text(text.name, verbatim=True) for text in law.texts)),
    ]
    by = Message("law_by_model", {"model": checked.model}) if checked.model else Message("law_by_plain_rules")
    facts.append(Fact(say("law_report_by", lang), (sentence(by, lang),)))
    if reported.decisions:
        people = tuple(f"{name} ({times})" for name, times in people_of(reported.decisions).items())
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


def _matrix(reported: _ReportedCheck) -> Table:
    """Return a line a measure: what is said of it and who decided so, where, what is missing."""
    lang = reported.lang
    names = ("measure", "title", "article", "verdict", "passage", "missing")
    rows = (
        (
            Text(answer.measure.id, verbatim=True, to=f"#measure-{answer.measure.id}"),
            title_of(answer.measure, lang),
            _article(answer.measure, lang),
            _verdict(answer, proposed, decided, lang),
            _where(answer, decided, reported) if answer.verdict != NONE else "",
            missing_words(answer, lang),
        )
        for answer, proposed, decided in reported.lines()
    )
    return Table(say("law_report_matrix", lang), tuple(say(f"law_column_{name}", lang) for name in names), rows)


def _verdict(answer: Answer, proposed: Answer, decided: Decided | None, lang: str) -> Words:
    verdict = verdict_words(answer, lang)
    return Text(verdict, note=told_in_short(proposed, decided, lang)) if decided else verdict


def _article(measure: Measure, lang: str) -> Text:
    """Return where the Convention asks for a measure; with a word of the language in it, it is set as that is."""
    article = article_in(measure, lang)
    return Text(article, verbatim=article.isascii())


def title_of(measure: Measure, lang: str) -> str:
    """Return a measure's title in a language, in English where it has none."""
    return measure.titles.get(lang, measure.titles["en"])


def _where(answer: Answer, decided: Decided | None, reported: _ReportedCheck) -> Words:
    """Return where the words stand, as who decided says it, else in which sections they were found."""
    if decided is not None and decided.place:
        return decided.place
    return Text("; ".join(_places(sections_of(answer), reported.alone)), verbatim=True)


def _places(sections: Sequence[LegalSection], alone: bool) -> Iterator[str]:
    """Yield sections by their ids, those of one file behind its name where there are several texts."""
    files: dict[str, list[str]] = {}
    for section in sections:
        ids = files.setdefault(section.file, [])
        if (section.id or section.file) not in ids:
            ids.append(section.id or section.file)
    for file, ids in files.items():
        yield ", ".join(ids) if alone else f"{file}: {', '.join(ids)}"


def _gaps(reported: _ReportedCheck) -> Iterator[Block]:
    """Yield what is missing, by tier: the measure, its article, and what a provision has to contain."""
    lang = reported.lang
    open_ones = [answer for answer in reported.checked.answers if answer.verdict != COVERED]
    if not open_ones:
        yield Paragraph((sentence("law_no_gaps", lang),))
        return
    yield Paragraph((sentence("law_gaps_lead", lang),), "note")
    for tier in TIERS:
        in_tier = [answer for answer in open_ones if answer.measure.tier == tier]
        if in_tier:
            headings = tuple(say(f"law_column_{column}", lang) for column in ("measure", "title", "article", "contain"))
            yield Table(say(f"law_tier_{tier}", lang), headings, tuple(_gap(answer, reported) for answer in in_tier))


def _gap(answer: Answer, reported: _ReportedCheck) -> tuple[Words, ...]:
    return (
        Text(answer.measure.id, verbatim=True, to=f"#measure-{answer.measure.id}"),
        title_of(answer.measure, reported.lang),
        _article(answer.measure, reported.lang),
        " ".join(drafting_points(answer, reported.lang, alone=reported.alone)),
    )


def _card(answer: Answer, proposed: Answer, decided: Decided | None, reported: _ReportedCheck) -> Card:
    measure, lang = answer.measure, reported.lang
    why = tuple(sentence(reason, lang) for reason in answer.why)
    facts = [Fact(say("law_column_article", lang), (_article(measure, lang),))]
    if decided is not None:
        facts += _decision(proposed, decided, lang)
        if decided.outcome == CORRECTED:
            verdict = verdict_words(proposed, lang)
            why = tuple(
                sentence(reason, lang) for reason in proposed.why if reason.id != "law_why_none"
            )  # as the verdict says
            facts.append(Fact(say("law_column_proposed", lang), (verdict, *why)))
            why = ()
    return Card(
        f"measure-{measure.id}",
        (Text(measure.id, verbatim=True), title_of(measure, lang)),
        badge(answer.verdict, lang),
        tuple(facts),
        None,
        (*(Paragraph((reason,)) for reason in why), _beside(answer, decided, reported)),
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


def _beside(answer: Answer, decided: Decided | None, reported: _ReportedCheck) -> Beside:
    """Set what the law says, word for word, beside what the measure asks for and how each element stands."""
    measure, lang = answer.measure, reported.lang
    wanted: list[Block] = [
        Paragraph((measure.queries.get(lang, measure.queries["en"]),), "note"),
        Facts(tuple(_element(element, lang) for element in elements_shown(answer, lang))),
    ]
    if answer.verdict != COVERED:
        wanted.append(Paragraph((Text(say("law_column_contain", lang), to="#gaps"),), "note"))
    return Beside(
        (
            Column(say("law_beside_text", lang), tuple(_passages(answer, decided, reported))),
            Column(say("law_beside_measure", lang), tuple(wanted)),
        )
    )


def _passages(answer: Answer, decided: Decided | None, reported: _ReportedCheck) -> Iterator[Block]:
    """Yield the passages that decide, of several texts under the name of each; of those that add nothing the places.

    The section that a person named goes first.
    """
    lang = reported.lang
    deciding = [passage for passage in answer.shown if passage.decides] if answer.verdict != NONE else []
    place = decided.place if decided is not None and answer.verdict != NONE else ""
    named = [passage for passage in answer.shown if is_at(passage.passage.section, place)]
    deciding = [passage for passage in deciding if passage not in named]
    if not deciding and not named:
        yield Paragraph((sentence("law_nearest" if answer.shown else "law_why_none", lang),), "note")
        deciding = [_beginning(passage) for passage in answer.shown[:1]]
    quoted, rest = _telling([*named, *deciding])
    for file in dict.fromkeys(passage.passage.section.file for passage in quoted):
        if not reported.alone:
            yield Paragraph((Text(file, verbatim=True),), "note")
        yield Passages(
            tuple(
                _passage(passage, answer, lang, passage in named)
                for passage in quoted
                if passage.passage.section.file == file
            )
        )
    if rest:
        places = "; ".join(_places([passage.passage.section for passage in rest], reported.alone))
        yield Paragraph((sentence(Message("law_also_in", {"places": places}), lang),), "note")


def _telling(passages: Sequence[Shown]) -> tuple[list[Shown], list[Shown]]:
    """Part passages into those that say something which none before them says, and the rest."""
    quoted: list[Shown] = []
    rest: list[Shown] = []
    known: set[str] = set()
    for passage in passages:
        is_new = not known >= {*passage.elements, *passage.delegated} or bool(passage.excepts) or not quoted
        (quoted if is_new else rest).append(passage)
        known |= {*passage.elements, *passage.delegated}
    return quoted, rest


def _beginning(shown: Shown) -> Shown:
    """Return the beginning of a passage that decides nothing: enough to see what it is about."""
    passage = shown.passage
    if len(passage.text) <= _BEGINNING:
        return shown
    beginning = beginning_of(passage.text, _BEGINNING).rstrip()
    return replace(shown, passage=replace(passage, text=f"{beginning} …"))


_BEGINNING = 400
"""Characters of the nearest passage that are quoted where it holds nothing."""


def _element(element: ElementShown, lang: str) -> Fact:
    places = say("list_separator", lang).join(dict.fromkeys(section for _, section in element.places))
    return Fact(element.name, (Text(say(f"page_law_element_{element.stands}", lang), note=places),))


def _passage(shown: Shown, answer: Answer, lang: str, is_named: bool = False) -> Passage:
    """Return a passage in its own language with its deciding words marked, and what it holds or that it was named."""
    section = shown.passage.section
    if is_named and not shown.decides:
        return Passage(
            shown.passage.citation, tuple(marked(shown)), (), section.lang, sentence("law_passage_named", lang)
        )
    words = " ".join(sentence(message, lang) for message in held_by(shown, answer))
    return Passage(shown.passage.citation, tuple(marked(shown, TONES[answer.verdict])), (), section.lang, words)


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
        if not any(exception.start <= span.start < exception.end for exception in shown.excepts)
    ]  # fmt: skip
    return sorted([*words, *((span, EXCEPTS) for span in shown.excepts)], key=lambda pair: pair[0].start)


EXCEPTS: Tone = "grave"
"""How what lets somebody through is marked."""


def other_texts(checked: Checked, lang: str) -> dict[str, list[str]]:
    """Say by other text what the answers mean for each of its obligations, and which measures it still needs."""
    told: dict[str, list[str]] = {}
    for obligation in checked.obligations:
        text = said_in(obligation.text, lang) if obligation.text else obligation.set
        messages = obligation_messages(obligation, checked)
        told.setdefault(text, []).append(" ".join(sentence(message, lang) for message in messages))
    return told
