"""Sign in with the ministry's own login: OpenID Connect, code flow with PKCE (OpenID Connect Core 1.0; RFC 7636).

The network is used only where ``[oidc]`` is set, and only towards the issuer that it names. Whose login it is, is
decided here: an account that is bound already, one that an administrator prepared, or one that the claims give a role.
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from starlette.concurrency import run_in_threadpool

from opencwc.casebook.model import Mark, Person, Role
from opencwc.casebook.people import OIDC_LOGIN, Account, People, normal_login
from opencwc.casebook.service_secret import Seal
from opencwc.errors import ConflictError, InputError, SettingsError
from opencwc.web.server.configuration import Configuration, is_loopback
from opencwc.web.server.problems import HttpProblem

COOKIE = "opencwc_oidc"
COOKIE_PATH = "/auth/oidc"
CALLBACK = "/auth/oidc/callback"
LASTS = 600
"""Seconds that someone has to sign in at the issuer."""
ACTOR = "oidc"
"""The actor of the record where the ministry's login, and no person, gave an account its role."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""How an ID token may be signed: never with a shared secret, never not at all."""
CLOCKS_APART = 30
_METADATA_LASTS = 3600
_LOG = logging.getLogger("opencwc.web.sign_in")
MarkNamed = Annotated[Mark, BeforeValidator(lambda value: Mark[value.upper()] if isinstance(value, str) else value)]


class OidcSettings(BaseModel):
    """The table ``[oidc]`` of ``opencwc.toml``.

    ``match`` names the claims by which an account that an administrator prepared is found (an e-mail counts only
    where the issuer says that it is verified). ``roles`` says which value of ``role_claim`` (a dotted path) makes
    which role, the first that fits; ``clearances`` likewise of ``clearance_claim``, the highest that fits, and
    ``clearance`` where none does. ``acr`` and ``amr`` name what the ID token must say of how the person signed in
    (OpenID Connect Core 1.0, 2; RFC 8176): its ``acr`` is one of them, its ``amr`` holds one of them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    client_id: str = Field(min_length=1)
    client_secret_file: str = ""
    scopes: str = "openid profile email"
    match: tuple[Literal["email", "preferred_username"], ...] = ("email", "preferred_username")
    role_claim: str = ""
    roles: dict[str, Role] = Field(default_factory=dict)
    clearance_claim: str = ""
    clearances: dict[str, MarkNamed] = Field(default_factory=dict)
    clearance: MarkNamed = Mark.UNCLASSIFIED
    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _hold(self) -> OidcSettings:
        address = urlsplit(self.issuer)
        local = address.scheme == "http" and is_loopback(address.hostname or "")
        if not address.hostname or not (address.scheme == "https" or local) or address.query or address.fragment:
            raise ValueError("the issuer is not an https address")
        if bool(self.role_claim) is not bool(self.roles):
            raise ValueError("role_claim and roles go together")
        if "openid" not in self.scopes.split():
            raise ValueError("the scopes must name openid")
        return self


def load_oidc(configuration: Configuration) -> OidcSettings | None:
    """Return the settings of the ministry's login, ``None`` where none are made; `SettingsError` where they fail."""
    if not configuration.oidc:
        return None
    try:
        return OidcSettings.model_validate(configuration.oidc)
    except (ValidationError, KeyError) as error:
        name, why = "clearance", "no such mark"
        if isinstance(error, ValidationError):
            first = error.errors(include_input=False, include_url=False)[0]
            name, why = ".".join(str(part) for part in first["loc"]) or "oidc", str(first["msg"])
        raise SettingsError(
            "oidc_setting_does_not_hold",
            where="[oidc]",
            setting=name,
            reason=why,
            known=tuple(OidcSettings.model_fields),
        ) from None


@dataclass
class MinistryLogin:
    """The one issuer that is believed, and what it is known to say."""

    settings: OidcSettings
    people: People
    seal: Seal
    _metadata: dict[str, Any] = field(default_factory=dict)
    _keys: KeySet | None = None
    _asked_at: float = 0.0

    async def start(self, redirect: str) -> tuple[str, str]:
        """Return the address at the issuer to go to, and the cookie that the way back is checked with."""
        async with self._client(redirect) as client:
            metadata = await self._discover(client)
            state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
            wanted = {"acr_values": " ".join(self.settings.acr)} if self.settings.acr else {}
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce, **wanted
            )
        kept = json.dumps({"state": state, "nonce": nonce, "verifier": verifier})
        return address, self.seal.seal(kept, at=self._second())

    async def finish(self, redirect: str, cookie: str, given: Mapping[str, str]) -> Account:
        """Return the account of who comes back from the issuer.

        Raises:
            HttpProblem: what came back is not the answer to what was asked (403), nobody knows the person here (403),
                or the issuer is out of reach (503).

        """
        kept = json.loads(self.seal.opened(cookie, lasts=LASTS, at=self._second()) or "{}")
        if not kept or not hmac.compare_digest(kept["state"].encode(), given.get("state", "").encode()):
            raise _refused("sign_in_not_begun_here")
        if given.get("error"):
            raise _refused("oidc_sign_in_refused")
        if not given.get("code"):
            raise _refused("oidc_sent_no_code")
        async with self._client(redirect) as client:
            metadata = await self._discover(client)
            named = given.get("iss")  # RFC 9207: which issuer answers
            if named != self.settings.issuer and (
                named or metadata.get("authorization_response_iss_parameter_supported") is True
            ):
                raise _refused("oidc_another_issuer")
            claims = await self._claims(client, metadata, given["code"], kept)
        return await run_in_threadpool(self._account_of, claims)

    async def _claims(
        self, client: AsyncOAuth2Client, metadata: Mapping[str, Any], code: str, kept: Mapping[str, str]
    ) -> dict[str, Any]:
        try:
            token = await client.fetch_token(
                metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=kept["verifier"]
            )
            claims = await self._read_id_token(client, metadata, token, kept["nonce"])
            userinfo: dict[str, Any] = {}
            if "userinfo_endpoint" in metadata:
                answer = await client.get(metadata["userinfo_endpoint"])
                answer.raise_for_status()
                userinfo = answer.json()
                if userinfo.get("sub") != claims["sub"]:
                    raise _refused("oidc_two_people")
        except OAuthError as error:
            _LOG.warning("oidc-refused", extra={"state": str(error.error)[:60]})
            raise _refused("oidc_code_not_taken") from None
        except JoseError as error:
            _LOG.warning("oidc-refused", extra={"state": type(error).__name__})
            raise _refused("oidc_token_does_not_hold") from None
        return {**userinfo, **claims}

    async def _read_id_token(
        self, client: AsyncOAuth2Client, metadata: Mapping[str, Any], token: Mapping[str, Any], nonce: str
    ) -> dict[str, Any]:
        text = token.get("id_token")
        if not isinstance(text, str):
            raise _refused("oidc_sent_no_id_token")
        try:
            read = jwt.decode(text, await self._key_set(client, metadata), algorithms=ALGORITHMS)
        except InvalidKeyIdError:  # the issuer has new keys
            read = jwt.decode(text, await self._key_set(client, metadata, anew=True), algorithms=ALGORITHMS)
        options: Any = {
            "iss": {"essential": True, "value": self.settings.issuer},
            "aud": {"essential": True, "value": self.settings.client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        params = {
            "nonce": nonce, "client_id": self.settings.client_id, "access_token": token.get("access_token"),
        }  # fmt: skip
        claims = CodeIDToken(read.claims, read.header, options, params)
        claims.validate(now=self._second(), leeway=CLOCKS_APART)
        self._check_how(claims)
        return dict(claims)

    def _check_how(self, claims: Mapping[str, Any]) -> None:
        """See that the person signed in as the settings demand, such as with a second factor."""
        methods_told = claims.get("amr")
        methods = methods_told if isinstance(methods_told, list) else []
        weak = self.settings.acr and claims.get("acr") not in self.settings.acr
        if weak or (self.settings.amr and not any(method in methods for method in self.settings.amr)):
            _LOG.warning("oidc-refused", extra={"state": "signed in too weakly"})
            raise _refused("oidc_signed_in_too_weakly")

    async def _discover(self, client: AsyncOAuth2Client) -> dict[str, Any]:
        now = self.people.clock().timestamp()
        if self._metadata and now - self._asked_at < _METADATA_LASTS:
            return self._metadata
        metadata: dict[str, Any] = await _get_json(
            client, self.settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
        )
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if metadata.get("issuer") != self.settings.issuer or not all(
            isinstance(metadata.get(name), str) for name in needed
        ):
            raise _out_of_reach("oidc_describes_another_issuer")
        for name in (*needed, "userinfo_endpoint"):
            self._check_address(str(metadata.get(name, self.settings.issuer)))
        self._metadata, self._keys, self._asked_at = metadata, None, now
        return metadata

    def _check_address(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise _out_of_reach("oidc_address_without_https")

    async def _key_set(self, client: AsyncOAuth2Client, metadata: Mapping[str, Any], *, anew: bool = False) -> KeySet:
        if self._keys is None or anew:
            self._keys = KeySet.import_key_set(await _get_json(client, metadata["jwks_uri"]))
        return self._keys

    @asynccontextmanager
    async def _client(self, redirect: str) -> AsyncIterator[AsyncOAuth2Client]:
        secret = ""
        if self.settings.client_secret_file:
            try:
                secret = Path(self.settings.client_secret_file).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(
                    "oidc_secret_unreadable", where=self.settings.client_secret_file, reason=str(error)
                ) from error
        client = AsyncOAuth2Client(
            self.settings.client_id,
            secret or None,
            scope=self.settings.scopes,
            redirect_uri=redirect,
            code_challenge_method="S256",
            timeout=10,
            follow_redirects=False,
        )
        try:
            async with client:
                yield client
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            _LOG.warning("oidc-out-of-reach", extra={"state": type(error).__name__})
            raise _out_of_reach("oidc_answers_badly") from None

    def _second(self) -> int:
        return int(self.people.clock().timestamp())

    # Whose login it is

    def _account_of(self, claims: Mapping[str, Any]) -> Account:
        subject = f"{self.settings.issuer} {claims['sub']}"
        account = self.people.by_subject(subject)
        if account is None:
            account = self.people.bind(subject, self._names(claims))
        if account is None or account.person.login.startswith(OIDC_LOGIN):
            account = self._by_claims(subject, claims, account)
        if not account.active:
            raise _refused("oidc_account_not_active")
        return account

    def _names(self, claims: Mapping[str, Any]) -> tuple[str, ...]:
        names = []
        for claim in self.settings.match:
            verified = claim != "email" or claims.get("email_verified") is True
            if verified and isinstance(claims.get(claim), str):
                names.append(claims[claim])
        return tuple(names)

    def _by_claims(self, subject: str, claims: Mapping[str, Any], known: Account | None) -> Account:
        role = self._role(claims)
        if role is None:
            raise _refused("oidc_no_account_prepared")
        clearance = self._clearance(claims)
        if known is None:
            return self._added(subject, claims, role, clearance)
        return self.people.change(ACTOR, known.person.id, role=role, clearance=clearance)

    def _added(self, subject: str, claims: Mapping[str, Any], role: Role, clearance: Mark) -> Account:
        named = [str(claims[claim]) for claim in ("preferred_username", "email", "sub") if claims.get(claim)]
        name = str(claims.get("name", ""))[:200]
        for login in (OIDC_LOGIN + named[0], f"{OIDC_LOGIN}{secrets.token_hex(8)}"):
            try:
                person: Person = self.people.add(ACTOR, normal_login(login), name, role, clearance, subject=subject)
            except (ConflictError, InputError):  # taken by another subject, or no login at all: take any
                continue
            return self.people.account(person.id)
        raise _refused("oidc_account_not_made")

    def _role(self, claims: Mapping[str, Any]) -> Role | None:
        values = _values(claims, self.settings.role_claim)
        return next((role for value, role in self.settings.roles.items() if value in values), None)

    def _clearance(self, claims: Mapping[str, Any]) -> Mark:
        values = _values(claims, self.settings.clearance_claim)
        fits = [mark for value, mark in self.settings.clearances.items() if value in values]
        return max(fits, default=self.settings.clearance)


def _values(claims: Mapping[str, Any], path: str) -> frozenset[str]:
    """Return the texts that stand at a dotted path of the claims.

    >>> sorted(_values({"realm_access": {"roles": ["a", "b"]}}, "realm_access.roles"))
    ['a', 'b']
    """
    value_at: Any = claims.get(path) if path in claims else claims
    if path not in claims:
        for part in path.split("."):
            value_at = value_at.get(part) if isinstance(value_at, Mapping) else None
    return frozenset(
        {value_at} if isinstance(value_at, str) else filter(lambda value: isinstance(value, str), value_at or ())
    )


async def _get_json(client: AsyncOAuth2Client, address: str) -> Any:
    answer = await client.request("GET", address, withhold_token=True)
    answer.raise_for_status()
    return answer.json()


def _refused(code: str) -> HttpProblem:
    return HttpProblem(403, "oidc-refused", code)


def _out_of_reach(code: str) -> HttpProblem:
    return HttpProblem(503, "oidc-out-of-reach", code)
