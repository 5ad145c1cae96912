"""What figures of a card were measured on, as two choices of the page: which figures, and by which method."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from opencwc.models import Card

_COMPARED = frozenset(
    {"by rules", "by hand", "rules", "rules alone", "words alone", "meaning alone", "difference over threshold"}
)
"""Methods that a model is compared with."""
LEFT_OUT, BY_HAND = "folder left out", "by hand"


class Choice(NamedTuple):
    """A choice of the page: what it is called, which part of the figures it leads to, whether that one is shown."""

    name: str
    part: str
    current: bool


class PartChoices(NamedTuple):
    """The choices of a page: which figures, and by which method; one of both is empty where there is but one."""

    figures: tuple[Choice, ...]
    methods: tuple[Choice, ...]


def main_part(card: Card) -> str:
    """Return the first part of a card's figures that is the model's own, not of what it is compared with."""
    own = (one.part for one in card.figures if not _COMPARED & set(one.part.split(", ")))
    return next(own, card.figures[0].part if card.figures else "")


def part_choices(parts: Sequence[str], shown: str) -> PartChoices:
    """Return the choices between parts of a card's figures, with the one that is shown.

    >>> choices = part_choices(["kind, folder left out", "kind, by hand", "stage, folder left out"], "kind, by hand")
    >>> [(one.name, one.part) for one in choices.figures]
    [('kind', 'kind, by hand'), ('stage', 'stage, folder left out')]
    >>> [(one.name, one.current) for one in choices.methods]
    [('with model', False), ('by hand', True)]
    >>> part_choices(["model"], "model")
    PartChoices(figures=(), methods=())
    """
    if not any(", " in part for part in parts):
        alone = tuple(Choice(_method(part, parts), part, part == shown) for part in parts)
        return PartChoices((), alone if len(alone) > 1 else ())
    about, method = _divided(shown)
    by_figures: dict[str, list[str]] = {}
    for part in parts:
        by_figures.setdefault(_divided(part)[0], []).append(part)
    figures = tuple(
        Choice(name, next((one for one in some if _divided(one)[1] == method), some[0]), name == about)
        for name, some in by_figures.items()
    )
    names = [_divided(one)[1] for one in by_figures[about]]
    methods = tuple(Choice(_method(name, names), one, one == shown)
                    for name, one in zip(names, by_figures[about], strict=True))  # fmt: skip
    return PartChoices(figures if len(figures) > 1 else (), methods if len(methods) > 1 else ())


def _divided(part: str) -> tuple[str, str]:
    about, _, method = part.partition(", ")
    return about, method


def _method(name: str, others: Sequence[str]) -> str:
    """Return what a method is called beside the others: with the model, where it is also measured without."""
    return "with model" if not name or (name == LEFT_OUT and BY_HAND in others) else name
