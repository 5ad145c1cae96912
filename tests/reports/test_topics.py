"""The technology watch: topics of reports, independent texts, trends, new terms, passages and what is withheld."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import product

import numpy as np
import pytest

from opencwc.errors import NotFoundError
from opencwc.language.encoders import named_encoder
from opencwc.reports.model import OnTopic, Report, Span, Told
from opencwc.reports.report_columns import ReportColumns, columns_of_reports
from opencwc.reports.topics.assignment import topics_by_words, with_topics
from opencwc.reports.topics.exact_tests import chance_of_at_least, least_counts_tested
from opencwc.reports.topics.independent_texts import texts_of
from opencwc.reports.topics.passages import describes_steps, is_withheld, quote_of
from opencwc.reports.topics.terms import new_terms, phrases_of
from opencwc.reports.topics.topic_files import topics_as_csv, topics_as_json_lines
from opencwc.reports.topics.topic_picture import topic_picture
from opencwc.reports.topics.tree import load_tree, topic_words
from opencwc.reports.topics.trends import trends_of
from opencwc.reports.traits import traits_of
from opencwc.reports.watched import Line, Watched
from opencwc.wording import LANGUAGES, say


def _report(name: str, text: str, published: str = "2026-03-02", lang: str = "en", title: str = "") -> Report:
    at = datetime.fromisoformat(f"{published}T09:00:00+01:00")
    return Report(name, at, f"Outlet {name}", "", lang, title, text)


def _line(
    name: str, published: str, text: str, topics: tuple[str, ...] = (), origin: str = "", event: str = ""
) -> Line:
    found = tuple(OnTopic(topic, 0.9, (Span(0, len(text)),)) for topic in topics)
    return Line(Told(_report(name, text, published), "en", topics=found), event, origin)


def _columns(lines: Sequence[Line]) -> ReportColumns:
    return columns_of_reports(lines, texts_of(lines).first)


def _found(report: Report, lang: str, *, by_meaning: bool = True) -> set[str]:
    found = _by_meaning(report, lang) if by_meaning else topics_by_words(report, lang)
    return {one.topic for one in found}


def _by_meaning(report: Report, lang: str = "en") -> tuple[OnTopic, ...]:
    encoder = named_encoder()
    (traits,) = traits_of([Told(report, lang)], encoder)
    (told,) = with_topics([Told(report, lang)], [traits.vectors], encoder.id)
    return told.topics


# ------------------------------------------------------------------------------------------------------ the tree


def test_every_topic_has_names_words_and_a_sentence_in_six_languages() -> None:
    tree = load_tree()
    assert len(tree.themes) >= 9
    for topic, lang in product(tree.topics, LANGUAGES):
        assert topic.names[lang], topic.id
        assert topic.about[lang], topic.id
        assert topic.words[lang], topic.id
        assert topic.beside.get(lang) != "", topic.id
    assert all(theme.names.keys() == set(LANGUAGES) and tree.of(theme.id) for theme in tree.themes)
    assert say(tree.find("crypto").named, "fr") == "Paiement en cryptomonnaie"


def test_no_sentence_of_the_tree_reads_like_a_method() -> None:
    tree = load_tree()
    texts = [topic.about[lang] for topic, lang in product(tree.topics, LANGUAGES)]
    assert not any(describes_steps(text) for text in texts)


def test_a_topic_that_is_not_in_the_tree_is_not_found() -> None:
    with pytest.raises(NotFoundError) as caught:
        load_tree().find("ai")
    assert caught.value.code == "no_such_topic"


def test_words_are_found_in_other_cases_and_with_particles() -> None:
    for lang, text in (("ru", "платежи криптовалютой"), ("ar", "دفعوا بالعملات المشفرة"), ("zh", "用虚拟货币付款")):
        words = topic_words(lang)
        from opencwc.language.place_keys import folded

        assert [one.topics for one in words.topics_in(text, folded(text))] == [("crypto",)], lang


# ---------------------------------------------------------------------------------------------------- assignment

ON_DARK_MARKETS = {
    "en": "Detectives closed a dark web market, a darknet shop that had toxic chemicals, poison and cyanide on offer.",
    "fr": "Sur le dark web, un site du darknet proposait produits toxiques, poisons et cyanure.",
    "ar": "أغلقت الشرطة سوقا على الشبكة المظلمة كانت تعرض مواد سامة وسيانيد.",
    "es": "La policía cerró un sitio de la red oscura que ofrecía sustancias tóxicas y cianuro.",
    "ru": "Полиция закрыла магазин в даркнете, где предлагали токсичные вещества и цианиды.",
    "zh": "警方关闭了一个出售有毒化学品和氰化物的暗网商店。",
}
ON_NONE = {
    "en": "The team scored twice in the second half and the crowd sang until midnight.",
    "fr": "L'équipe a marqué deux fois et la foule a chanté jusqu'à minuit.",
    "ar": "سجل الفريق هدفين في الشوط الثاني وغنى الجمهور حتى منتصف الليل.",
    "es": "El equipo marcó dos goles y la gente cantó hasta la medianoche.",
    "ru": "Команда забила два гола, и трибуны пели до полуночи.",
    "zh": "球队下半场打进两球，观众歌唱到午夜。",
}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("by_meaning", [True, False])
def test_a_report_is_put_on_its_topic_in_every_language(lang: str, by_meaning: bool) -> None:
    assert "dark-markets" in _found(_report("x", ON_DARK_MARKETS[lang], lang=lang), lang, by_meaning=by_meaning)
    assert not _found(_report("x", ON_NONE[lang], lang=lang), lang, by_meaning=by_meaning)


def test_a_report_may_be_on_several_topics() -> None:
    text = (
        "Toxic chemicals sold on the darknet were paid in bitcoin, and the blockchain led to the seller of the poison."
    )
    assert {"dark-markets", "crypto"} <= _found(_report("x", text), "en")


def test_where_the_model_is_off_words_decide_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    report = _report("x", ON_DARK_MARKETS["en"])
    with_meaning = _by_meaning(report)
    monkeypatch.setenv("OPENCWC_MODELS_OFF", "report-topics")
    by_words = _by_meaning(report)
    assert by_words == topics_by_words(report, "en")
    assert [one.topic for one in by_words] == [one.topic for one in with_meaning] == ["dark-markets"]
    assert by_words[0].chance != with_meaning[0].chance


def test_passages_and_their_words_are_marked_where_they_stand() -> None:
    shop = "A darknet shop on the dark web offered cyanide, poison and other toxic chemicals."
    text = f"The fair opened on Monday. {shop} Rain is expected."
    report = _report("x", text, title="News of the day")
    (found,) = topics_by_words(report, "en")
    assert [report.whole[start:end] for start, end in found.passages] == [shop]
    assert [report.whole[start:end] for start, end in found.words] == ["darknet", "dark web"]
    quote = quote_of(Told(report, "en"), found)
    assert [(piece.text, piece.tone) for piece in quote.passages[0]][1] == ("darknet", "mild")
    assert "".join(piece.text for piece in quote.title) == "News of the day"


def test_a_text_without_words_gives_no_topic() -> None:
    for text in ("", " ", "¡¿?!", "\ud800", "0" * 100):
        assert topics_by_words(_report("x", text), "en") == ()


# ----------------------------------------------------------------------------------------------- what is withheld


def test_a_passage_that_asks_for_a_method_is_withheld_and_counted() -> None:
    asks, tells = "On the darknet a user asked: how do I make sarin?", "The market then removed the offer of poison."
    report = _report("x", f"{asks} {tells}", title="How do I make sarin?")
    passages = tuple(Span(start, start + len(one)) for one in (asks, tells) for start in [report.whole.index(one)])
    quote = quote_of(Told(report, "en"), OnTopic("dark-markets", 0.9, passages))
    assert quote.title == ()
    assert quote.withheld == 1
    assert ["".join(piece.text for piece in passage) for passage in quote.passages] == [tells]


@pytest.mark.parametrize(
    "text",
    [
        "The mixture is heated to 80 °C and stirred overnight.",
        "On chauffe à 80 °C, puis on laisse refroidir à l'air.",
        "Se calienta a 80 °C y se agita toda la noche; añada el agua gota a gota.",
        "Смесь нагревают до 80 °C, затем добавляют воду по каплям.",
        "يسخن إلى 80 درجة ثم يضاف الماء قطرة قطرة.",
        "加热至80℃，搅拌后过滤。",
    ],
)
def test_working_steps_are_withheld_in_six_languages(text: str) -> None:
    assert describes_steps(text)
    assert is_withheld(text)


def test_news_on_technology_is_shown() -> None:
    assert not any(is_withheld(text) for text in ON_DARK_MARKETS.values())


# ------------------------------------------------------------------------------------------------ trends and terms


def _months(risen: int) -> Iterator[Line]:
    """Yield forty texts a month of which two are on printing; in the newest month ``risen`` are on crypto."""
    chance = np.random.default_rng(1)
    for month, number in product(("2026-01", "2026-02", "2026-03"), range(40)):
        on = ("printing",) if number < 2 else ("crypto",) if month == "2026-03" and number < 2 + risen else ()
        yield _line(f"{month}-{number}", f"{month}-05", " ".join(map(str, chance.integers(10**6, size=9))), on)


def test_a_topic_that_comes_up_much_more_often_rises_and_the_others_do_not() -> None:
    lines = [*_months(9), _line("old", "2026-01-09", "One more.", ("crypto",))]
    changes = {trend.topic.id: trend for trend in trends_of(_columns(lines))}
    assert changes["crypto"].change == "rising"
    assert changes["crypto"].chance < 0.01
    assert changes["printing"].change == "steady"
    assert changes["toxins"].change == "absent"
    newest = changes["crypto"].newest
    assert (newest.month, newest.texts, newest.of) == ("2026-03", 9, 40)
    assert newest.low < 9 / 40 < newest.high
    assert say(newest.says, "en") == "March 2026: 9 of 40 independent texts (95% confidence interval: 12 to 38 in 100)"


def test_copies_count_once_and_a_flood_of_them_makes_no_trend() -> None:
    story = "Bitcoin paid for precursors, says the Harbour Wire in a long report on toxic chemicals and their buyers."
    flood = [_line(f"c{number}", "2026-03-09", story, ("crypto",)) for number in range(50)]
    lines = [*_months(0), _line("old", "2026-01-09", "One.", ("crypto",)), *flood]
    crypto = next(trend for trend in trends_of(_columns(lines)) if trend.topic.id == "crypto")
    assert (crypto.texts, len(crypto.numbers), crypto.change) == (2, 51, "few")


def test_reports_of_one_origin_count_as_one_text() -> None:
    lines = [_line("a", "2026-03-01", "A.", origin="O-1"), _line("b", "2026-03-02", "B.", origin="O-1"),
             _line("c", "2026-03-02", "C.")]  # fmt: skip
    assert texts_of(lines).first.tolist() == [0, 0, 2]


def test_near_copies_outside_events_count_as_the_first_published_in_any_order() -> None:
    story = "Police in three towns closed a shop on the darknet that sold toxic chemicals by post to buyers abroad"
    lines = [_line("late", "2026-03-05", f"{story}, again."), _line("first", "2026-03-01", f"{story}.")]
    assert texts_of(lines).first.tolist() == [1, 1]
    assert texts_of(lines[::-1]).first.tolist() == [0, 0]


def test_a_month_without_reports_is_there_with_none() -> None:
    lines = [_line("a", "2025-11-01", "A.", ("crypto",)), _line("b", "2026-02-01", "B.")]
    crypto = next(trend for trend in trends_of(_columns(lines)) if trend.topic.id == "crypto")
    assert [(month.month, month.texts, month.of) for month in crypto.months] == [
        ("2025-11", 1, 1), ("2025-12", 0, 0), ("2026-01", 0, 0), ("2026-02", 0, 1),
    ]  # fmt: skip


def _texts_with(term: str, times: int) -> list[Line]:
    before = [_line(f"b{at}", "2026-01-05", f"Report {at} on the fair in town {at}.", ("crypto",)) for at in range(60)]
    after = [
        _line(f"a{at}", "2026-02-05", f"Outlet {at} writes of {term if at < times else 'stamps'}.", ("crypto",))
        for at in range(40)
    ]
    return before + after


def test_a_phrase_that_comes_up_is_a_new_term_with_its_counts_and_places() -> None:
    lines = _texts_with("quantum lamps", 12)
    terms = new_terms(lines, _columns(lines))
    found = {term.phrase: term for term in terms}
    term = found["quantum lamps"]
    assert (term.texts, term.of, term.before, term.of_before, len(term.places)) == (12, 40, 0, 60, 12)
    assert term.chance < 0.05
    assert "quantum" not in found  # it stands nowhere but in the longer phrase
    number, span = term.places[0]
    assert lines[number].told.report.whole[span.start : span.end] == "quantum lamps"


def test_a_phrase_of_a_few_texts_or_of_one_event_is_no_new_term() -> None:
    few = _texts_with("quantum lamps", 2)
    assert "quantum lamps" not in {term.phrase for term in new_terms(few, _columns(few))}
    one = [
        Line(line.told, "E-1" if "quantum" in line.told.report.text else "", line.origin)
        for line in _texts_with("quantum lamps", 12)
    ]
    assert "quantum lamps" not in {term.phrase for term in new_terms(one, _columns(one))}


def test_among_texts_that_differ_by_chance_alone_a_new_term_is_rare() -> None:
    chance = np.random.default_rng(7)
    words = np.array([f"w{''.join(chr(97 + int(sign)) for sign in f'{number:03}')}" for number in range(300)])
    wrong = 0
    for run in range(40):
        lines = [
            _line(f"{run}-{at}", f"2026-0{1 + at % 3}-05", " ".join(chance.choice(words, 12)) + ".", ("crypto",))
            for at in range(60)
        ]
        wrong += bool(new_terms(lines, _columns(lines)))
    assert wrong <= 6  # of 40 runs, 2 are expected at most


def test_a_phrase_stands_within_one_sentence_and_is_no_word_of_a_topic() -> None:
    told = Told(_report("x", "Police praised the lamp. Bitcoin prices, however, fell."), "en")
    keys = {key for key, _ in phrases_of(told)}
    assert "lamp" in keys
    assert not any("bitcoin" in key.split()[:1] for key in keys)
    assert "lamp bitcoin" not in keys
    chinese = {key for key, _ in phrases_of(Told(_report("x", "量子灯笼发光", lang="zh"), "zh"))}
    assert "量子灯笼" in chinese


def test_what_cannot_come_out_is_not_counted_among_what_is_looked_at() -> None:
    least, tested = least_counts_tested([1] * 1000 + [8] * 5, 40, 100)
    assert (least <= 8, tested) == (True, 5)
    assert 5 * chance_of_at_least(8, 40, 8, 100) <= 0.05


# ------------------------------------------------------------------------------------------------------- the whole


def test_the_picture_puts_what_is_new_first_and_its_files_quote_and_do_not_sum_up() -> None:
    lines = tuple(_months(9))
    picture = topic_picture(Watched(lines, ()))
    assert [trend.topic.id for trend in picture.present] == ["crypto", "printing"]
    assert [trend.change for trend in picture.risen] == ["new"]
    assert picture.on_none == len(lines) - 6 - 9
    assert next(line.told.report.id for line, _ in picture.reports_on("crypto")).startswith("2026-03")
    rows = topics_as_csv(picture).splitlines()
    assert rows[0].startswith("topic,report,published")
    assert len(rows) == 1 + 6 + 9
    records = [json.loads(line) for line in topics_as_json_lines(picture, "fr").splitlines()]
    assert records[0]["trend"]["says"] == "Apparaît pour la première fois en mars 2026."
    whole = {line.told.report.whole for line in lines}
    quoted = {record["passage"]["title"] for record in records if "passage" in record}
    assert quoted <= whole


def test_no_reports_give_an_empty_picture() -> None:
    picture = topic_picture(Watched((), ()))
    assert (picture.present, picture.terms, picture.months) == ((), (), ())
