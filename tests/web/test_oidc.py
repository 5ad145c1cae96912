"""The ministry's own login, against a certified provider that runs beside the test (oidc-provider, see its folder)."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import select
from starlette.testclient import TestClient

from opencwc.casebook import tables
from opencwc.casebook.model import Mark, Role
from opencwc.casebook.people import CONSOLE
from opencwc.errors import SettingsError
from opencwc.web.accounts.oidc import CALLBACK, COOKIE, MinistryLogin, OidcSettings, load_oidc
from opencwc.web.server.configuration import Configuration
from opencwc.web.server.problems import HttpProblem
from opencwc.web.server.session_cookie import COOKIE as SESSION_COOKIE

from .signing_in import House, kind, open_house

FOLDER = Path(__file__).parent / "oidc_provider"
SECRET = "a secret of the client, of the tests only"
CLIENT = {
    "client_id": "opencwc",
    "client_secret": SECRET,
    "redirect_uris": [f"http://testserver{CALLBACK}"],
    "response_types": ["code"],
    "grant_types": ["authorization_code"],
}
ACCOUNTS: dict[str, dict[str, Any]] = {
    "a1": {"name": "Alice L.", "preferred_username": "alice", "email": "Alice@ministry.example",
           "email_verified": True},
    "b1": {"name": "Bob", "preferred_username": "bob", "email": "bob@ministry.example", "email_verified": True,
           "groups": ["staff", "cwc-reviewers", "cleared-protected"]},
    "c1": {"name": "Carol", "preferred_username": "carol", "groups": ["staff"]},
    "m1": {"name": "Mallory", "preferred_username": "mallory", "email": "alice@ministry.example",
           "email_verified": False},
    "d1": {"name": "Bob too", "preferred_username": "bob", "groups": ["cwc-analysts"]},
}  # fmt: skip
MAPPED = {
    "role_claim": "groups",
    "roles": {"cwc-reviewers": "reviewer", "cwc-analysts": "analyst"},
    "clearance_claim": "groups",
    "clearances": {"cleared-protected": "protected"},
    "clearance": "restricted",
}


@contextmanager
def provider(accounts: dict[str, dict[str, Any]], port: int = 0) -> Iterator[str]:
    """Run the provider and give its issuer."""
    assert (FOLDER / "node_modules").is_dir(), f"the provider is not installed: cd {FOLDER} && npm ci"
    settings = json.dumps({"accounts": accounts, "client": CLIENT, "port": port})
    with subprocess.Popen(
        ["node", "server.mjs", settings], cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stdin is not None
        lines = iter(process.stdout.readline, "")
        yield json.loads(next(line for line in lines if line.startswith('{"issuer"')))["issuer"]
        process.stdin.close()


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider(ACCOUNTS) as running:
        yield running


@contextmanager
def house_of(folder: Path, monkeypatch: pytest.MonkeyPatch, issuer: str, **more: Any) -> Iterator[House]:
    file = folder / "client.secret"
    file.write_text(SECRET + "\n", encoding="utf-8")
    oidc = {"issuer": issuer, "client_id": "opencwc", "client_secret_file": str(file), **more}
    with open_house(folder, monkeypatch, oidc=oidc) as house:
        yield house


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, issuer: str) -> Iterator[House]:
    with house_of(tmp_path, monkeypatch, issuer) as house:
        yield house


@pytest.fixture
def mapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, issuer: str) -> Iterator[House]:
    with house_of(tmp_path, monkeypatch, issuer, **MAPPED) as house:
        yield house


def start(client: TestClient) -> str:
    """Begin at our side; return the address at the provider."""
    answer = client.get("/auth/oidc/start")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def sign_in_there(address: str, subject: str) -> str:
    """Sign in at the provider as a person does in a browser; return the address that it sends the browser back to."""
    with httpx.Client(follow_redirects=False) as browser:
        answer = browser.get(address)
        while not answer.headers.get("location", "").startswith("http://testserver"):
            if answer.is_redirect:
                answer = browser.get(answer.url.join(answer.headers["location"]))
                continue
            assert answer.status_code == 200, answer.text
            form = re.search(r'action="([^"]+)"', answer.text)
            assert form is not None, answer.text
            filled = {"prompt": "login", "login": subject, "password": "any"}
            answer = browser.post(answer.url.join(form[1]), data=filled)
        return str(answer.headers["location"])


def come_back(client: TestClient, address: str) -> Any:
    return client.get(address.removeprefix("http://testserver"))


def changed(address: str, **values: str | None) -> str:
    """Return an address with other values in its query; ``None`` takes one out."""
    parts = urlsplit(address)
    query = {name: given[0] for name, given in parse_qs(parts.query).items()} | values
    return urlunsplit(
        parts._replace(query=urlencode({name: values for name, values in query.items() if values is not None}))
    )


def sign_in(client: TestClient, subject: str) -> Any:
    return come_back(client, sign_in_there(start(client), subject))


def refused(answer: Any, why: str) -> bool:
    return bool(kind(answer) == "oidc-refused" and why in answer.json()["detail"] and answer.status_code == 403)


def records_of(house: House) -> list[tuple[str, dict[str, Any]]]:
    with house.book.reading_contents() as connection:
        query = select(tables.record.c.actor, tables.record.c.content).where(tables.record.c.kind == "person_set")
        rows = connection.execute(query.order_by(tables.record.c.seq)).all()
        return [(actor, json.loads(content)["body"]) for actor, content in rows]


def test_the_browser_is_sent_off_with_state_nonce_and_pkce_and_a_cookie_for_the_way_back(house: House) -> None:
    with house.client() as client:
        answer = client.get("/auth/oidc/start")
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        assert query["response_type"] == ["code"] and query["code_challenge_method"] == ["S256"]
        assert query["redirect_uri"] == [f"http://testserver{CALLBACK}"] and "openid" in query["scope"][0].split()
        secrets = [query[name][0] for name in ("state", "nonce", "code_challenge")]
        assert all(len(secret) >= 43 for secret in secrets) and len(set(secrets)) == 3
        cookie = answer.headers["set-cookie"]
        for part in ("HttpOnly", "SameSite=lax", "Path=/auth/oidc", "Max-Age=600"):
            assert part in cookie
        assert not any(secret in cookie for secret in secrets)


def test_a_person_whom_an_administrator_prepared_signs_in_and_is_bound_for_good(house: House) -> None:
    alice = house.entrance.people.add(
        CONSOLE, "al", "Alice", Role.REVIEWER, Mark.PROTECTED, expected_as="alice@Ministry.example"
    )
    with house.client() as client:
        answer = sign_in(client, "a1")
        assert answer.status_code == 200, answer.text
        assert "SameSite=strict" in answer.headers["set-cookie"] and '<meta http-equiv="refresh"' in answer.text
        me = client.get("/api/v1/session").json()
        assert me["person"]["id"] == alice.id and me["person"]["role"] == "reviewer"
        assert me["csrf_token"]
        assert COOKIE not in client.cookies
    account = house.entrance.people.account(alice.id)
    assert account.bound and not account.expected_as
    with house.client() as client:
        assert sign_in(client, "a1").status_code == 200  # found by the subject now
        assert client.get("/api/v1/session").json()["person"]["id"] == alice.id
    assert len(house.entrance.people.everyone()) == 1


def test_the_user_name_of_the_ministry_binds_as_well(house: House) -> None:
    carol = house.entrance.people.add(CONSOLE, "c", expected_as="CAROL")
    with house.client() as client:
        assert sign_in(client, "c1").status_code == 200
        assert client.get("/api/v1/session").json()["person"]["id"] == carol.id


def test_an_email_that_nobody_verified_binds_nothing(house: House) -> None:
    house.entrance.people.add(CONSOLE, "al", expected_as="alice@ministry.example")
    with house.client() as client:
        assert refused(sign_in(client, "m1"), "there is no account for this person")
        assert SESSION_COOKIE not in client.cookies


def test_only_the_claims_of_the_settings_bind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
    with house_of(tmp_path, monkeypatch, issuer, match=["email"]) as house, house.client() as client:
        house.entrance.people.add(CONSOLE, "c", expected_as="carol")
        assert refused(sign_in(client, "c1"), "there is no account for this person")


def test_a_second_subject_does_not_get_an_account_that_is_bound(house: House) -> None:
    house.entrance.people.add(CONSOLE, "bob", expected_as="bob")
    with house.client() as client:
        assert sign_in(client, "b1").status_code == 200
    with house.client() as client:
        assert refused(sign_in(client, "d1"), "there is no account for this person")  # of the same user name


def test_a_stranger_is_refused_and_no_account_is_made(house: House) -> None:
    with house.client() as client:
        assert refused(sign_in(client, "a1"), "there is no account for this person")
        assert client.get("/api/v1/session").status_code == 401
    assert house.entrance.people.everyone() == []


def test_an_account_that_left_is_refused(house: House) -> None:
    alice = house.entrance.people.add(CONSOLE, "al", expected_as="alice")
    with house.client() as client:
        sign_in(client, "a1")
    house.entrance.people.change(CONSOLE, alice.id, active=False)
    with house.client() as client:
        assert refused(sign_in(client, "a1"), "not active")


def test_a_role_and_a_clearance_come_from_the_claims_where_the_settings_say_so(mapped: House) -> None:
    with mapped.client() as client:
        assert sign_in(client, "b1").status_code == 200
        person = client.get("/api/v1/session").json()["person"]
        assert (person["login"], person["role"], person["clearance"]) == ("oidc:bob", "reviewer", "protected")
    with mapped.client() as client:
        assert refused(sign_in(client, "c1"), "there is no account for this person")  # in no group that counts
    ((actor, body),) = records_of(mapped)
    assert actor == "oidc"
    assert body == {"person": person["id"], "role": "reviewer", "clearance": "protected", "active": True}


def test_two_subjects_of_one_user_name_are_two_people(mapped: House) -> None:
    logins = []
    for subject in ("b1", "d1"):
        with mapped.client() as client:
            assert sign_in(client, subject).status_code == 200
            logins.append(client.get("/api/v1/session").json()["person"]["login"])
    assert logins[0] == "oidc:bob" and re.fullmatch(r"oidc:[0-9a-f]{16}", logins[1])


def test_a_role_that_the_ministry_takes_away_is_gone_at_the_next_sign_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = dict(ACCOUNTS["b1"])
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    with house_of(tmp_path, monkeypatch, issuer, **MAPPED) as house, house.client() as client:
        with provider({"b1": bob}, port):
            assert sign_in(client, "b1").status_code == 200
        # The same issuer comes back with other keys: an unknown key id makes us ask for them again.
        with provider({"b1": {**bob, "groups": ["cwc-analysts"]}}, port):
            assert sign_in(client, "b1").status_code == 200
            person = client.get("/api/v1/session").json()["person"]
            assert (person["role"], person["clearance"]) == ("analyst", "restricted")
        with provider({"b1": {**bob, "groups": []}}, port):
            assert refused(sign_in(client, "b1"), "there is no account for this person")
        assert [body["role"] for _, body in records_of(house)] == ["reviewer", "analyst"]


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


# What does not fit


@pytest.fixture
def prepared(house: House) -> House:
    house.entrance.people.add(CONSOLE, "al", expected_as="alice@ministry.example")
    return house


@pytest.mark.parametrize("state", [None, "", "guessed", "é"])
def test_an_answer_to_another_question_is_refused(prepared: House, state: str | None) -> None:
    with prepared.client() as client:
        back = sign_in_there(start(client), "a1")
        assert refused(come_back(client, changed(back, state=state)), "was not started here")
        assert SESSION_COOKIE not in client.cookies


def test_an_answer_in_another_browser_is_refused(prepared: House) -> None:
    with prepared.client() as client, prepared.client() as other:
        back = sign_in_there(start(client), "a1")
        assert refused(come_back(other, back), "was not started here")
        start(other)  # with a cookie of its own it is still not its own
        assert refused(come_back(other, back), "was not started here")
        assert come_back(client, back).status_code == 200


def test_a_code_is_taken_once(prepared: House) -> None:
    with prepared.client() as client:
        away = start(client)
        cookie = client.cookies[COOKIE]
        back = sign_in_there(away, "a1")
        assert come_back(client, back).status_code == 200
        client.cookies.set(COOKIE, cookie, path="/auth/oidc")
        assert refused(come_back(client, back), "rejected the code")


def test_a_code_of_somebody_else_is_refused_for_its_proof_key(prepared: House) -> None:
    with prepared.client() as victim, prepared.client() as attacker:
        mine = sign_in_there(start(attacker), "c1")
        theirs = sign_in_there(start(victim), "a1")
        code = parse_qs(urlsplit(mine).query)["code"][0]
        assert refused(come_back(victim, changed(theirs, code=code)), "rejected the code")


def test_a_wrong_nonce_is_refused(prepared: House) -> None:
    with prepared.client() as client:
        back = sign_in_there(changed(start(client), nonce="chosen-by-an-attacker"), "a1")
        assert refused(come_back(client, back), "invalid token")


def test_a_missing_nonce_is_refused(prepared: House) -> None:
    with prepared.client() as client:
        back = sign_in_there(changed(start(client), nonce=None), "a1")
        assert refused(come_back(client, back), "invalid token")


def test_who_takes_longer_than_ten_minutes_begins_again(prepared: House) -> None:
    with prepared.client() as client:
        back = sign_in_there(start(client), "a1")
        prepared.clock.turn(minutes=11)
        assert refused(come_back(client, back), "too long ago")


def test_an_answer_of_another_issuer_is_refused(prepared: House) -> None:
    for issuer in ("https://evil.example", None):
        with prepared.client() as client:
            back = sign_in_there(start(client), "a1")
            assert "iss" in parse_qs(urlsplit(back).query)
            assert refused(come_back(client, changed(back, iss=issuer)), "another issuer answered")


def test_what_the_provider_refuses_is_told_without_its_words(prepared: House) -> None:
    with prepared.client() as client:
        state = parse_qs(urlsplit(start(client)).query)["state"][0]
        answer = client.get(CALLBACK, params={"state": state, "error": "access_denied", "error_description": "<b>x"})
        assert refused(answer, "refused the sign-in") and "<b>" not in answer.text
        assert refused(client.get(CALLBACK, params={"state": state}), "sent no code")
        assert refused(client.get(CALLBACK), "was not started here")


def test_a_wrong_secret_of_the_client_signs_nobody_in(prepared: House, tmp_path: Path) -> None:
    (tmp_path / "client.secret").write_text("wrong", encoding="utf-8")
    with prepared.client() as client:
        assert refused(sign_in(client, "a1"), "rejected the code")
        (tmp_path / "client.secret").unlink()
        assert client.get("/auth/oidc/start").status_code == 422


def test_a_provider_that_is_away_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with house_of(tmp_path, monkeypatch, f"http://127.0.0.1:{free_port()}") as house, house.client() as client:
        answer = client.get("/auth/oidc/start")
        assert (answer.status_code, kind(answer)) == (503, "oidc-out-of-reach")


def test_a_provider_that_describes_another_issuer_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, issuer: str
) -> None:
    other = issuer.replace("127.0.0.1", "localhost")
    with house_of(tmp_path, monkeypatch, other) as house, house.client() as client:
        answer = client.get("/auth/oidc/start")
        assert (answer.status_code, kind(answer)) == (503, "oidc-out-of-reach")


def test_without_the_settings_there_is_no_such_way_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_house(tmp_path, monkeypatch) as house, house.client() as client:
        assert kind(client.get("/auth/oidc/start")) == "not-found"
        assert kind(client.get(CALLBACK)) == "not-found"


def test_how_strongly_one_signs_in_can_be_demanded_of_the_ministry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, issuer: str
) -> None:
    with house_of(tmp_path, monkeypatch, issuer, acr=["two-factors"]) as house, house.client() as client:
        house.entrance.people.add(CONSOLE, "al", expected_as="alice@ministry.example")
        away = start(client)
        assert parse_qs(urlsplit(away).query)["acr_values"] == ["two-factors"]
        assert refused(come_back(client, sign_in_there(away, "a1")), "does not confirm the required second factor")
        assert SESSION_COOKIE not in client.cookies and not house.entrance.people.account("al").bound


# Tokens that no honest provider would send

KEY = RSAKey.generate_key(2048, {"kid": "k", "alg": "RS256", "use": "sig"})
ISSUER = "https://login.example"


@pytest.fixture
def believing(house: House) -> MinistryLogin:
    """A login that believes one key of ours."""
    settings = OidcSettings(issuer=ISSUER, client_id="opencwc")
    ministry = house.entrance.ministry
    assert ministry is not None
    return MinistryLogin(settings, house.entrance.people, ministry.seal, _keys=KeySet([KEY]))


def claims_at(second: int, **more: Any) -> dict[str, Any]:
    honest = {
        "iss": ISSUER, "sub": "s", "aud": "opencwc", "nonce": "n", "iat": second, "exp": second + 300, **more,
    }  # fmt: skip
    return {name: value for name, value in honest.items() if value is not None}


def read(ministry: MinistryLogin, text: str) -> dict[str, Any]:
    async def reading() -> dict[str, Any]:
        async with ministry._client("http://testserver") as client:
            return await ministry._read_id_token(client, {"jwks_uri": "http://127.0.0.1:9/"}, {"id_token": text}, "n")

    return asyncio.run(reading())


def test_an_honest_token_is_read(believing: MinistryLogin) -> None:
    text = jwt.encode({"alg": "RS256", "kid": "k"}, claims_at(believing._second()), KEY)
    assert read(believing, text)["sub"] == "s"


@pytest.mark.parametrize(
    ("demanded", "claims", "holds"),
    [
        ({"acr": ["two", "three"]}, {"acr": "three"}, True),
        ({"acr": ["two", "three"]}, {"acr": "one"}, False),
        ({"acr": ["two"]}, {}, False),
        ({"acr": ["two"]}, {"acr": ["two"]}, False),
        ({"amr": ["mfa", "otp"]}, {"amr": ["pwd", "otp"]}, True),
        ({"amr": ["mfa", "otp"]}, {"amr": ["pwd"]}, False),
        ({"amr": ["mfa"]}, {"amr": "mfa"}, False),
        ({"amr": ["mfa"]}, {}, False),
        ({"acr": ["two"], "amr": ["mfa"]}, {"acr": "two", "amr": ["pwd"]}, False),
    ],
)
def test_a_token_must_say_of_the_sign_in_what_is_demanded(
    believing: MinistryLogin, demanded: dict[str, Any], claims: dict[str, Any], holds: bool
) -> None:
    believing.settings = OidcSettings(issuer=ISSUER, client_id="opencwc", **demanded)
    text = jwt.encode({"alg": "RS256", "kid": "k"}, claims_at(believing._second(), **claims), KEY)
    if holds:
        assert read(believing, text)["sub"] == "s"
        return
    with pytest.raises(
        (HttpProblem, JoseError), match=r"does not confirm the required second factor|Invalid claim: 'amr'"
    ):
        read(believing, text)


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://evil.example"}, {"iss": None}, {"aud": "another"}, {"aud": None}, {"aud": ["another"]},
        {"aud": ["opencwc", "another"]}, {"azp": "another"}, {"nonce": "x"}, {"nonce": None}, {"sub": None},
        {"exp": 1}, {"exp": None}, {"iat": None}, {"iat": 99999999999}, {"nbf": 99999999999},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_that_does_not_fit_is_refused(believing: MinistryLogin, lie: dict[str, Any]) -> None:
    text = jwt.encode({"alg": "RS256", "kid": "k"}, claims_at(believing._second(), **lie), KEY)
    with pytest.raises(JoseError):
        read(believing, text)


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part_of(value: dict[str, Any]) -> str:
    return encoded(json.dumps(value).encode())


def test_a_token_without_a_signature_or_with_anothers_is_refused(believing: MinistryLogin) -> None:
    claims = claims_at(believing._second())
    other = jwt.encode({"alg": "RS256", "kid": "k"}, claims, RSAKey.generate_key(2048, {"kid": "k"}))
    unsigned = f"{part_of({'alg': 'none', 'kid': 'k'})}.{part_of(claims)}"
    # The public key is no secret: as a shared one it must sign nothing.
    shared = f"{part_of({'alg': 'HS256', 'kid': 'k'})}.{part_of(claims)}"
    shared += "." + encoded(hmac.digest(KEY.as_pem(private=False), shared.encode(), "sha256"))
    for text in (unsigned + ".", other, shared, "", "a.b.c"):
        with pytest.raises((JoseError, ValueError, HttpProblem)):
            read(believing, text)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"issuer": "http://login.example"}, "https"),
        ({"issuer": "https://login.example?x=1"}, "https"),
        ({"issuer": "login.example"}, "https"),
        ({"client_id": ""}, "client_id"),
        ({"role_claim": "groups"}, "go together"),
        ({"roles": {"x": "king"}, "role_claim": "groups"}, "roles.x"),
        ({"clearance": "cosmic"}, "clearance"),
        ({"scopes": "profile"}, "openid"),
        ({"client_secret": "in the file"}, "client_secret"),
    ],
)
def test_settings_that_cannot_hold_are_refused(change: dict[str, Any], message: str) -> None:
    good = {"issuer": ISSUER, "client_id": "opencwc"}
    assert load_oidc(Configuration(oidc=good)) is not None and load_oidc(Configuration()) is None
    with pytest.raises(SettingsError, match=re.escape(message)):
        load_oidc(Configuration(oidc={**good, **change}))
