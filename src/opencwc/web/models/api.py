"""The register of models and measured components: what may take part in findings, with its card and its state."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, NotRequired, TypedDict

from fastapi import Request
from msgspec import Meta
from pydantic import Field
from starlette.responses import JSONResponse, Response

from opencwc.finding import Message
from opencwc.models import Card, Model, card_words, find_model, load_card, registered, state_of
from opencwc.models.retraining import OwnAnswer, own_to_plain
from opencwc.web.models.retraining import restored_by, retrained_by
from opencwc.web.server.api_parameters import Closed, InLang, answers
from opencwc.web.server.service import Router, book_of, person_of
from opencwc.wording import sentence

router = Router(tags=["models"])


class ModelAnswer(TypedDict):
    """A model in brief, and its card where one was asked for."""

    id: str
    title: str
    usable: bool
    why: Annotated[str, Meta(description="What stands against it, or what differs from its card.")]
    hash: Annotated[str, Meta(description="SHA-256 over the digests of its files, as installed.")]
    own: Annotated[OwnAnswer | None, Meta(description="Null where it learns nothing from labels of the house.")]
    card: NotRequired[Card]


class WhyRetrained(Closed):
    """Why a model is retrained or taken back."""

    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class RetrainedAnswer(TypedDict):
    """What came of it, in words, and which weights stand now."""

    said: list[str]
    hash: str
    own: OwnAnswer | None


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


@router.post(
    "/api/v1/models/{model_id}/retrain",
    action="switch_models",
    answer=answers("What came of it", RetrainedAnswer),
    problems=(404,),
)
def retrain_model(request: Request, model_id: str, asked: WhyRetrained, lang: InLang = "en") -> Response:
    """Have a model learn from the house's shelf of labels; what is no better on labels left out is not used."""
    standing = retrained_by(book_of(request), person_of(request), model_id, asked.reason)
    return _after(model_id, [sentence(message, lang) for message in standing.says], lang)


@router.post(
    "/api/v1/models/{model_id}/restore",
    action="switch_models",
    answer=answers("What came of it", RetrainedAnswer),
    problems=(404,),
)
def restore_model(request: Request, model_id: str, asked: WhyRetrained, lang: InLang = "en") -> Response:
    """Go back to the weights that come with the package."""
    had = restored_by(book_of(request), person_of(request), model_id, asked.reason)
    said = Message("models_forgotten" if had else "models_nothing_to_forget", {"id": model_id})
    return _after(model_id, [sentence(said, lang)], lang)


def _after(model_id: str, said: list[str], lang: str) -> Response:
    model = find_model(model_id)
    return JSONResponse({"said": said, "hash": state_of(model).hash, "own": own_to_plain(model.own, lang)})


def _in_brief(model: Model, card: Card, lang: str) -> ModelAnswer:
    state = state_of(model)
    return {
        "id": model.id,
        "title": card_words(card, lang).title,
        "usable": state.usable,
        "why": sentence(state.why, lang) if state.why else "",
        "hash": state.hash,
        "own": own_to_plain(model.own, lang),
    }
