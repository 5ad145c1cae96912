"""The register of models and measured components: what may take part in findings, with its card and its state."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, NotRequired, TypedDict

from fastapi import Request
from msgspec import Meta
from starlette.responses import JSONResponse, Response

from opencwc.models import Card, Model, card_words, find_model, load_card, registered, state_of
from opencwc.web.server.api_parameters import InLang, answers
from opencwc.web.server.service import Router
from opencwc.wording import sentence

router = Router(tags=["models"])


class ModelAnswer(TypedDict):
    """A model in brief, and its card where one was asked for."""

    id: str
    title: str
    usable: bool
    why: Annotated[str, Meta(description="What stands against it, or what differs from its card.")]
    hash: Annotated[str, Meta(description="SHA-256 over the digests of its files, as installed.")]
    card: NotRequired[Card]


@router.get("/api/v1/models", action="models", answer=answers("The models", models=list[ModelAnswer]))
def models(request: Request, lang: InLang = "en") -> Response:
    """Give every registered model in brief: whether it may be used now, and by which weights."""
    return JSONResponse({"models": [_in_brief(model, load_card(model.card), lang) for model in registered()]})


@router.get("/api/v1/models/{model_id}", action="models", answer=answers("The model", ModelAnswer), problems=(404,))
def model(request: Request, model_id: str, lang: InLang = "en") -> Response:
    """Give one model with its card: use, out of use, data, figures by language, limits, licence, weights."""
    model = find_model(model_id)
    card = load_card(model.card)
    return JSONResponse({**_in_brief(model, card, lang), "card": asdict(card)})


def _in_brief(model: Model, card: Card, lang: str) -> ModelAnswer:
    state = state_of(model)
    return {
        "id": model.id,
        "title": card_words(card, lang).title,
        "usable": state.usable,
        "why": sentence(state.why, lang) if state.why else "",
        "hash": state.hash,
    }
