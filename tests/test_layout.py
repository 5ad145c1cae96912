"""The layout holds: no circle of imports, no SQL outside the casebook, files and classes named for what they hold."""

from __future__ import annotations

import ast
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
MODULES = {
    ".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"): file
    for file in (SOURCE / "opencwc").rglob("*.py")
}
BELOW_FACES = {"server", "accounts", "convention", "casebook"}
ABOVE_FACES = {"states", "home", "find"}
VAGUE = {
    "told",
    "telling",
    "apart",
    "shut_in",
    "places",
    "counted",
    "cues",
    "door",
    "utils",
    "helpers",
    "common",
    "misc",
}


def imports_of(file: Path) -> set[str]:
    """Return the modules of ours that a file imports, inside functions and for types as well."""
    imported = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("opencwc"):
            inner = {f"{node.module}.{name.name}" for name in node.names}
            imported |= {name if name in MODULES else node.module for name in inner}
        elif isinstance(node, ast.Import):
            imported |= {name.name for name in node.names if name.name in MODULES}
    return imported


def test_no_two_modules_import_each_other_not_even_lazily() -> None:
    graph = {module: imports_of(file) - {module} for module, file in MODULES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_only_the_casebook_and_the_queue_speak_sql() -> None:
    allowed = ("opencwc.casebook", "opencwc.jobs")
    speaking = defaultdict(list)
    for module, file in MODULES.items():
        if module.startswith(allowed):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            if any(name.startswith(("sqlalchemy", "opencwc.casebook.tables")) for name in names):
                speaking[module].append(names)
    assert not speaking


UNSEEN = {
    "opencwc.casebook": {
        "agreement", "audit_summary", "backup", "casebook_verifier", "correspondence", "database", "decisions",
        "text_search",
        "exports", "house_keys", "picture_looks", "read_records", "registers", "run_records", "runs", "submissions",
        "version_proofs",
    },
    "opencwc.jobs": {"case_archive", "intake"},
}  # fmt: skip
"""What reads contents, or a source, without a record: nobody is given them, or they are on record before."""


def test_no_face_reads_contents_past_the_one_place_that_records_who_is_given_them() -> None:
    allowed = {f"{package}.{module}" for package, modules in UNSEEN.items() for module in modules}
    past = ("reading_contents", "parts_of_source", "begin_answer", ".engine.connect", ".engine.begin")
    reading = {module for module, file in MODULES.items() if any(word in file.read_text("utf-8") for word in past)}
    recording = {"opencwc.web.server.service", "opencwc.casebook.writable"}  # the guard; a trial of the disk
    assert not reading - allowed - recording


def test_no_package_of_the_web_imports_the_face_of_another() -> None:
    """What lies below the faces imports none of them, either; this holds for a face that no import contract names."""
    faces = {package for module in MODULES if (package := web_package_of(module))} - BELOW_FACES
    assert {"screening", "transfers", "legislation", "models"} <= faces
    wrong = [
        (module, imported)
        for module, file in MODULES.items()
        if (package := web_package_of(module)) and package not in ABOVE_FACES
        for imported in imports_of(file)
        if web_package_of(imported) in faces - {package}
    ]
    assert not wrong


def web_package_of(module: str) -> str:
    """Return the package of `opencwc.web` that a module stands in, empty where it stands in none."""
    _, _, rest = module.partition("opencwc.web.")
    return rest.partition(".")[0] if "." in rest else ""


def test_no_file_has_a_name_that_needs_its_docstring() -> None:
    assert {file.stem for file in MODULES.values()} & VAGUE == set()
