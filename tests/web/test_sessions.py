"""Signing in and out: the cookie, the limits of a session, the second factor, the one-time link."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from opencwc.casebook import tables
from opencwc.casebook.model import Role
from opencwc.casebook.people import CONSOLE
from opencwc.casebook.service_secret import Seal, service_secret
from opencwc.casebook.sessions import MOST
from opencwc.errors import SettingsError
from opencwc.web.server.session_cookie import COOKIE

from .conftest import ON_BOTH
from .signing_in import OTHER, PASSWORD, House, kind, open_house, sign_in

ME = "/api/v1/session"


@pytest.fixture
def house(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with open_house(tmp_path, monkeypatch, place) as house:
        house.add("alice", Role.REVIEWER)
        yield house


def stored(house: House) -> list[dict[str, object]]:
    with house.book.reading() as connection:
        return [dict(row) for row in connection.execute(select(tables.session)).mappings()]


@ON_BOTH
def test_who_signs_in_is_known_until_signing_out(house: House) -> None:
    with house.signed_in("alice") as client:
        answer = client.get(ME).json()
        assert answer["person"]["login"] == "alice" and answer["person"]["role"] == "reviewer"
        assert "decide" in answer["actions"] and "people" not in answer["actions"]
        cookie = client.cookies[COOKIE]
        assert client.delete(ME).status_code == 204
        assert stored(house) == []
        client.cookies.set(COOKIE, cookie)
        assert kind(client.get(ME)) == "sign-in-needed"


def test_the_cookie_is_unseen_by_scripts_never_sent_from_elsewhere_and_kept_only_as_a_digest(house: House) -> None:
    with house.client() as client:
        set_cookie = sign_in(client, "alice").headers["set-cookie"]
        assert "HttpOnly" in set_cookie and "SameSite=strict" in set_cookie and "Path=/" in set_cookie
        assert "Secure" not in set_cookie
        secret = client.cookies[COOKIE]
        assert len(secret) >= 43  # 256 bits
        assert secret not in str(stored(house))


def test_under_https_the_cookie_is_secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_house(tmp_path, monkeypatch, public_url="https://cwc.example") as house:
        house.add("alice")
        with house.client() as client:
            client.base_url = "https://cwc.example"
            assert "Secure" in sign_in(client, "alice").headers["set-cookie"]


@ON_BOTH
def test_a_session_ends_half_an_hour_after_its_last_use(house: House) -> None:
    with house.signed_in("alice") as client:
        for _ in range(4):
            house.clock.turn(minutes=29)
            assert client.get(ME).status_code == 200
        house.clock.turn(minutes=31)
        assert client.get(ME).status_code == 401


def test_a_session_ends_after_twelve_hours_however_much_it_is_used(house: House) -> None:
    with house.signed_in("alice") as client:
        for _ in range(35):
            house.clock.turn(minutes=20)
            assert client.get(ME).status_code == 200
        house.clock.turn(minutes=20)
        assert client.get(ME).status_code == 401


def test_every_sign_in_begins_a_new_session_and_ends_the_one_it_came_with(house: House) -> None:
    with house.client() as client:
        client.cookies.set(COOKIE, "chosen-by-an-attacker")
        sign_in(client, "alice")
        first = [cookie.value for cookie in client.cookies.jar][-1]
        assert first != "chosen-by-an-attacker"
        client.cookies.clear()
        client.cookies.set(COOKIE, str(first))
        sign_in(client, "alice")
        assert len(stored(house)) == 1
        client.cookies.clear()
        client.cookies.set(COOKIE, str(first))
        assert client.get(ME).status_code == 401


@ON_BOTH
def test_a_person_has_so_many_sessions_at_once_and_the_oldest_makes_room(house: House) -> None:
    with house.client() as client:
        secrets = []
        person = house.entrance.people.account("alice").person.id
        for _ in range(MOST + 2):
            house.clock.turn(seconds=1)
            secrets.append(house.entrance.sessions.begin(person))
        assert len(stored(house)) == MOST
        assert [house.entrance.sessions.of(secret) is None for secret in secrets].index(False) == 2
        assert client.get(ME).status_code == 401


@ON_BOTH
def test_a_new_password_ends_every_other_session(house: House) -> None:
    with house.signed_in("alice") as here, house.signed_in("alice") as there:
        before = here.cookies[COOKIE]
        wrong = here.post(f"{ME}/password", json={"password": OTHER, "new_password": OTHER})
        assert (wrong.status_code, kind(wrong)) == (401, "sign-in-refused")
        easy = here.post(f"{ME}/password", json={"password": PASSWORD, "new_password": "password12345"})
        assert easy.status_code == 422
        same = here.post(f"{ME}/password", json={"password": PASSWORD, "new_password": PASSWORD})
        assert same.status_code == 422
        done = here.post(f"{ME}/password", json={"password": PASSWORD, "new_password": OTHER})
        assert done.status_code == 200 and here.cookies[COOKIE] != before
        assert here.get(ME).status_code == 200
        assert there.get(ME).status_code == 401
    with house.client() as client:
        assert sign_in(client, "alice").status_code == 401
        assert sign_in(client, "alice", OTHER).status_code == 200


def test_a_change_of_role_is_felt_at_once(house: House) -> None:
    with house.signed_in("alice") as client:
        house.entrance.people.change("console", "alice", role=Role.AUDITOR)
        assert client.get(ME).status_code == 401
        sign_in(client, "alice")
        assert client.get(ME).json()["person"]["role"] == "auditor"


def test_an_unknown_login_a_wrong_password_and_a_locked_account_are_answered_alike(house: House) -> None:
    def answered(login: str, password: str) -> object:
        with house.client() as client:
            response = sign_in(client, login, password)
            body = response.json()
            body.pop("request_id", "")
            return response.status_code, body, sorted(set(response.headers) - {"x-request-id"})

    wrong = answered("alice", OTHER)
    assert wrong[0] == 401  # type: ignore[index]
    assert answered("nobody", OTHER) == wrong
    for _ in range(5):
        answered("alice", OTHER)
    assert answered("alice", PASSWORD) == wrong  # locked
    house.clock.turn(minutes=16)
    assert answered("alice", PASSWORD)[0] == 200  # type: ignore[index]


@pytest.mark.usefixtures("true_passwords")
def test_an_unknown_login_takes_as_long_as_a_wrong_password(house: House) -> None:
    people = house.entrance.people

    def seconds(login: str) -> float:
        taken = []
        for _ in range(5):
            house.clock.turn(hours=1)
            begun = time.process_time()  # of all threads: a machine that is busy with something else says nothing
            assert people.with_password(login, OTHER) is None
            taken.append(time.process_time() - begun)
        return statistics.median(taken)

    people.with_password("nobody", OTHER)  # the hash that nobody has is made once
    known, unknown = seconds("alice"), seconds("nobody")
    assert 0.4 < unknown / known < 2.5, (known, unknown)


def test_too_many_sign_ins_from_one_address_must_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_house(tmp_path, monkeypatch, sign_in_rate="3/minute") as house, house.client() as client:
        answers = [sign_in(client, f"somebody-{number}") for number in range(5)]
        assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
        assert int(answers[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://testserver", "sec-fetch-site": "same-origin"}, 200),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "https://evil.example", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "http://testserver", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "http://testserver", "sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://testserver.evil.example"}, 403),
        ({"origin": "https://testserver"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
    ],
)
def test_no_other_site_signs_anybody_in(house: House, headers: dict[str, str], status: int) -> None:
    with house.client() as client:
        answer = client.post(ME, json={"login": "alice", "password": PASSWORD}, headers=headers)
        assert answer.status_code == status
        assert (COOKIE in client.cookies) is (status == 200)


# The second factor


def enrol(house: House, login: str = "alice") -> tuple[str, list[str]]:
    """Enrol a second factor; return its secret and the recovery codes."""
    with house.signed_in(login) as client:
        offered = client.post(f"{ME}/totp/enrol", json={"password": PASSWORD})
        secret = offered.json()["secret"]
        assert offered.json()["uri"].startswith("otpauth://totp/OpenCWC:alice?secret=")
        confirmed = client.post(f"{ME}/totp/confirm", json={"code": code_of(house, secret)})
        assert confirmed.status_code == 200, confirmed.text
        assert client.get(ME).status_code == 200  # in the new session
        return secret, confirmed.json()["recovery_codes"]


def code_of(house: House, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(house.clock.at.timestamp()) + 30 * steps)


def test_with_a_second_factor_the_password_is_not_enough(house: House) -> None:
    secret, _ = enrol(house)
    house.clock.turn(minutes=1)
    with house.client() as client:
        half = sign_in(client, "alice")
        assert half.json() == {"person": None, "second_factor_due": True}
        pending = client.cookies[COOKIE]
        assert kind(client.get(ME)) == "sign-in-needed"
        wrong = client.post(f"{ME}/totp", json={"code": "000000"})
        assert (wrong.status_code, kind(wrong)) == (401, "sign-in-refused")
        full = client.post(f"{ME}/totp", json={"code": code_of(house, secret)})
        assert full.status_code == 200 and full.json()["person"]["login"] == "alice"
        assert client.cookies[COOKIE] != pending
        assert client.get(ME).status_code == 200
        client.cookies.set(COOKIE, pending)


def test_the_code_may_come_with_the_password(house: House) -> None:
    secret, _ = enrol(house)
    house.clock.turn(minutes=1)
    with house.client() as client:
        assert sign_in(client, "alice", code="000000").status_code == 401
        assert sign_in(client, "alice", code=code_of(house, secret)).status_code == 200
        assert client.get(ME).status_code == 200


def test_who_owes_the_code_has_five_minutes(house: House) -> None:
    secret, _ = enrol(house)
    house.clock.turn(minutes=1)
    with house.client() as client:
        sign_in(client, "alice")
        house.clock.turn(minutes=5)
        late = client.post(f"{ME}/totp", json={"code": code_of(house, secret)})
        assert kind(late) == "sign-in-needed"


def test_a_code_is_taken_once_and_none_before_it(house: House) -> None:
    secret, _ = enrol(house)
    house.clock.turn(minutes=1)
    code, early, later = (code_of(house, secret, steps) for steps in (0, -1, 1))
    with house.client() as client:
        assert sign_in(client, "alice", code=code).status_code == 200
        assert sign_in(client, "alice", code=code).status_code == 401
        assert sign_in(client, "alice", code=early).status_code == 401
        assert sign_in(client, "alice", code=later).status_code == 200  # a clock that is fast
        assert sign_in(client, "alice", code=code_of(house, secret, 2)).status_code == 401  # too fast


def test_the_code_that_confirmed_it_opens_nothing(house: House) -> None:
    secret, _ = enrol(house)
    with house.client() as client:
        assert sign_in(client, "alice", code=code_of(house, secret)).status_code == 401


def test_guessing_codes_locks_the_account(house: House) -> None:
    secret, _ = enrol(house)
    house.clock.turn(minutes=1)
    with house.client() as client:
        for _ in range(5):
            assert sign_in(client, "alice", code="000000").status_code == 401
        assert sign_in(client, "alice", code=code_of(house, secret)).status_code == 401
        house.clock.turn(minutes=1)
        assert sign_in(client, "alice", code=code_of(house, secret)).status_code == 200


def test_a_recovery_code_opens_once(house: House) -> None:
    _, codes = enrol(house)
    assert len(set(codes)) == 10 and all(re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", code) for code in codes)
    with house.client() as client:
        assert sign_in(client, "alice", code=codes[3].upper().replace("-", " ")).status_code == 200
        assert sign_in(client, "alice", code=codes[3]).status_code == 401
        assert sign_in(client, "alice", code=codes[4]).status_code == 200


def test_the_second_factor_is_kept_sealed_and_its_codes_as_digests(house: House, tmp_path: Path) -> None:
    secret, codes = enrol(house)
    house.book.close()
    written = b"".join(file.read_bytes() for file in tmp_path.glob("casebook.db*"))
    assert secret.encode() not in written
    assert not any(code.replace("-", "").encode() in written for code in codes)


def test_a_sealed_second_factor_opens_no_other_account(house: House) -> None:
    enrol(house)
    house.add("bob")
    with house.entrance.people.changing() as connection:
        sealed = connection.execute(select(tables.person.c.totp).where(tables.person.c.login == "alice")).scalar_one()
        connection.execute(tables.person.update().where(tables.person.c.login == "bob").values(totp=sealed))
    with pytest.raises(SettingsError, match="cannot be opened"):
        house.entrance.second_factor.check(house.entrance.people.account("bob").person.id, "123456")


def test_the_second_factor_goes_with_the_password_and_a_code(house: House) -> None:
    secret, codes = enrol(house)
    house.clock.turn(minutes=1)
    with house.client() as client:
        sign_in(client, "alice", code=code_of(house, secret))
        assert client.post(f"{ME}/totp/enrol", json={"password": PASSWORD}).status_code == 409
        no = client.post(f"{ME}/totp/disable", json={"password": PASSWORD, "code": "000000"})
        assert no.status_code == 401
        yes = client.post(f"{ME}/totp/disable", json={"password": PASSWORD, "code": codes[0]})
        assert yes.status_code == 200
        client.headers["x-csrf-token"] = yes.json()["csrf_token"]
        assert client.post(f"{ME}/totp/disable", json={"password": PASSWORD, "code": codes[1]}).status_code == 409
        assert client.post(f"{ME}/totp/confirm", json={"code": "123456"}).status_code == 409
    with house.client() as client:
        assert sign_in(client, "alice").json()["second_factor_due"] is False


def test_a_wrong_first_code_changes_nothing(house: House) -> None:
    with house.signed_in("alice") as client:
        client.post(f"{ME}/totp/enrol", json={"password": PASSWORD})
        assert client.post(f"{ME}/totp/confirm", json={"code": "000000"}).status_code == 422
    with house.client() as client:
        assert sign_in(client, "alice").json()["second_factor_due"] is False


# The secret of the service


def test_the_secret_of_the_service_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    secret = service_secret(tmp_path)
    file = tmp_path / "service.secret"
    assert len(secret) == 32 and file.stat().st_mode & 0o777 == 0o600
    assert service_secret(tmp_path) == secret
    assert [path.name for path in tmp_path.iterdir()] == ["service.secret"]
    file.chmod(0o640)
    with pytest.raises(SettingsError, match="others can read"):
        service_secret(tmp_path)
    file.chmod(0o600)
    file.write_text("nonsense")
    with pytest.raises(SettingsError, match="not a valid secret"):
        service_secret(tmp_path)


def test_what_is_sealed_for_one_purpose_opens_for_no_other_and_not_for_ever() -> None:
    seal, other = Seal(b"s" * 32, "one"), Seal(b"s" * 32, "other")
    sealed = seal.seal("text", at=1000)
    assert seal.opened(sealed) == "text"
    assert other.opened(sealed) is None
    assert seal.opened(sealed, lasts=600, at=1500) == "text"
    assert seal.opened(sealed, lasts=600, at=1700) is None
    assert seal.opened("é") is None and seal.opened("") is None


# The one-time link


def test_the_first_link_makes_the_administrator_through_the_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_house(tmp_path, monkeypatch) as house, house.client() as client:
        link = house.entrance.first_link("http://testserver/")
        assert link is not None and link.startswith("http://testserver/auth/invitation?token=")
        page = client.get(link)
        assert page.status_code == 200 and 'name="login"' in page.text
        policy = page.headers["content-security-policy"]
        assert "form-action 'self'" in policy and "default-src 'none'" in policy
        assert page.headers["referrer-policy"] == "same-origin"
        token = link.partition("token=")[2]
        form = {"token": token, "login": "<b>root", "name": "Root", "password": PASSWORD, "again": OTHER, "lang": "en"}
        refused = client.post("/auth/invitation", data=form)
        assert refused.status_code == 422 and "do not match" in refused.text and "&lt;b&gt;root" in refused.text
        easy = client.post("/auth/invitation", data={**form, "password": "short", "again": "short"})
        assert easy.status_code == 422 and "fewer than 12" in easy.text
        done = client.post("/auth/invitation", data={**form, "login": "root", "again": PASSWORD})
        assert done.status_code == 200
        assert sign_in(client, "root").json()["person"]["role"] == "administrator"
        assert client.get(link).status_code == 403
        assert client.post("/auth/invitation", data={**form, "again": PASSWORD}).status_code == 403
        assert house.entrance.first_link("http://testserver") is None


@pytest.mark.parametrize("lang", ["en", "fr", "ar", "es", "ru", "zh"])
def test_the_form_speaks_six_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str) -> None:
    with open_house(tmp_path, monkeypatch) as house, house.client() as client:
        link = house.entrance.first_link("http://testserver")
        assert link is not None
        page = client.get(link, headers={"accept-language": f"{lang}-XX, en;q=0.5"}).text
        assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in page
        assert "web_" not in page and "{" not in page


def test_an_invitation_through_the_api_gives_a_password_once(house: House) -> None:
    house.entrance.people.add("console", "bob")
    token = house.entrance.people.invite("console", "bob")
    with house.client() as client:
        body = {"token": token, "password": PASSWORD}
        assert client.post("/api/v1/invitations/accept", json={**body, "password": "bob"}).status_code == 422
        assert client.post("/api/v1/invitations/accept", json={**body, "token": "x"}).status_code == 403
        accepted = client.post("/api/v1/invitations/accept", json=body)
        assert accepted.status_code == 201 and accepted.json()["login"] == "bob"
        assert client.post("/api/v1/invitations/accept", json=body).status_code == 403
        assert sign_in(client, "bob").status_code == 200


def test_no_secret_comes_back_in_a_problem(house: House) -> None:
    with house.client() as client:
        long = client.post(ME, json={"login": "alice", "password": PASSWORD, "unknown": "hush-hush"})
        assert long.status_code == 422 and PASSWORD not in long.text and "hush-hush" not in long.text


def test_the_log_tells_of_a_sign_in_by_id_alone(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "opencwc.web.sign_in"), house.client() as client:
        sign_in(client, "alice", OTHER)
        sign_in(client, "alice")
    records = [record for record in caplog.records if record.name == "opencwc.web.sign_in"]
    assert [record.getMessage() for record in records] == ["sign-in-refused", "signed-in"]
    assert getattr(records[1], "person") == house.entrance.people.account("alice").person.id  # noqa: B009
    text = "".join(str(record.__dict__) for record in records)
    assert "alice" not in text and OTHER not in text and PASSWORD not in text


def test_where_a_second_factor_is_demanded_nothing_else_opens_before_it_is_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_house(tmp_path, monkeypatch, second_factor="demanded") as house:
        house.add("alice", Role.ADMINISTRATOR)
        with house.signed_in("alice") as client:
            assert client.get(ME).json()["second_factor_to_set_up"] is True
            for route in ("GET /api/v1/people", "GET /api/v1/tokens", "POST /api/v1/tokens", "GET /api/v1/cases"):
                assert kind(client.request(*route.split(" "))) == "second-factor-needed", route
            secret = client.post(f"{ME}/totp/enrol", json={"password": PASSWORD}).json()["secret"]
            code = pyotp.TOTP(secret).at(house.clock.at)
            session = client.post(f"{ME}/totp/confirm", json={"code": code}).json()["session"]
            assert session["second_factor_to_set_up"] is False
            assert client.get("/api/v1/people").status_code == 200
            client.headers["x-csrf-token"] = session["csrf_token"]
            house.clock.turn(minutes=1)
            given = {"password": PASSWORD, "code": pyotp.TOTP(secret).at(house.clock.at)}
            answer = client.post(f"{ME}/totp/disable", json=given)
            assert kind(answer) == "conflict" and "required here" in answer.json()["detail"]
        with house.client() as browser:
            assert sign_in(browser, "alice").json() == {"person": None, "second_factor_due": True}
            assert browser.get("/api/v1/people").status_code == 401


def test_who_has_no_password_is_asked_for_no_second_factor_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_house(tmp_path, monkeypatch, second_factor="demanded") as house:
        person = house.entrance.people.add(CONSOLE, "bob", role=Role.ADMINISTRATOR)
        with house.client() as client:
            client.cookies.set(COOKIE, house.entrance.sessions.begin(person.id))  # as the ministry's login does
            assert client.get("/api/v1/people").status_code == 200
