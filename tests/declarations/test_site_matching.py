"""Sites are matched over years by code, name, operator, address and place, across scripts, and never two to one."""

from __future__ import annotations

from benchmarks.site_matching import matched, register_of, scored, whole_precision

from opencwc.declarations.model import Register
from opencwc.declarations.site_likeness import profiles_of
from opencwc.declarations.site_matching import match_sites, similar_codes


def register(*lines: str, more: dict[str, dict[str, str]] | None = None) -> Register:
    """Return a register of lines ``site; name; operator; address``."""
    fields = ("site", "name", "operator", "address")
    rows = [dict(zip(fields, map(str.strip, line.split(";")), strict=True)) for line in lines]
    return register_of([{**row, "country": "XNV", **(more or {}).get(row["site"], {})} for row in rows])


def test_a_site_is_the_same_in_another_script() -> None:
    before = register(
        "A1; Orvenda Chemical Works; Orvenda Chemicals Ltd; Tulmar Street 12, 40817 Mirzan",
        "A2; Kasbin Polymers; Kasbin Ltd; Harbour Road 4, 20417 Salbek",
    )
    now = register(
        "X7; Орвенда химический завод; ООО Орвенда Химия; ул. Тулмар, д. 12, 40817 Мирзан",
        "X8; كاسبين للبوليمرات; شركة كاسبين; شارع الميناء 4, 20417 سلبيك",
    )
    assert match_sites(before, now).now == {"A1": "X7", "A2": "X8"}


def test_swapped_codes_are_told_and_not_followed() -> None:
    east = "Orvenda Works East; Orvenda Ltd; Tulmar Street 12, 40817 Mirzan"
    west = "Orvenda Works West; Orvenda Ltd; Tulmar Street 98, 40817 Mirzan"
    matching = match_sites(register(f"A1; {east}", f"A2; {west}"), register(f"A2; {east}", f"A1; {west}"))
    assert matching.now == {"A1": "A2", "A2": "A1"}
    assert [(one.before, other.before) for one, other in matching.swapped] == [("A1", "A2")]
    assert matching.changed == () and matching.reused == ()


def test_a_site_that_was_sold_and_renamed_stays_by_its_code_and_address() -> None:
    before = register("A1; Orvenda Works; Orvenda Ltd; Tulmar Street 12, 40817 Mirzan")
    now = register("A1; Belnor Dyes; Belnor AG; Tulmar Street 12, 40817 Mirzan")
    assert match_sites(before, now).now == {"A1": "A1"}


def test_a_code_that_stands_for_another_site_is_told() -> None:
    before = register("A1; Orvenda Works; Orvenda Ltd; Tulmar Street 12, 40817 Mirzan")
    now = register(
        "A1; Kasbin Polymers; Kasbin AG; Harbour Road 4, 20417 Salbek",
        "B9; Orvenda Works; Orvenda Ltd; Tulmar Street 12, 40817 Mirzan",
    )
    matching = match_sites(before, now)
    assert matching.now == {"A1": "B9"} and matching.new == ("A1",) and matching.reused == ("A1",)
    assert [(match.before, match.now) for match in matching.changed] == [("A1", "B9")]


def test_a_neighbour_that_opened_is_not_taken_for_one_that_closed() -> None:
    before = register("A1; Orvenda Works 1; Orvenda Ltd; Tulmar Street 12, 40817 Mirzan")
    now = register("B9; Orvenda Works 4; Orvenda Ltd; Tulmar Street 96, 40817 Mirzan")
    matching = match_sites(before, now)
    assert matching.matches == () and matching.gone == ("A1",) and matching.new == ("B9",)


def test_where_sites_lie_tells_them_apart() -> None:
    here, far = {"latitude": "51.450", "longitude": "7.010"}, {"latitude": "48.137", "longitude": "11.575"}
    line = "Works; ; "
    before = register(f"A1; {line}", f"A2; {line}", more={"A1": here, "A2": far})
    now = register(f"B1; {line}", f"B2; {line}", more={"B1": far, "B2": here})
    assert match_sites(before, now).now == {"A1": "B2", "A2": "B1"}


def test_another_state_is_another_site() -> None:
    line = "A1; Orvenda Works; Orvenda Ltd; Tulmar Street 12, 40817 Mirzan"
    before, now = register(line, more={"A1": {"country": "DEU"}}), register(line, more={"A1": {"country": "FRA"}})
    assert match_sites(before, now).matches == ()


def test_codes_that_differ_in_marks_only_are_told() -> None:
    profiles = profiles_of(register("A-01; One; ; ", "a1; Two; ; ", "B1; Three; ; "))
    assert similar_codes(profiles) == (("A-01", "a1"),)


def test_a_register_without_change_matches_itself_whatever_the_order_of_its_lines() -> None:
    _, before, now, _, _ = matched(5, 60)
    assert match_sites(before, before).now == {code: code for code, _ in before.sites}
    turned = Register(now.name, dict(reversed(now.sites.items())), ())
    assert match_sites(before, turned) == match_sites(before, now)


def test_an_invented_state_is_matched_as_well_as_the_benchmark_says() -> None:
    """The figures of docs/benchmarks/declarations.md are of 560 sites and of other seeds."""
    world, before, _, matching, _ = matched(77, 160)
    score = scored(world, matching.now, 77)
    assert score.precision >= 0.95 and score.recall >= 0.95 and whole_precision(world, matching) >= 0.97
    assert len(before.sites) == len(matching.matches) + len(matching.gone)
