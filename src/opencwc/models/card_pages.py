"""A card as a page of the documentation: the same record that `opencwc models show` prints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from opencwc.models.model import Card, Figure


def card_page(card: Card) -> str:
    """Return a card as a Markdown page."""
    return "\n".join(_page(card)) + "\n"


def figure_table(figures: Sequence[Figure]) -> list[str]:
    """Return figures as the rows of a Markdown table, a part of the data after the other."""
    lines = ["| data | language | metric | value | 95% interval | n |", "|---|---|---|--:|---|--:|"]
    lines += [
        f"| {fig.part} | {fig.language} | {fig.metric} | {fig.value:.3f} | {interval(fig)} | {fig.n} |"
        for fig in figures
    ]
    return lines


def interval(figure: Figure) -> str:
    """Return the interval of a figure as text, empty where it has none."""
    if figure.low is None or figure.high is None:
        return ""
    return f"{figure.low:.3f} to {figure.high:.3f}"


def _page(card: Card) -> Iterator[str]:
    kind = "A learned model" if card.learned else "Rules, measured like a model; nothing is learned"
    yield f"# Card: {card.title}"
    yield ""
    yield f"`{card.id}`, version {card.version}, measured on {card.made_on}. {kind}. In `{card.component}`."
    yield ""
    yield f"This page is written by `opencwc models show {card.id} --format markdown`; its figures are measured"
    yield f"again by `opencwc models evaluate {card.id}`."
    for title, text in (("Use", card.use), ("Out of use", card.out_of_use), ("Without it", card.without)):
        yield from ("", f"## {title}", "", text)
    for title, items in (("Data", card.data), ("Limits", card.limits)):
        yield from ("", f"## {title}", "")
        yield from (f"- {_PAGE.sub(_LINK, item)}" for item in items)
    yield from ("", "## Figures", "")
    yield from figure_table(card.figures)
    yield from ("", "## Licence and files", "", f"{card.licence}.", "", "| file | SHA-256 |", "|---|---|")
    yield from (f"| {weight.name} | `{weight.sha256}` |" for weight in card.weights)


_PAGE, _LINK = re.compile(r"`docs/([\w/-]+)\.md`"), r"[\1](../\1.md)"
"""A page of the documentation that a card names, and how the card's own page leads to it."""
