"""Which tests are attacks, how much each of them tried, and the table of what was tried and what held.

A file is named once, in `ATTACKS`; a single test may name its kind itself: ``@pytest.mark.attack("kills")``. A test
tries one thing, unless it calls `tried` for each; where it fails, its last try did not hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ATTACKS = {
    "routes, roles and scopes": (
        "web/test_access.py", "web/test_tokens.py",
        "web/test_submissions_api.py::test_a_declarant_finds_nothing",
        "web/test_register_grid.py::test_a_plain_form_of_another_site", "web/test_own_grid.py::test_a_row_of_another",
        "web/test_own_grid.py::test_nobody_else_sees_it", "casebook/test_submissions.py::test_a_declarant_knows_of",
    ),
    "marks, and the record of who reads": (
        "casebook/test_runs.py::test_what_is_above", "casebook/test_runs.py::test_a_finding_inherits",
        "casebook/test_runs.py::test_looking_at", "casebook/test_read_records.py", "web/test_read_records.py",
    ),
    "sessions, forms and the ministry's login": (
        "web/test_sessions.py", "web/test_oidc.py", "casebook/test_people.py",
    ),
    "markup and scripts in what is shown": (
        "publishing/test_html.py::test_no_text_becomes_markup", "screening/test_report.py::test_an_input_never",
        "web/pages/test_screen.py::markup", "web/test_injected_markup.py", "web/browser/test_editor.py",
        "casebook/test_bundle_verifier.py::test_text_that_steers",
    ),
    "slow, endless and too many requests": (
        "web/test_limits.py", "web/test_connection_limits.py", "web/test_answering.py", "casebook/test_turns.py",
        "web/test_problems.py::test_a_body_that",
    ),
    "hostile files": (
        "files/test_hostile.py", "files/test_archives.py::bombs", "files/test_document_limits.py",
        "files/test_watched_reading.py", "web/test_upload_bounds.py", "reports/intake/test_hostile_reports.py",
        "custody/pictures/test_hostile_pictures.py",
    ),
    "addresses inside, endless redirects and answers": ("reports/intake/test_network.py",),
    "ways out of the sandbox": ("confining/*",),
    "the casebook tampered with": (
        "casebook/test_tampering.py", "casebook/test_casebook_verifier.py",
        "casebook/test_submissions.py::in_the_tables", "casebook/test_submissions.py::out_of_the_tables",
        "casebook/test_house_keys.py", "casebook/test_anchors.py", "casebook/test_log_gaps.py",
    ),
    "bundles, backups and proofs tampered with": (
        "casebook/test_bundle_verifier.py", "casebook/test_bundle_gaps.py", "casebook/test_bundle_anchors.py",
        "casebook/test_bundle_proofs.py", "casebook/test_record_proofs.py",
        "casebook/test_backup.py::test_a_damaged_backup", "casebook/test_signed_notes.py",
        "casebook/test_time_stamps.py", "casebook/test_encryption.py::test_what_is_damaged",
        "casebook/test_file_tampering.py", "custody/test_wacz_verifier.py", "custody/test_masks.py",
    ),
    "what an erasure or an export leaves behind": ("casebook/test_remnants.py", "casebook/test_leaving.py"),
    "kills": ("casebook/test_surviving.py",),
    "faults of the disk": ("casebook/test_disk_faults.py", "casebook/test_failures.py"),
    "a database server cut off, stopped or full": ("casebook/test_server_faults.py",),
}  # fmt: skip
"""Kind to files below ``tests/``, each with a part of a test's name behind ``::`` where not all of the file attacks."""

BEGIN, END = "<!-- attacks: begin -->", "<!-- attacks: end -->"
_KIND, _COUNT = "attack kind", "attack count"


class Tally(NamedTuple):
    """How often something was tried and how often it held."""

    tried: int = 0
    held: int = 0

    def plus(self, other: Tally) -> Tally:
        return Tally(self.tried + other.tried, self.held + other.held)


_counts: list[int] = [0]


def tried(count: int = 1) -> None:
    """Count what the test that runs now tries; to be called before it is seen whether it holds."""
    _counts[0] += count


def kind_of(path: str, name: str) -> str | None:
    """Return the kind of attack of a test, of a file below ``tests/``; ``None`` where it is none."""
    return next((kind for kind, part in _kinds_of(path) if part in name), None)


@cache
def _kinds_of(path: str) -> tuple[tuple[str, str], ...]:
    """Return the kinds of attack of a file, each with the part of a test's name that it takes."""
    found = []
    for kind, places in ATTACKS.items():
        for place in places:
            file, _, part = place.partition("::")
            if path == file or (file.endswith("/*") and path.startswith(file[:-1])):
                found.append((kind, part))
    return tuple(found)


def table(tallies: dict[str, Tally]) -> str:
    """Return the table, its kinds in the order of `ATTACKS`, and the sum."""
    order = [*(kind for kind in ATTACKS if kind in tallies), *sorted(tallies.keys() - ATTACKS.keys())]
    rows = [(kind, tallies[kind]) for kind in order]
    total = Tally(sum(tally.tried for tally in tallies.values()), sum(tally.held for tally in tallies.values()))
    lines = ["| attack | tried | held |", "|---|--:|--:|"]
    lines += [f"| {kind} | {tally.tried:,} | {tally.held:,} |" for kind, tally in [*rows, ("**all**", total)]]
    return "\n".join(lines)


def with_table(page: str, shown: str, day: date) -> str:
    """Return a page with the table and its day between the two marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\nOn {day.isoformat()}, the long form (`make attack`):\n\n{shown}\n\n{END}{after}"


class Counting:
    """Takes down what each attack tried, in whichever process it ran, and shows the table at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self._shown, self._page = config.getoption("attack_table"), config.getoption("attack_table_in")
        self._of_test: dict[str, Tally] = {}
        self._failed: set[str] = set()
        self._kinds: dict[str, str] = {}

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        _counts[0] = 0

    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        if mark := item.get_closest_marker("attack"):
            item.user_properties += [(_KIND, mark.args[0]), (_COUNT, _counts[0])]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._failed.add(report.nodeid)
        told = dict(report.user_properties)
        if report.when == "teardown" and _KIND in told:
            count = max(1, int(str(told[_COUNT])))
            self._kinds[report.nodeid] = str(told[_KIND])
            self._of_test[report.nodeid] = Tally(count, count - (report.nodeid in self._failed))

    def tallies(self) -> dict[str, Tally]:
        """Return what was tried and what held, by kind."""
        by_kind: dict[str, Tally] = {}
        for test, tally in self._of_test.items():
            by_kind[self._kinds[test]] = by_kind.get(self._kinds[test], Tally()).plus(tally)
        return by_kind

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._of_test or not (self._shown or self._page):
            return
        shown = table(self.tallies())
        terminalreporter.write_line(f"\n{shown}")
        if self._page:
            page = Path(self._page)
            written = with_table(page.read_text(encoding="utf-8"), shown, date.today())
            page.write_text(written, encoding="utf-8")


def add_options(parser: pytest.Parser) -> None:
    """Have `make attack` try more than the checks do, and write down what held."""
    parser.addoption("--thorough", action="store_true", help="try every point, place and kind, not some of them")
    parser.addoption("--attack-table", action="store_true", help="show what was tried and what held")
    parser.addoption("--attack-table-in", metavar="PAGE", help="write the table into a page, between its two marks")


def mark_attacks(items: Iterable[pytest.Item]) -> None:
    """Mark the tests of `ATTACKS`."""
    start = f"{Path(__file__).parent.as_posix()}/"
    for item in items:
        path = item.path.as_posix()
        if path.startswith(start) and not item.get_closest_marker("attack"):
            kind = kind_of(path.removeprefix(start), item.name)
            if kind:
                item.add_marker(pytest.mark.attack(kind))
