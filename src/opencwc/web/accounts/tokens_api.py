"""The API tokens of the person who is signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, TypedDict

from fastapi import Path, Request
from msgspec import Meta
from pydantic import Field
from starlette.responses import JSONResponse, Response

from opencwc.casebook.permissions import SCOPES, may, require
from opencwc.casebook.tokens import LONGEST_LIFE, Token
from opencwc.records import fields_of, one_of
from opencwc.web.accounts.entrance import entrance_of
from opencwc.web.server.api_parameters import Closed, Moment, answers
from opencwc.web.server.service import Router, person_of

router = Router(tags=["tokens"])
TokenId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="The id of the token.")]


class TokenAnswer(TypedDict):
    """A token, without its secret."""

    id: str
    person: str
    name: str
    scopes: list[Annotated[str, one_of(SCOPES)]]
    made_at: Moment
    ends_at: Moment
    used_at: str
    revoked: bool


class NewTokenAnswer(TokenAnswer):
    """A token that was made."""

    token: Annotated[str, Meta(description="Shown this once.")]


class NewToken(Closed):
    """What a token is for, what it allows, and for how many days."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[list[str], Field(min_length=1, max_length=len(SCOPES))]
    days: Annotated[int, Field(ge=1, le=LONGEST_LIFE.days)]


@router.get("/api/v1/tokens", action="self", answer=answers("One's tokens", tokens=list[TokenAnswer]))
def mine(request: Request, everyone: bool = False) -> Response:
    """List one's tokens, or to who manages people those of ``everyone``, the newest first, without their secrets."""
    person, known = person_of(request), entrance_of(request).tokens
    if everyone:
        require(person, "people")
    tokens = known.everyone() if everyone else known.of(person.id)
    return JSONResponse({"tokens": [_json(token) for token in tokens]})


@router.post(
    "/api/v1/tokens", action="self", status_code=201, answer=answers("The token", NewTokenAnswer), problems=(409,)
)
def make(request: Request, asked: NewToken) -> Response:
    """Make a token; it is shown this once."""
    person = person_of(request)
    lasts = timedelta(days=asked.days)
    token, secret = entrance_of(request).tokens.make(person.id, person, asked.name, asked.scopes, lasts)
    return JSONResponse({**_json(token), "token": secret}, 201)


@router.delete(
    "/api/v1/tokens/{token_id}",
    action="self",
    status_code=204,
    response_class=Response,
    answer={"description": "Revoked"},
    problems=(404,),
)
def revoke(request: Request, token_id: TokenId) -> Response:
    """Revoke a token of one's own, or of anybody where one manages people, for good."""
    person = person_of(request)
    entrance_of(request).tokens.revoke(person.id, token_id, "" if may(person, "people") else person.id)
    return Response(status_code=204)


def _json(token: Token) -> TokenAnswer:
    answer: TokenAnswer = fields_of(TokenAnswer, token)
    return answer
