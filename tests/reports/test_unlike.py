"""A day and a State in common make no event: what is told of it must have more in common than that."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from opencwc.language.encoders import named_encoder
from opencwc.reports.model import Report
from opencwc.reports.watched import watch

ONE_DAY_IN_SWITZERLAND = {
    "thief": ("en", "Mercury stolen from Zurich laboratory",
              "Thieves took forty kilos of mercury from a university laboratory in Zurich on Tuesday, police said."),
    "drill": ("en", "Geneva airport rehearses chemical alert",
              "Firefighters practised on Tuesday at Geneva airport how to treat passengers after a chemical release."),
    "sensor": ("fr", "Lausanne présente un capteur de VX",
               "Des chercheurs de Lausanne ont présenté mardi un capteur capable de déceler le VX en une minute."),
    "talks": ("en", "Conference on chemical weapons opens in Geneva",
              "Delegates of ninety States met on the Chemical Weapons Convention in Geneva on Tuesday."),
}  # fmt: skip
ONE_DAY_IN_LANZHOU = {
    "leak": ("zh", "兰州一化工厂硫化氢泄漏 3人送医", "10月6日，兰州一家化工厂发生硫化氢泄漏，3名工人送医。"),
    "theft": ("zh", "兰州一仓库盐酸被盗", "10月6日，兰州警方称，一处仓库的20桶盐酸被盗。"),
}
LICENCES = {
    "given": ("en", "Germany approves sensors for Kenya",
              "Germany approved on 2 June the export of ammonia sensors to Kenya."),
    "refused": ("en", "Germany refuses cyanide for Pakistan",
                "Germany refused on 2 June a licence to export sodium cyanide to Pakistan."),
}  # fmt: skip


@pytest.mark.parametrize("told", [ONE_DAY_IN_SWITZERLAND, ONE_DAY_IN_LANZHOU, LICENCES])
def test_what_shares_but_a_day_and_a_state_is_many_events(told: dict[str, tuple[str, str, str]]) -> None:
    at = datetime(2026, 6, 9 if told is ONE_DAY_IN_SWITZERLAND else 2, 12, tzinfo=UTC)
    at = at.replace(month=10, day=6) if told is ONE_DAY_IN_LANZHOU else at
    reports = [
        Report(name, at, f"outlet {row}", "", lang, title, text, row)
        for row, (name, (lang, title, text)) in enumerate(told.items(), 1)
    ]
    lines = watch(reports, named_encoder()).lines
    events = [line.event for line in lines if line.event]
    assert len(events) == len(told)
    assert len(set(events)) == len(events)


PAIRS = yaml.safe_load(Path(__file__).with_name("pairs.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["about"])
def test_two_sites_or_two_aims_make_two_events(pair: dict[str, Any]) -> None:
    reports = [
        Report(
            f"r{row}", datetime.fromisoformat(one["published"]), f"outlet {row}", "", one["lang"], one["title"],
            one["text"], row,
        )
        for row, one in enumerate(pair["reports"], 1)
    ]  # fmt: skip
    events = [line.event for line in watch(reports, named_encoder()).lines]
    assert all(events)
    assert (len(set(events)) == 1) == pair["one"]
