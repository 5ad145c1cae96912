"""Two meetings in one city are two: of another row, on another matter, of another body, on other days."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from opencwc.language.encoders import named_encoder
from opencwc.reports.events import find_events
from opencwc.reports.facts import tell_all
from opencwc.reports.item import item_of
from opencwc.reports.meetings import Meeting, meeting_of
from opencwc.reports.model import Nature, Report, Told
from opencwc.reports.traits import traits_of

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "meetings.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['why']}: {case['reports'][0]['title']}")
def test_meetings(case: dict[str, Any]) -> None:
    reports = [
        Report(
            str(at),
            datetime.fromisoformat(one["published"]),
            f"Outlet {at}",
            "",
            one["lang"],
            one["title"],
            one["text"],
        )
        for at, one in enumerate(case["reports"])
    ]
    told = tell_all(reports)
    items = list(map(item_of, told, traits_of(told, named_encoder())))
    assert len(find_events(items)) == case["events"]


@pytest.mark.parametrize(
    ("lang", "title", "edition"),
    [
        ("en", "Twenty-first session of the Conference opens", 21),
        ("en", "OPCW hosts 3rd regional workshop", 3),
        ("fr", "La vingt et unième session s'ouvre", 21),
        ("fr", "Le 2e atelier régional se tient à Dakar", 2),
        ("es", "Comienza la vigésima primera reunión", 21),
        ("es", "Tercer taller regional en Lima", 3),
        ("ru", "Открылась двадцать первая сессия Конференции", 21),
        ("ru", "В Гааге прошла 5-я встреча экспертов", 5),
        ("ar", "اختتام الدورة الحادية والعشرين في لومي", 21),
        ("ar", "افتتاح المنتدى الإقليمي العاشر للأمن الكيميائي", 10),
        ("zh", "第二十一届缔约国大会开幕", 21),
        ("zh", "首届化学安全论坛举行", 1),
        ("ru", "Завершился второй день конференции", 0),
        ("en", "First aid workshop for customs officers ends", 0),
    ],
)
def test_the_how_manieth_meeting_it_is(lang: str, title: str, edition: int) -> None:
    report = Report("r", datetime(2026, 3, 4, tzinfo=UTC), "", "", lang, title, "")
    assert meeting_of(Told(report, lang, Nature("policy"))).edition == edition


def test_only_what_is_decided_or_held_is_a_meeting() -> None:
    report = Report("r", datetime(2026, 3, 4, tzinfo=UTC), "", "", "en", "Leak at third conference on safety", "")
    assert meeting_of(Told(report, "en", Nature("accident"))) == Meeting()
