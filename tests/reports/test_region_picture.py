"""Events by country, region and month: rates, changes in words, and what is under-reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

import pytest

from opencwc.reports.covered_months import Period, period_of
from opencwc.reports.event_columns import columns_of
from opencwc.reports.event_rows import EventRows
from opencwc.reports.model import Date, Place
from opencwc.reports.rate_changes import changes_of
from opencwc.reports.region_picture import EVERYWHERE, area_named, countable, kinds_of, picture_of, rates_of
from opencwc.reports.reporting_gaps import gaps_of, official_languages, thinly_reported
from opencwc.reports.summaries import EventSummary, summaries_of
from opencwc.reports.watched import Line
from opencwc.wording import LANGUAGES, say, sentence
from reports.told_by_hand import told, watched


def rows(events: Iterable[EventSummary]) -> EventRows:
    """Return events as the columns of a run hold them."""
    return EventRows(columns_of(events))


def event(day: str, country: str = "NOR", kind: str = "accident", stage: str = "reported") -> EventSummary:
    """Return an event that one report tells, published at the end of its day."""
    published = f"{day if len(day) == 10 else day + '-28'}T20:00:00+00:00"
    name = f"{day}{country}{kind}{stage}"
    one = told(name, published, "Wire", "en", "x", nature=(kind, stage, "asserts"), date=day, place=Place(country))
    line = Line(one, f"E-{name}", f"O-{name}")
    return EventSummary(line.event, (line,), ((line,),))


def year_of(counts: Sequence[int], country: str = "NOR", kind: str = "accident") -> list[EventSummary]:
    """Return so many events in each month of 2025, on its first days."""
    return [
        event(f"2025-{month:02}-{day:02}", country, kind)
        for month, number in enumerate(counts, 1)
        for day in range(1, number + 1)
    ]


WHOLE_YEAR = period_of(
    [datetime(2025, month, day) for month in range(1, 13) for day in (1, 28)] + [datetime(2025, 12, 31)]
)


def whole_year() -> Period:
    assert WHOLE_YEAR is not None
    return WHOLE_YEAR


def said(messages: Iterable[object], lang: str = "en") -> list[str]:
    return [sentence(message, lang) for message in messages]  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------ months and areas


def test_a_month_of_a_country_counts_events_and_what_is_only_alleged() -> None:
    months = {(month.area, month.month): month for month in picture_of(rows(summaries_of(watched())))}
    leak, allegation = months["NOR", "2026-03"], months["UKR", "2026-03"]
    assert (dict(leak.kinds), leak.corroborated, leak.only_alleged) == ({"accident": 1}, 1, 0)
    assert (dict(allegation.stages), allegation.corroborated, allegation.only_alleged) == ({"alleged": 1}, 0, 1)


def test_countries_come_together_in_their_region_and_one_without_stands_apart() -> None:
    months = picture_of(rows([event("2026-03-02"), event("2026-03-03", "SWE"), event("2026-03-04", "XNV")]), "region")
    assert [(month.area, len(month.events)) for month in months] == [("", 1), ("154", 2)]
    assert [say(area_named(month.area)) for month in months] == ["country not stated", "Northern Europe"]


def test_a_month_without_reports_is_not_covered_and_parts_of_months_count_as_parts() -> None:
    period = period_of([datetime(2026, 1, 16), datetime(2026, 3, 2), datetime(2026, 3, 10)])
    assert period is not None
    assert [(month.month, month.reports) for month in period.months] == [("2026-01", 1), ("2026-02", 0), ("2026-03", 2)]
    assert [month.share for month in period.months] == pytest.approx([16 / 31, 0, 10 / 31])
    assert (period.last, period.ends_early) == (date(2026, 3, 10), True)
    assert period_of([]) is None


def test_only_what_happened_in_the_days_of_the_reports_counts() -> None:
    events = [event("2025-05-02"), event("2024-05-02"), event("2025-06"), event("2025-07-01", stage="planned")]
    assert [one.date.text for one in countable(rows(events), whole_year())] == ["2025-05-02", "2025-06"]
    assert not whole_year().holds(Date("2025", "year"))


def test_an_event_of_a_month_without_reports_counts_nowhere() -> None:
    period = period_of([datetime(2026, 1, 1), datetime(2026, 3, 31)])
    assert period is not None
    assert [one.date.text for one in countable(rows([event("2026-02-03"), event("2026-03-03")]), period)] == [
        "2026-03-03"
    ]


def test_rates_come_by_area_and_kind_with_their_interval_and_for_all_areas_together() -> None:
    events = [*year_of([1] * 12), *year_of([0, 2], "SWE"), *year_of([1], "SWE", "theft")]
    rates = {(rate.area, rate.kind): rate for rate in rates_of(rows(events), whole_year())}
    assert set(rates) == {
        ("NOR", "accident"), ("SWE", "accident"), ("SWE", "theft"), (EVERYWHERE, "accident"), (EVERYWHERE, "theft"),
    }  # fmt: skip
    assert rates["NOR", "accident"].rate.a_month == 1
    assert rates[EVERYWHERE, "accident"].events == 14
    assert rates["SWE", "theft"].rate.low < 1 / 12 < rates["SWE", "theft"].rate.high
    assert {rate.area for rate in rates_of(rows(year_of([1, 2])), whole_year())} == {"NOR"}


def test_kinds_count_all_events_whenever_they_were() -> None:
    events = rows([event("2026-02-03"), event("2019-05"), event("2026-03-03", kind="theft")])
    assert [(one.area, one.kind, one.events) for one in kinds_of(events)] == [
        ("NOR", "accident", 2), ("NOR", "theft", 1)
    ]  # fmt: skip


# --------------------------------------------------------------------------------------------------------- changes


def test_a_last_month_unlike_those_before_is_told_in_words() -> None:
    changes = changes_of(rows(year_of([1, 0, 1, 2, 1, 1, 0, 2, 1, 1, 1, 8])), whole_year())
    (change,) = changes.changes
    assert (change.area, change.kind, change.way, change.lasting) == ("NOR", "accident", "more", False)
    assert say(change.says) == (
        "Accident, Norway: 8 in December 2025; before 1 a month (from 0.5 to 1.8, over 11 months)."
        " This almost never happens by chance: at most 0.1% of the time, corrected for all comparisons (1)"
    )
    assert changes.says is None


def test_months_that_vary_more_than_chance_makes_them_are_noted() -> None:
    (even,) = changes_of(rows(year_of([1, 0, 1, 2, 1, 1, 0, 2, 1, 1, 1, 8])), whole_year()).changes
    uneven, *_ = changes_of(rows(year_of([0, 7, 0, 0, 0, 7, 0, 0, 0, 7, 0, 12])), whole_year()).changes
    assert (even.uneven, uneven.uneven) == (False, True)


def test_fewer_is_told_too() -> None:
    (change,) = changes_of(rows(year_of([9] * 11)), whole_year()).changes
    assert change.way == "fewer"
    assert say(change.says).startswith("Accident, Norway: 0 in December 2025; before 9 a month")


def test_what_chance_explains_is_no_change() -> None:
    changes = changes_of(rows(year_of([1, 0, 1, 2, 1, 1, 0, 2, 1, 1, 1, 3])), whole_year())
    assert changes.changes == ()
    assert said([changes.says])[0] == (
        "No number of events differs from earlier ones by more than chance (comparisons: 1, months: 12)."
    )


def test_the_more_is_looked_at_the_rarer_a_difference_must_be() -> None:
    rising = year_of([1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 4])
    assert len(changes_of(rows(rising), whole_year()).changes) == 1
    others = [one for country in ("SWE", "FIN", "DNK", "ISL") for one in year_of([1, 0, 1] * 4, country)]
    many = changes_of(rows([*rising, *others]), whole_year())
    assert (many.changes, many.looked_at) == ((), 6)


def test_a_rate_that_rose_and_stayed_is_told_with_its_month() -> None:
    changes = changes_of(rows(year_of([1, 0, 1, 0, 1, 1, 0, 6, 5, 7, 6, 6])), whole_year()).changes
    lasting = [change for change in changes if change.lasting]
    assert [(change.month, change.way) for change in lasting] == [("2025-08", "more")]
    assert say(lasting[0].says) == (
        "Accident, Norway: 6 a month (from 4 to 8.6) from August 2025 to December 2025;"
        " before 0.6 a month (from 0.2 to 1.5)"
    )


def test_too_few_months_are_not_compared() -> None:
    period = period_of([datetime(2026, 1, 1), datetime(2026, 2, 28)])
    assert period is not None
    changes = changes_of(rows([event("2026-02-01")]), period)
    assert said([changes.says]) == ["Too few months to compare: the reports cover 2, and 3 are needed."]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_changes_are_said_in_every_language(lang: str) -> None:
    events = [*year_of([1, 0, 1, 0, 1, 1, 0, 6, 5, 7, 6, 6]), *year_of([9] * 11, "SWE")]
    sentences = said([change.says for change in changes_of(rows(events), whole_year()).changes], lang)
    assert len(sentences) >= 2
    assert not any("watch_" in text or "{" in text for text in sentences)


# ------------------------------------------------------------------------------------------------------------ gaps


def test_what_rests_on_one_origin_or_no_own_language_is_said_to_be_thinly_reported() -> None:
    thin = {
        country: [say(why) for why in reasons] for country, reasons in thinly_reported(rows(summaries_of(watched())))
    }
    assert thin["PAN"] == ["1 of 1 events have only one origin", "only El Diario reports from there"]
    assert thin["NOR"] == [
        "no report is in an official language of the country (Norwegian, Norwegian Bokmål, Norwegian Nynorsk)"
    ]
    assert thin["UKR"] == ["no report is in an official language of the country (Ukrainian)"]


def test_gaps_name_missing_languages_months_days_and_places() -> None:
    events = [event("2026-01-02"), event("2026-03-02", ""), event("2026-03-03", "SWE")]
    lines = [line for one in events for line in one.lines]
    period = period_of(line.told.report.published for line in lines)
    texts = said(gaps_of(("en",), rows(events), period).says)
    assert texts[0] == "No reports were read from these months, which count as not covered: February 2026."
    assert "No report is in French, Arabic, Spanish, Russian, Chinese." in texts
    assert "For 1 of 3 events, no report names the country." in texts


def test_a_month_with_many_more_reports_is_noted() -> None:
    events = year_of([1, 1, 1, 1, 1, 9])
    lines = [line for one in events for line in one.lines]
    period = period_of(line.told.report.published for line in lines)
    assert any(
        "more events may only mean more reports" in text for text in said(gaps_of(("en",), rows(events), period).says)
    )


def test_silent_states_come_by_region_the_most_silent_first() -> None:
    silent = gaps_of((), rows([event("2026-01-02"), event("2026-01-02", "MAR")]), None).silent
    northern_africa = next(one for one in silent if one.region == "015")
    assert (len(northern_africa.states), northern_africa.all, "MAR" in northern_africa.states) == (5, 6, False)
    shares = [len(one.states) / one.all for one in silent]
    assert shares == sorted(shares, reverse=True)


def test_official_languages_are_those_of_the_country_and_not_of_its_regions() -> None:
    assert official_languages("PAN") == ("es",)
    assert official_languages("USA") == ("en",)
