"""Models: what was learned or measured, what it is good for, and the switch of each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Form, Query, Request
from starlette.responses import JSONResponse, Response

from opencwc.errors import InputError
from opencwc.finding import Message
from opencwc.models import (
    Card,
    CardWords,
    Figure,
    State,
    Switch,
    card_words,
    find_model,
    load_card,
    read_switches,
    registered,
    state_of,
    switch,
)
from opencwc.models.accepted_reference import live_drift
from opencwc.models.drift import ENOUGH, Drift
from opencwc.models.model import OwnLearning, OwnStanding
from opencwc.settings import load_settings
from opencwc.web.models.figure_parts import LEFT_OUT, main_part, part_choices
from opencwc.web.models.retraining import restored_by, retrained_by
from opencwc.web.server.htmx_headers import done
from opencwc.web.server.page import LANGUAGE_NAMES, language_of, page
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import say, say_error, sentence

router = Router(include_in_schema=False)
Reason = Annotated[str, Form(min_length=1, max_length=2_000)]
Part = Annotated[str, Query(max_length=100)]
HOW_RIGHT = {"decided": "accuracy, decided"}
"""Which figure says how often a model is right, where the first of its card says only how often it answers."""
DRIFTED = ("watch", "drift")
"""The verdicts on live inputs that somebody has to look into."""


@dataclass(frozen=True)
class Shown:
    """A model as it is shown: its card and its words, its state, how its switch was last set, how its inputs stand."""

    card: Card
    words: CardWords
    state: State
    switched: Switch | None
    drift: Drift | None
    own: OwnLearning | None
    taught: OwnStanding | None
    """What labels of the house taught it, if anything."""

    @property
    def standing(self) -> str:
        """``usable``, ``differs`` (it is used or not, and something differs from its card) or ``off``."""
        if self.state.usable:
            return "differs" if self.state.why else "usable"
        return "differs" if self.switched is None or self.switched.on else "off"

    @property
    def headline(self) -> Figure | None:
        """The figure that says first how good it is: of the first part that is its own, on the most cases."""
        first = [figure for figure in self.card.figures if figure.part == main_part(self.card)]
        best = HOW_RIGHT.get(first[0].metric, first[0].metric) if first else ""
        return max((figure for figure in first if figure.metric == best), key=lambda figure: figure.n, default=None)

    @property
    def needs_attention(self) -> bool:
        """Whether it is not what its card says, or its inputs are not those that it was measured on."""
        return self.standing == "differs" or (self.drift is not None and self.drift.verdict in DRIFTED)

    @property
    def is_on(self) -> bool:
        """Whether its switch is on, whatever else stands against it."""
        return self.switched is None or self.switched.on


@router.get("/models", action="models")
def overview(request: Request) -> Response:
    """Show every registered model."""
    lang = language_of(request)
    models = [_shown(model.id, lang) for model in registered()]
    return page(
        request, "models/page.html", models=models, off=[one for one in models if not one.is_on],
        wanting=[one for one in models if one.needs_attention], enough=ENOUGH,
        metric_name=partial(metric_name, lang=lang), part_name=partial(part_name, lang=lang),
    )  # fmt: skip


@router.get("/models/{model_id}", action="models")
def one(request: Request, model_id: str, part: Part = "") -> Response:
    """Show one model with its card whole."""
    lang = language_of(request)
    shown = _shown(model_id, lang)
    parts = list(dict.fromkeys(figure.part for figure in shown.card.figures))
    part = part if part in parts else main_part(shown.card)
    figures = [figure for figure in shown.card.figures if figure.part == part]
    metrics = list(dict.fromkeys(figure.metric for figure in figures))
    languages = list(dict.fromkeys(figure.language for figure in figures))
    return page(
        request, "models/model.html", one=shown, named=partial(documentation_named, lang=lang),
        choices=part_choices(parts, part), left_out=LEFT_OUT in part, part=part, metrics=metrics,
        metric_name=partial(metric_name, lang=lang), part_name=partial(part_name, lang=lang),
        enough=ENOUGH, rows=[
            (code if code in LANGUAGE_NAMES else "", language_name(code, lang), _by_metric(figures, code))
            for code in languages
        ],
    )  # fmt: skip


@router.get("/models/{model_id}/figures.json", action="models")
def figures(request: Request, model_id: str, part: Part = "", metric: Part = "") -> Response:
    """Give the figures of one metric by language, as a bar chart takes them."""
    card = load_card(find_model(model_id).card)
    lang = language_of(request)
    rows = [
        {"label": language_name(figure.language, lang), "value": figure.value}
        for figure in card.figures
        if figure.part == part and figure.metric == metric
    ]
    titles = {"x": say("page_models_language", lang), "y": metric_name(metric, lang)}
    return JSONResponse({"rows": rows, "titles": titles}, headers={"vary": "Accept-Language, Cookie"})


@router.post("/models/{model_id}/switch", action="switch_models")
def set_switch(
    request: Request,
    model_id: str,
    on: Annotated[str, Form(pattern="^(true|false)$")],
    reason: Reason,
) -> Response:
    """Switch a model on or off, and put it on record."""
    book, person = book_of(request), person_of(request)
    with book.writing(person.id) as writer:
        switched = switch(model_id, on=on == "true", by=person.login, reason=reason)
        writer.record("model_switched", {name: switched[name] for name in ("model", "on", "reason", "weights")})
    lang = language_of(request)
    message = Message("models_switched_on" if on == "true" else "models_switched_off", {"id": model_id})
    return done(
        page(request, "models/switch.html", one=_shown(model_id, lang), switched_now=True), sentence(message, lang)
    )


@router.post("/models/{model_id}/retrain", action="switch_models")
def set_retrained(request: Request, model_id: str, reason: Reason) -> Response:
    """Have a model learn from the house's shelf of labels, and put it on record; a refusal is shown at the form."""
    lang, refusal = language_of(request), ""
    try:
        standing = retrained_by(book_of(request), person_of(request), model_id, reason)
        said = " ".join(sentence(message, lang) for message in standing.says)
    except InputError as error:
        said = refusal = say_error(error, lang)
    return done(page(request, "models/own.html", one=_shown(model_id, lang), refusal=refusal), said)


@router.post("/models/{model_id}/restore", action="switch_models")
def restore(request: Request, model_id: str, reason: Reason) -> Response:
    """Go back to the weights that come with the package, and put it on record."""
    had = restored_by(book_of(request), person_of(request), model_id, reason)
    lang, said = (
        language_of(request),
        Message("models_forgotten" if had else "models_nothing_to_forget", {"id": model_id}),
    )
    return done(page(request, "models/own.html", one=_shown(model_id, lang)), sentence(said, lang))


def metric_name(metric: str, lang: str) -> str:
    """Return a metric in the reader's words, or its own name where the catalogs have none."""
    return _said_of("metric", metric, lang)


def part_name(part: str, lang: str) -> str:
    """Return what figures were measured on in the reader's words, piece by piece.

    >>> part_name("killed, folder left out", "fr"), part_name("another", "fr")
    ('morts, textes non vus à l’entraînement', 'another')
    """
    return say("phrase_separator", lang).join(_said_of("part", piece, lang) for piece in part.split(", "))


def _said_of(kind: str, name: str, lang: str) -> str:
    id = f"page_models_{kind}_{_BETWEEN_WORDS.sub('_', name)}"
    said = say(id, lang)
    return name if said == id else said


def documentation_named(text: str, lang: str) -> str:
    """Name the documentation where a card gives the path of one of its pages.

    >>> documentation_named("Figures stand in `docs/benchmarks/claims.md`.", "en")
    'Figures stand in the documentation, under “Benchmarks”.'
    >>> documentation_named("在 `docs/benchmarks/claims.md` 中测量。", "zh")
    '在文档的“Benchmarks”部分中测量。'
    """
    path = _PATH_IN_CHINESE if lang == "zh" else _PATH
    return path.sub(say("page_models_in_documentation", lang), text)


_PATH = re.compile(r"`?docs/benchmarks/[\w-]+\.md`?")
_PATH_IN_CHINESE = re.compile(rf" ?{_PATH.pattern} ?")
_BETWEEN_WORDS = re.compile(r"\W+")


def language_name(code: str, lang: str) -> str:
    """Return a language of a figure: in its own words, or what stands for all (also where there is none) and others."""
    return LANGUAGE_NAMES.get(code) or say(f"page_models_language_{code or 'all'}", lang)


def _by_metric(figures: Sequence[Figure], language: str) -> dict[str, Figure]:
    return {figure.metric: figure for figure in figures if figure.language == language}


def _shown(model_id: str, lang: str) -> Shown:
    folder = load_settings().folder
    model = find_model(model_id)
    card = load_card(model.card)
    return Shown(
        card,
        card_words(card, lang),
        state_of(model),
        read_switches(folder).get(card.id),
        live_drift(card, folder),
        model.own,
        model.own.standing() if model.own else None,
    )
