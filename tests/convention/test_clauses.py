"""A clause is written one way, every rule is applied or says why not, and each leads by name to its line and case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from opencwc.convention import Convention, rule_files
from opencwc.convention.clauses import CLAUSE, in_full
from opencwc.convention.fields import load_yaml
from opencwc.convention.measures import read_measures
from opencwc.convention.rule_files import DATA, build_deadlines, build_thresholds
from opencwc.errors import RuleError

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "opencwc"
RULES = {
    "thresholds": "thresholds",
    "deadlines": "deadlines",
    "duties": "duties",
    "policies": "policies",
    "transfers": "rules",
    "ranges": "ranges",
    "readings": "readings",
    "declaration_codes": "codes",
    "declaration_fields": "fields",
}
"""The files of rules, and the field under which the rules stand in each."""
READ_AS_A_SET = {
    "entries": ("screening/rule_index.py", "_rulings((*convention.entries, *convention.excepted))"),
    "policies": ("screening/table_run.py", "convention.policies"),
    "duties": ("convention/__init__.py", "duty in self.duties"),
    "transfers": ("transfers/check/checking.py", "read_transfer_rules("),
    "measures": ("legislation/law_check.py", ".measures"),
    "ranges": ("declarations/law.py", "self._rules.ranges"),
    "readings": ("declarations/law.py", "self._rules.readings"),
    "declaration_codes": ("web/convention/declarations.py", "read_codes("),
    "declaration_fields": ("web/convention/declarations.py", "read_fields("),
}
"""Which code reads all rules of a kind, whatever their ids: the file, and the words by which it reads them."""
OTHER_SPELLINGS = re.compile(
    r"""(?<!['"`])(?<!;\ )Verification\ Annex,?\ (?:Part\ )?[IVX]+\b   # the shown form, as an example
    |\b[IVX]+\(\d+\)|\bArticle\ [IVX]+\b|\bPart\ [IVX]+,\ paragraph
    |(?<!VA\ )(?<!Art\.\ )(?<![\w.])[IVX]+\.\d+(?:bis|\([a-z]\))?(?![\w-])
    |(?:VA|Art\.)\ [IVX]+\.\d+-\d+   # a range hides what stands in it""",
    re.VERBOSE,
)


def rows_of(name: str) -> list[dict[str, Any]]:
    raw = load_yaml((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    common = {field: raw[field] for field in ("source", "evidence") if field in raw}
    return [{**common, **row} for row in raw[RULES[name]]]


def same_as_in_profiles() -> set[str]:
    """Return the deadlines that national profiles take whole."""
    profiles = [load_yaml(file.read_text(encoding="utf-8")) for file in DATA.glob("profiles/*.yaml")]
    return {rule["same_as"] for raw in profiles for rule in raw.get("deadlines", ()) if "same_as" in rule}


def code() -> dict[Path, str]:
    return {file: file.read_text(encoding="utf-8") for file in SOURCE.rglob("*.py")}


def names(text: str, id: str) -> bool:
    """Tell whether a text names a rule by its id, or a clause; ``VA VI.2`` is not named by ``VA VI.2(c)``."""
    return re.search(rf"(?<![\w-]){re.escape(id)}(?![\w(-]|bis)", text) is not None


def code_of(*folders: str) -> str:
    within = [SOURCE / folder for folder in folders] or [SOURCE]
    return "\n".join(text for file, text in code().items() if any(file.is_relative_to(folder) for folder in within))


def cases_of(*names: str) -> str:
    paths = [ROOT / "tests" / "cases" / name for name in names]
    files = [file for path in paths for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def written() -> Iterator[Path]:
    """Yield the files in which clauses are written: rules, cases and code, without those that quote laws."""
    yield from (file for file in DATA.glob("*.yaml") if file.stem != "words")
    yield from (*DATA.glob("lists/CWC/*.yaml"), *DATA.glob("profiles/*.yaml"), DATA / "measures" / "measures.yaml")
    cases = ("screening", "transfers", "reconciling", *DECLARATIONS)
    yield from (file for kind in cases for file in ROOT.glob(f"tests/cases/{kind}/*.yaml"))
    packages = ("convention", "declarations", "transfers", "screening", "casebook")
    yield from (file for kind in packages for file in SOURCE.glob(f"{kind}/**/*.py"))
    yield SOURCE / "casebook" / "data" / "grave.yaml"


def test_every_clause_is_written_one_way() -> None:
    strange = [
        f"{file.relative_to(ROOT)}:{number} {match[0]}"
        for file in written()
        if file.name != "clauses.py"
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if (match := OTHER_SPELLINGS.search(line)) and "'Verification Annex" not in line
    ]
    assert strange == []


@pytest.mark.parametrize(
    ("clause", "written_out"),
    [
        ("VA VII.31", "Verification Annex VII.31"),
        ("VA VII.5 and VA VIII.5", "Verification Annex VII.5 and VIII.5"),
        ("VA VI.1, VA VI.2, VA VI.3, VA VI.4", "Verification Annex VI.1 to VI.4"),
        ("VA VI.1, VA VI.2, VA VI.4", "Verification Annex VI.1, VI.2, VI.4"),
        ("Art. I.1(a), Art. I.1(d), Art. II.1(a)", "Article I.1(a), I.1(d), II.1(a)"),
        ("Annex 1A13 (added 2019)", "Annex on Chemicals, Schedule 1, Part A, paragraph 13 (added 2019)"),
        ("VA VII.1; Conference decision C-7/DEC.14", "Verification Annex VII.1; Conference decision C-7/DEC.14"),
        ("Australia Group, guidelines", "Australia Group, guidelines"),
    ],
)
def test_a_clause_is_shown_in_full(clause: str, written_out: str) -> None:
    assert in_full(clause) == written_out


def test_every_rule_graded_as_read_in_the_treaty_names_its_clause() -> None:
    for name in RULES:
        for row in rows_of(name):
            if row.get("evidence") == "treaty":
                assert CLAUSE.search(row["source"]), row["id"]
    assert all(CLAUSE.search(measure.article) for measure in read_measures().measures)


@pytest.mark.parametrize("kind", ["threshold", "deadline"])
def test_every_threshold_and_deadline_is_read_by_its_id_or_says_why_not(kind: str) -> None:
    texts = code_of()
    in_duties, in_transfers = ({row.get(kind) for row in rows_of(file)} for file in ("duties", "transfers"))
    for row in rows_of(f"{kind}s"):
        weighed = row["id"] in in_transfers | same_as_in_profiles() or f'"{row["id"]}"' in texts
        applied = weighed or ("shown" if row["id"] in in_duties else False)
        assert applied == row.get("applied", True), row["id"]


DECLARATIONS = ("declarations", "declarations/profiles", "declarations/books")
APPLYING = {
    "thresholds": (("transfers", "declarations"), ("transfers", "reconciling", *DECLARATIONS)),
    "deadlines": (("transfers/check", "declarations"), ("transfers", *DECLARATIONS)),
    "transfers": (("transfers/check",), ("transfers",)),
    "duties": (("convention",), ("duties.yaml",)),
}
"""Where code applies the rules of a kind, and where their cases are."""


@pytest.mark.parametrize("kind", APPLYING)
def test_every_applied_rule_leads_to_its_line_and_its_case_by_its_clauses_or_its_id(kind: str) -> None:
    folders, cases = APPLYING[kind]
    texts = {"line": code_of(*folders), "case": cases_of(*cases)}
    rows = rule_files._duties() if kind == "duties" else rows_of(kind)
    missing = []
    for row in rows:
        clauses = [clause[0] for clause in CLAUSE.finditer(row["source"])]
        for where, text in texts.items():
            if row.get("applied", True) is True and row["id"] not in same_as_in_profiles():
                missing += [(row["id"], where, name) for name in clauses or [row["id"]] if not names(text, name)]
    assert missing == []


def test_every_measure_has_a_case_by_its_id() -> None:
    cases = cases_of("clauses")
    assert [measure.id for measure in read_measures().measures if not names(cases, measure.id)] == []


def test_what_follows_from_an_entry_is_as_a_lawyer_wrote_it() -> None:
    convention = Convention(date(2026, 11, 28))
    for case in load_yaml(cases_of("duties.yaml")):
        entry = convention.find(*case["entry"].split())
        assert entry is not None
        duties = [" ".join((duty.id, *duty.values.values())) for duty in convention.duties_for(entry)]
        assert duties == case["duties"], case["entry"]


def test_every_other_rule_is_read_with_all_of_its_kind() -> None:
    for file, words in READ_AS_A_SET.values():
        assert words in (SOURCE / file).read_text(encoding="utf-8"), file
    assert {name for name in RULES if name not in READ_AS_A_SET} == {"thresholds", "deadlines"}


def test_every_reading_is_taken_somewhere_in_the_code() -> None:
    declarations = code_of("declarations")
    for row in rows_of("readings"):
        assert f'reading("{row["id"]}")' in declarations, row["id"]


def test_every_rule_on_transfers_is_named_where_it_is_applied() -> None:
    applying = "\n".join(text for file, text in code().items() if "transfers" in file.parts)
    assert [row["id"] for row in rows_of("transfers") if not names(applying, row["id"])] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"applied": False},
        {"because": "not built"},
        {"applied": True, "because": "x"},
        {"applied": "shown", "because": "x"},
    ],
)
def test_a_rule_that_is_not_applied_says_why(fields: dict[str, object]) -> None:
    with pytest.raises(RuleError, match="without the other"):
        build_thresholds([{**rows_of("thresholds")[0], **fields}])
    with pytest.raises(RuleError, match="without the other"):
        build_deadlines([{**rows_of("deadlines")[6], **fields}])


def duties_of(monkeypatch: pytest.MonkeyPatch, threshold: str) -> list[dict[str, Any]]:
    amount = {"id": "most", "unit": "kg", "source": "VA VI.10", "evidence": "treaty"}
    rows: dict[str, dict[str, Any]] = {
        "thresholds": {"thresholds": [
            {**amount, "quantity": 10, "in_force": {"from": "1997-04-29", "until": "2030-01-01"}},
            {**amount, "quantity": 20, "in_force": "2030-01-02"},
        ]},
        "deadlines": {}, "transfers": {},
        "duties": {"duties": [{"id": "keep", "says": "duty_s1_total", "threshold": threshold}]},
    }  # fmt: skip
    monkeypatch.setattr(rule_files, "read_yaml", lambda file: rows[file.stem])
    return list(rule_files._duties())


def test_a_duty_rests_on_the_rule_that_it_names_on_each_of_its_days(monkeypatch: pytest.MonkeyPatch) -> None:
    duties = rule_files.build_duties(duties_of(monkeypatch, "most"))
    assert [(duty.values["quantity"], duty.source, duty.evidence) for duty in duties] == [
        ("10", "Verification Annex VI.10", "treaty"), ("20", "Verification Annex VI.10", "treaty"),
    ]  # fmt: skip
    assert duties[0].in_force.end is not None and duties[1].in_force.end is None
    with pytest.raises(RuleError, match="names the threshold 'least', which does not exist"):
        duties_of(monkeypatch, "least")


def rows_in_contributing() -> list[list[str]]:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    table = text.partition("## From a clause to the line")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if line.startswith("|")
    ]
    return rows[2:]


@pytest.mark.parametrize("row", rows_in_contributing(), ids=lambda row: str(row[0]))
def test_the_table_of_clauses_leads_from_each_clause_to_its_rule_line_and_case(row: list[str]) -> None:
    package, clause, id, *cells = (cell.replace("`", "") for cell in row)
    assert len(cells) == 3
    for cell in cells:
        path, _, function = cell.partition(":")
        text = (ROOT / path).read_text(encoding="utf-8")
        by_id = package in ("screening", "legislation") and names(text, id)
        assert names(text, clause) or by_id, cell
        assert not function or re.search(rf"^\s*def {function}\(", text, re.MULTILINE), cell


def test_the_table_of_clauses_has_a_row_for_every_package_that_applies_rules() -> None:
    packages = {row[0] for row in rows_in_contributing()}
    assert packages == {"screening", "transfers, check", "transfers, reconcile", "transfers, patterns", "legislation"}
