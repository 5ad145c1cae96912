"""Reports to events: the set decides, not the order; people's word holds; what is generic joins nothing."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations

import msgspec
import numpy as np
import pytest
from benchmarks.reports import CASES, read_folder

from opencwc.language.encoders import named_encoder
from opencwc.reports.comparing import weigh
from opencwc.reports.corrections import Correction
from opencwc.reports.events import Archive, Event, find_events
from opencwc.reports.facts import tell
from opencwc.reports.item import Item, days_of, item_of
from opencwc.reports.likeness import (
    Rarity,
    fact_signs,
    padded,
    says_only_words,
    signs_of_nearness,
)
from opencwc.reports.likeness_model import b_cubed, pair_f1, read_weights, weighed, weights
from opencwc.reports.linkage import average_linkage, connected
from opencwc.reports.model import Count, Date, Nature, Report, Told
from opencwc.reports.origins import find_origins
from opencwc.reports.traits import traits_of
from opencwc.reports.watched import watch

AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
Groups = set[frozenset[str]]


def report(identity: str, title: str, text: str, days: float = 0, source: str = "Invented Wire") -> Report:
    return Report(identity, AT + timedelta(days=days), source, "", "en", title, text)


def read(reports: Sequence[Report], *, encoder: bool = True) -> list[Item]:
    told = [tell(one) for one in reports]
    return list(map(item_of, told, traits_of(told, named_encoder() if encoder else None)))


def groups(items: Sequence[Item], events: Iterable[Event]) -> Groups:
    return {frozenset(items[number].told.report.id for number in event.items) for event in events}


@pytest.fixture(scope="module")
def some() -> list[Item]:
    reports, _ = read_folder(CASES / "a")
    return read(reports[:90])


def test_the_order_in_which_reports_come_changes_nothing(some: list[Item]) -> None:
    expected = groups(some, find_events(some))
    assert max(map(len, expected)) > 2
    for seed in range(4):
        chance = random.Random(seed)
        items = chance.sample(some, len(some))
        archive = Archive()
        while len(archive.items) < len(items):
            at = len(archive.items)
            archive.add(items[at : at + chance.randrange(1, 40)])
        events = archive.events()
        assert groups(items, events) == expected
        assert {event.id for event in events} == {event.id for event in find_events(some)}


def test_events_can_be_asked_for_at_any_time(some: list[Item]) -> None:
    archive = Archive()
    for at in range(0, len(some), 30):
        archive.add(some[at : at + 30])
        assert groups(archive.items, archive.events()) == groups(some[: at + 30], find_events(some[: at + 30]))


def test_each_report_on_an_event_is_in_exactly_one(some: list[Item]) -> None:
    numbers = [number for event in find_events(some) for number in event.items]
    assert sorted(numbers) == [number for number, item in enumerate(some) if item.told.nature.kind]


def test_no_pair_that_would_be_one_is_left_out_unseen(some: list[Item]) -> None:
    on_event = [item for item in some if item.told.nature.kind]
    archive, known, rarity = Archive(), weights("event"), Rarity()
    archive.add(on_event)
    archive.events()
    for one, other in combinations(range(len(on_event)), 2):
        pair = on_event[one], on_event[other]
        score = weigh(*pair, known) + sum(
            known.signs.get(name, 0.0) * value for name, value in rarity.signs(*pair).items()
        )
        if score > known.cut:
            assert archive.score(one, other) == pytest.approx(score)


def test_people_join_and_part_and_the_last_word_holds(some: list[Item]) -> None:
    before = find_events(some)
    large = next(event for event in before if len(event.items) > 2)
    names = [some[number].told.report.id for number in large.items]
    other = next(event for event in before if event.id != large.id)
    stranger = some[other.items[0]].told.report.id
    split = [Correction("split", (names[0], name)) for name in names[1:]]
    parted = groups(some, find_events(some, split))
    assert frozenset({names[0]}) in parted or all(
        not {names[0], name} <= group for group in parted for name in names[1:]
    )
    joined = groups(some, find_events(some, [Correction("join", (names[0], stranger))]))
    assert any({names[0], stranger} <= group for group in joined)
    again = [*split, Correction("join", tuple(names))]
    assert any(set(names) <= group for group in groups(some, find_events(some, again)))
    for events in (parted, joined):
        assert set().union(*events) == set().union(*groups(some, before))


def test_a_flood_of_copies_is_one_event_of_one_origin_and_bridges_nothing() -> None:
    leak = (
        "Ammonia leak injures nine in Valparaíso",
        "Nine workers of a cold store in Valparaíso were injured by ammonia on 3 March, firemen said.",
    )
    theft = (
        "Chlorine cylinders stolen in Bizerte",
        "Three cylinders of chlorine were stolen from a waterworks in Bizerte on 1 March, police said.",
    )
    bridge = (f"{leak[0]}; {theft[0]}", f"{leak[1]} {theft[1]}")
    flood = [report(f"f{number}", *bridge, days=number / 500, source=f"Copy {number}") for number in range(300)]
    items = read([report("leak", *leak), report("theft", *theft), *flood])
    events = find_events(items)
    assert not any({0, 1} <= set(event.items) for event in events)
    (flooded,) = [event for event in events if len(event.items) >= 300]
    assert max(len(origin) for origin in find_origins(items, flooded)) >= 300


def test_word_for_word_copies_stay_together_in_any_order_and_a_person_may_part_them() -> None:
    words = (
        "Ammonia leak injures nine in Valparaíso",
        "Nine workers of a cold store in Valparaíso were injured, firemen said.",
    )
    copies = [report(f"c{number}", *words, days=number / 10) for number in range(6)]
    for order in ((0, 1, 2, 3, 4, 5), (5, 4, 3, 2, 1, 0), (3, 0, 5, 1, 4, 2)):
        items = read([copies[number] for number in order])
        archive = Archive()
        for item in items:
            archive.add([item])
        (event,) = archive.events()
        assert event.id == find_events(read(copies))[0].id
        assert archive.pairs_weighed < len(copies)  # and not all with all
    parted = groups(items, find_events(items, [Correction("split", ("c2", "c4"))]))
    assert not any({"c2", "c4"} <= group for group in parted)
    assert sum(map(len, parted)) == 6


def test_a_year_more_costs_as_many_pairs_as_the_year_before() -> None:
    def told_in(year: int) -> list[Report]:
        texts = (
            (day, f"Chlorine leaked on {1 + day} March {year} at the works of Sandvik in Norway; {day + 2} were hurt.")
            for day in range(0, 24, 3)
            for _ in range(2)
        )
        at = AT.replace(year=year, month=3, day=1)
        return [
            Report(f"{year}-{number}", at + timedelta(days=day), f"Outlet {number}", "", "en", "", f"{text} {number}.")
            for number, (day, text) in enumerate(texts)
        ]

    def pairs_of(years: range) -> int:
        archive = Archive()
        archive.add(read([one for year in years for one in told_in(year)], encoder=False))
        assert archive.events()
        return archive.pairs_weighed

    one, three, five = (pairs_of(range(2026 - years, 2026)) for years in (1, 3, 5))
    assert one > 8
    assert five - three == 2 * one == three - one


def test_a_country_and_the_number_one_join_nothing() -> None:
    items = read(
        [
            report(
                "a",
                "One dead after chlorine leak in Basel",
                "One worker died when chlorine leaked at a plant in Basel, Switzerland, on 2 March.",
            ),
            report(
                "b",
                "Switzerland: one held over stolen cyanide",
                "Police in Lugano, Switzerland, hold one man for the theft of sodium cyanide on 20 February.",
            ),
            report(
                "c",
                "Swiss parliament passes export rules",
                "One vote decided: Switzerland passed new rules for exports of precursors on 25 February.",
            ),
        ]
    )
    assert len(find_events(items)) == 3


def test_happenings_told_alike_in_many_states_stay_apart() -> None:
    english = (
        "Ammonia leak at a fish plant in {}",
        "Ammonia escaped from a fish plant in {} on {} March 2026. {} fell ill.",
    )
    french = "Fuite d'ammoniac à {}", "De l'ammoniac s'est échappé à {} le {} mars 2026. {} ouvriers sont intoxiqués."
    places = {
        "en": ("Bergen, Norway", "Iquique, Chile", "Busan, South Korea", "Walvis Bay, Namibia", "Split, Croatia"),
        "fr": ("Agadir, au Maroc", "Dakar, au Sénégal", "Brest, en France", "Anvers, en Belgique"),
    }
    reports = []
    for lang, (title, text) in (("en", english), ("fr", french)):
        for place in places[lang]:
            at = len(reports)
            told = title.format(place), text.format(place, 2 + 3 * at, 5 + at)
            reports.append(Report(f"p{at}", AT + timedelta(days=3 * at), f"Wire {at}", "", lang, *told))
    assert sorted(len(event.items) for event in find_events(read(reports))) == [1] * len(reports)


def test_without_an_encoder_words_and_facts_join() -> None:
    first = "Nine workers of a cold store in the port of Valparaíso, Chile, were injured by ammonia on Tuesday 3 March."
    second = "An ammonia leak in a cold store in Valparaíso, Chile, injured nine workers on 3 March, firemen said."
    stolen = "Three cylinders of chlorine were stolen from a waterworks in Bizerte, Tunisia, on 1 March, police said."
    items = read(
        [
            report("a", "Ammonia leak injures nine in Valparaíso", first),
            report("b", "Nine injured by ammonia in Valparaíso cold store", second, days=0.2),
            report("c", "Chlorine cylinders stolen in Bizerte", stolen),
        ],
        encoder=False,
    )
    assert groups(items, find_events(items)) == {frozenset({"a", "b"}), frozenset({"c"})}


def test_where_the_models_are_off_weights_by_hand_join(some: list[Item], monkeypatch: pytest.MonkeyPatch) -> None:
    learned = groups(some, find_events(some))
    monkeypatch.setenv("OPENCWC_MODELS_OFF", "report-events,report-origins")
    assert weights("event") == read_weights("event.hand")
    assert weights("origin") == read_weights("origin.hand")
    events = find_events(some)
    assert max(len(event.items) for event in events) > 2
    assert len(groups(some, events) & learned) > 0.7 * len(learned)
    assert all(find_origins(some, event) for event in events)


def test_like_texts_without_day_and_place_are_told_apart_by_their_words() -> None:
    first = "The actor Harm Quill was named on Friday as host of the gala, and said that he was delighted."
    again = "Harm Quill will be host of the gala, and the actor is delighted, it was said on Friday."
    other = "The singer Ada Brook was named on Friday as host of the awards, and said that she was honoured."
    reports = [Report(name, AT, "", "", "en", "", text) for name, text in (("a", first), ("b", again), ("c", other))]
    told = [Told(one, "en", Nature("other")) for one in reports]
    items = list(map(item_of, told, traits_of(told, named_encoder())))
    assert all(says_only_words(*pair) for pair in combinations(items, 2))
    rarity, known = Rarity(), weights("event")
    one, two, three = (weighed({**fact_signs(*pair), **rarity.signs(*pair)}, known) for pair in combinations(items, 2))
    assert one > max(two, three)


def test_a_report_on_no_event_is_in_none() -> None:
    watched = watch(
        [report("r", "A recipe for lemon cake", "Mix butter and sugar, add two eggs and bake for an hour.")], None
    )
    assert not watched.events
    assert watched.lines[0].event == watched.lines[0].origin == ""


def test_a_date_that_is_none_is_told_as_none() -> None:
    assert days_of(Date("2026-02-30", "day")) is None
    assert days_of(Date("2026", "year")) == (datetime(2026, 1, 1).toordinal(), datetime(2026, 12, 31).toordinal())


def test_average_linkage_does_not_chain() -> None:
    near = {(0, 1): 3.0, (1, 2): 3.0, (0, 2): -9.0}
    assert sorted(map(sorted, average_linkage([[0], [1], [2]], lambda a, b: near[min(a, b), max(a, b)], 0.0))) in (
        [[0, 1], [2]],
        [[0], [1, 2]],
    )
    assert sorted(map(sorted, connected([0, 1, 2, 3], [(0, 1), (1, 2)]))) == [[0, 1, 2], [3]]


def test_what_is_told_of_a_day_ahead_is_planned() -> None:
    told = tell(
        report(
            "p",
            "Meeting on chemical safety in Lomé on 12 March",
            "National authorities meet in Lomé, Togo, on 12 March.",
        )
    )
    assert (told.nature.stage, told.nature.stance) == ("planned", "none")


def test_figures_that_differ_do_not_keep_reports_on_one_event_apart(some: list[Item]) -> None:
    event = next(event for event in find_events(some) if len(event.items) > 2)
    number = event.items[-1]
    told = some[number].told
    changed: Told = msgspec.structs.replace(told, casualties=told.casualties._replace(killed=Count(77)))
    items = [*some[:number], item_of(changed, some[number].traits), *some[number + 1 :]]
    assert groups(items, find_events(items)) == groups(some, find_events(some))


@pytest.mark.slow
def test_written_reports_are_joined() -> None:
    reports, gold = read_folder(CASES / "c")
    watched = watch(reports, named_encoder())
    on_event = {row["report"]: row for row in gold.values() if row["event"]}
    events = {line.told.report.id: line.event for line in watched.lines}
    origins = {name: line.origin for line in watched.lines if (name := line.told.report.id) in on_event}
    assert b_cubed(events, {name: row["event"] for name, row in on_event.items()}) > 0.9
    assert pair_f1(origins, {name: row["origin"] for name, row in on_event.items()}) > 0.85


def test_pairs_together_mean_what_each_alone_does() -> None:
    rng = np.random.default_rng(1)
    drawn = [rng.normal(size=(rows, 6)).astype(np.float32) for rows in (1, 2, 7, 4, 1)]
    vectors = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in drawn]
    some, lengths = padded([*vectors, np.zeros((0, 0), np.float32)])
    one, other = (np.array(each) for each in zip(*combinations(range(6), 2), strict=True))
    near = some[one] @ some[other].transpose(0, 2, 1)
    signs = signs_of_nearness(near, lengths[one], lengths[other])
    for at, (row, column) in enumerate(zip(one, other, strict=True)):
        if column == 5:
            assert all(values[at] == 0 for values in signs.values())
            continue
        near = vectors[row] @ vectors[column].T
        body = near[1:, 1:]
        cover = (body.max(1).mean() + body.max(0).mean()) / 2 if min(near.shape) > 1 else near[0, 0]
        expected = {
            "title": near[0, 0], "title_told": max(near[0].max(), near[:, 0].max()), "sentences": cover,
            "lead": near[:2, :2].max(),
        }  # fmt: skip
        assert {name: values[at] for name, values in signs.items()} == pytest.approx(expected, abs=1e-5)
