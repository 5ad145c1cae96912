"""Where the source raises errors: their codes and the names of their values (by the AST), and what the catalogs say."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

from babel.messages.pofile import read_po

import opencwc
from opencwc import errors
from opencwc.catalogs import CATALOGS

SOURCE = Path(opencwc.__file__).parent
KINDS = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.OpenCWCError)
}
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
NO_VALUES = {"where", "headers"}


@dataclass(frozen=True)
class Site:
    """One place that makes an error: the codes that it may have, none where they cannot be followed.

    ``more`` says that values may be given that do not stand here.
    """

    place: str
    codes: frozenset[str]
    values: frozenset[str]
    more: bool


def names_in(template: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


@cache
def sentences(lang: str) -> dict[str, str]:
    """Return what a language says of errors: under a code and under ``<code>_remedy``."""
    with (CATALOGS / lang / "LC_MESSAGES" / "errors.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale=lang) if message.id}


@cache
def sites() -> tuple[Site, ...]:
    """Return every place of the source that makes an error."""
    modules = [_Module(file) for file in sorted(SOURCE.rglob("*.py")) if file != SOURCE / "errors.py"]
    return tuple(
        Site(
            f"{module.file.relative_to(SOURCE)}:{call.lineno}",
            _codes(call.args[at], function, module, modules),
            frozenset(word.arg for word in call.keywords if word.arg) - NO_VALUES,
            any(word.arg is None for word in call.keywords) or _name(call.func) == "partial",
        )
        for module in modules
        for call, function in module.calls
        if (at := _place_of_code(call)) is not None
    )


@cache
def by_code() -> dict[str, tuple[Site, ...]]:
    """Return the places by their code."""
    places: dict[str, list[Site]] = defaultdict(list)
    for site in sites():
        for code in site.codes:
            places[code].append(site)
    return {code: tuple(places[code]) for code in sorted(places)}


class _Module:
    """A file of the source: every call in it with the function around it, and what stands at its top level."""

    def __init__(self, file: Path) -> None:
        self.file, tree = file, ast.parse(file.read_bytes())
        self.calls = tuple(_calls(tree, None))
        self.constants = {
            node.targets[0].id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }


def _calls(node: ast.AST, function: ast.FunctionDef | None) -> Iterator[tuple[ast.Call, ast.FunctionDef | None]]:
    if isinstance(node, ast.FunctionDef):
        function = node
    if isinstance(node, ast.Call):
        yield node, function
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, function)


def _place_of_code(call: ast.Call) -> int | None:
    """Return at which place the code stands in a call that makes an error."""
    name = _name(call.func)
    if name == "partial" and call.args and _name(call.args[0]) in KINDS:
        return 1
    if any(isinstance(argument, ast.Starred) for argument in call.args):  # an error as another kind of error
        return None
    return {"HttpProblem": 2}.get(name, 0 if name in KINDS and call.args else None)


def _codes(word: ast.expr, function: ast.FunctionDef | None, module: _Module, modules: list[_Module]) -> frozenset[str]:
    """Return the codes that an expression may be: a literal, what the callers of a function pass, or a table's."""
    if isinstance(word, ast.Constant):
        return frozenset({word.value})
    if function is None:
        return frozenset()
    names = {node.id for node in ast.walk(word) if isinstance(node, ast.Name)}
    parameters = [argument.arg for argument in function.args.args if argument.arg != "self"]
    if isinstance(word, ast.Name) and word.id in parameters:
        at = parameters.index(word.id)
        passed = [
            call.args[at]
            for other in modules
            if other is module or not function.name.startswith("_")
            for call, _ in other.calls
            if _name(call.func) == function.name and len(call.args) > at
        ]
        words = [*passed, *function.args.defaults]
    else:
        words = [word]
        for node in ast.walk(function):  # where a local name comes from
            if isinstance(node, ast.For) and names & {part.id for part in ast.walk(node.target) if _name(part)}:
                words.append(node.iter)
            if isinstance(node, ast.Assign) and names & {_name(target) for target in node.targets}:
                words.append(node.value)
        used = {_name(part) for value in words for part in ast.walk(value)}
        words += [module.constants[name] for name in used if name in module.constants]
    texts = {part.value for value in words for part in ast.walk(value) if isinstance(part, ast.Constant)}
    return frozenset(text for text in texts if isinstance(text, str) and CODE.fullmatch(text))


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
