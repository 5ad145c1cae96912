"""Where the source raises errors: each code with its English templates and the names of its values (by the AST)."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Formatter

import opencwc
from opencwc import errors

SOURCE = Path(opencwc.__file__).parent
KINDS = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.OpenCWCError)
}
NO_VALUES = {"where", "remedy", "headers"}


@dataclass(frozen=True)
class Site:
    """One place that makes an error: ``code``, ``what`` and ``remedy`` are ``None`` where they are no literal.

    ``more`` says that values may be given that do not stand here.
    """

    place: str
    code: str | None
    what: str | None
    remedy: str | None
    values: frozenset[str]
    more: bool = False

    @property
    def named(self) -> frozenset[str]:
        return names_in(self.what or "") | names_in(self.remedy or "")


def names_in(template: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


@cache
def sites() -> tuple[Site, ...]:
    """Return every place of the source that makes an error; a function that passes its own words on is followed."""
    modules = {file: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(SOURCE.rglob("*.py"))}
    found: list[Site] = []
    for file, module in modules.items():
        if file == SOURCE / "errors.py":
            continue
        constants = _constants(module)
        for call, function in _error_calls(module):
            words = _words(call)
            passed = {word.id for word in words.values() if isinstance(word, ast.Name) and word.id not in constants}
            if function is None or not passed & {argument.arg for argument in _arguments(function)}:
                found.append(_site(file, call, call, words, {}, constants))
                continue
            for other, tree in modules.items():
                found += [
                    _site(other, use, call, words, _given(function, use), {**constants, **_constants(tree)})
                    for use in ast.walk(tree)
                    if isinstance(use, ast.Call)
                    and _name(use.func) == function.name
                    and (other == file or _is_public(function))
                ]
    return tuple(found)


@cache
def by_code() -> dict[str, tuple[Site, ...]]:
    """Return the places by their code."""
    found: dict[str, list[Site]] = defaultdict(list)
    for site in sites():
        found[site.code or ""].append(site)
    return {code: tuple(places) for code, places in sorted(found.items())}


@cache
def advice_in_source() -> frozenset[str]:
    """Return what the readers of documents advise: the second words of every refusal that stand there as literals."""
    advice = set()
    for file in sorted((SOURCE / "files").glob("*.py")):
        module = ast.parse(file.read_text(encoding="utf-8"))
        constants = _constants(module)
        for call in ast.walk(module):
            if isinstance(call, ast.Call) and _name(call.func) == "Refusal" and len(call.args) == 2:
                for word in ast.walk(call.args[1]):
                    if isinstance(word, ast.Constant) and isinstance(word.value, str) and " " in word.value:
                        advice.add(word.value)
                    elif isinstance(word, ast.Name) and word.id in constants:
                        advice.add(constants[word.id])
    return frozenset(advice)


def _is_public(function: ast.FunctionDef) -> bool:
    return not function.name.startswith("_")


def _error_calls(module: ast.Module) -> Iterator[tuple[ast.Call, ast.FunctionDef | None]]:
    def walk(node: ast.AST, function: ast.FunctionDef | None) -> Iterator[tuple[ast.Call, ast.FunctionDef | None]]:
        if isinstance(node, ast.FunctionDef):
            function = node
        if isinstance(node, ast.Call) and _at(node) is not None:
            yield node, function
        for child in ast.iter_child_nodes(node):
            yield from walk(child, function)

    yield from walk(module, None)


def _at(call: ast.Call) -> int | None:
    """Return at which place the code stands in a call that makes an error."""
    name = _name(call.func)
    if name == "partial" and call.args and _name(call.args[0]) in KINDS:
        return 1
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return None
    return {"HttpProblem": 2}.get(name, 0 if name in KINDS and call.args else None)


def _words(call: ast.Call) -> dict[str, ast.expr]:
    given = call.args[_at(call) :]
    words = dict(zip(("code", "what"), given, strict=False))
    return words | {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg == "remedy"}


def _site(
    file: Path,
    use: ast.Call,
    call: ast.Call,
    words: dict[str, ast.expr],
    given: dict[str, ast.expr],
    constants: dict[str, str],
) -> Site:
    def text(name: str) -> str | None:
        word = words.get(name)
        if isinstance(word, ast.Name):
            word = given.get(word.id, word)
        if word is None:
            return "" if name == "remedy" else None
        if isinstance(word, ast.Constant) and isinstance(word.value, str):
            return word.value
        return constants.get(word.id) if isinstance(word, ast.Name) else None

    keywords = [keyword.arg for keyword in call.keywords]
    values = frozenset(name for name in keywords if name and name not in NO_VALUES)
    place = f"{file.relative_to(SOURCE)}:{use.lineno}"
    return Site(
        place, text("code"), text("what"), text("remedy"), values, None in keywords or _name(call.func) == "partial"
    )


def _given(function: ast.FunctionDef, use: ast.Call) -> dict[str, ast.expr]:
    names = [argument.arg for argument in _arguments(function) if argument.arg != "self"]
    defaults = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
    return (
        defaults
        | dict(zip(names, use.args, strict=False))
        | {word.arg: word.value for word in use.keywords if word.arg}
    )


def _arguments(function: ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _constants(module: ast.Module) -> dict[str, str]:
    return {
        node.targets[0].id: node.value.value
        for node in module.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
