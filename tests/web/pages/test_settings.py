"""The pages of the settings: one's sign-in, the people, the roles, tokens, lists, policies, blind re-checks."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pyotp
import pytest

from opencwc.casebook.audit_summary import recheck_share
from opencwc.casebook.model import Role
from opencwc.casebook.permissions import ACTIONS
from opencwc.convention import Convention
from opencwc.wording import say
from web.signing_in import OTHER, PASSWORD, House, sign_in

from .housing import LANGUAGES_READ, LOGINS, PAGE, PART, opened_house, page_of, post

TABS = {
    "/settings": set(LOGINS),
    "/settings/people": {"adam"},
    "/settings/roles": set(LOGINS),
    "/settings/tokens": set(LOGINS),
    "/settings/lists": set(LOGINS),
    "/settings/allow": set(LOGINS),
    "/settings/policies": set(LOGINS),
    "/settings/rechecks": {"rita", "rene"},
    "/settings/health": {"adam", "audra"},
}


@pytest.mark.parametrize("login", LOGINS)
def test_each_role_is_led_to_the_parts_that_it_may_open_and_opens_no_other(still: House, login: str) -> None:
    with still.signed_in(login) as client:
        led = {page.attributes["href"] for page in page_of(client, "/settings").one("nav", class_="tabs").all("a")}
        assert led == {address for address, people in TABS.items() if login in people}
        for address in TABS:
            assert client.get(address, headers=PAGE).status_code == (200 if address in led else 403)


@pytest.mark.parametrize("lang", LANGUAGES_READ)
@pytest.mark.parametrize("address", TABS)
def test_each_part_is_whole_in_each_language(still: House, address: str, lang: str) -> None:
    with still.signed_in(sorted(TABS[address])[0]) as client:
        page = page_of(client, address, lang)
        assert page.one("nav", class_="tabs").one("a", aria_current="page").attributes["href"] == address


def signs_in(house: House, login: str, password: str, **more: str) -> bool:
    with house.client() as browser:
        return bool(sign_in(browser, login, password, **more).json().get("csrf_token"))


def test_a_person_sees_who_they_are(still: House) -> None:
    with still.signed_in("rita") as client:
        page_text = page_of(client, "/settings").one("main").text
        assert "Name of rita" in page_text and "Reviewer" in page_text and "Highly Protected" in page_text


def test_a_password_is_changed_here_and_every_other_session_ends(house: House) -> None:
    with house.signed_in("rita") as client, house.signed_in("rita") as elsewhere:
        before = client.headers["x-csrf-token"]
        _, trigger = post(client, "/settings/password", password=PASSWORD, new_password=OTHER)
        assert "changed" in trigger["told"] and client.headers["x-csrf-token"] != before
        assert elsewhere.get("/api/v1/session").status_code == 401
        page_of(client, "/settings")
        post(client, "/settings/sessions/end")  # the new token of the page is the right one
    assert signs_in(house, "rita", OTHER) and not signs_in(house, "rita", PASSWORD)


def test_a_password_that_is_wrong_or_too_easy_is_told_in_the_place_of_problems(house: House) -> None:
    with house.signed_in("rita") as client:
        assert post(client, "/settings/password", 401, password="wrong", new_password=OTHER)[0].one(class_="problem")
        assert post(client, "/settings/password", 422, password=PASSWORD, new_password="short")[0].one(class_="problem")
        assert post(client, "/settings/password", 422, password="", new_password=OTHER)[0].one(class_="problem")
    assert signs_in(house, "rita", PASSWORD)


def test_other_sessions_are_ended_and_this_one_stays(house: House) -> None:
    with house.signed_in("rita") as client, house.signed_in("rita") as elsewhere:
        _, trigger = post(client, "/settings/sessions/end")
        assert "1" in trigger["told"]
        assert elsewhere.get("/api/v1/session").status_code == 401 and client.get("/api/v1/session").status_code == 200


def test_a_second_factor_is_set_up_used_and_removed_on_the_page(house: House) -> None:
    with house.signed_in("rita") as client:
        part, _ = post(client, "/settings/second-factor", password=PASSWORD)
        secret = part.one(data_secret="").text
        post(client, "/settings/second-factor/confirm", 422, code="000000")
        code = pyotp.TOTP(secret).at(int(house.clock.at.timestamp()))
        part, trigger = post(client, "/settings/second-factor/confirm", code=code)
        codes = [item.text for item in part.one("ul", class_="codes").all("li")]
        assert len(codes) == 10 and codes[0] not in trigger["told"]
        assert codes[0] not in client.get("/settings", headers=PAGE).text  # shown once
        assert not signs_in(house, "rita", PASSWORD) and signs_in(house, "rita", PASSWORD, code=codes[0])
        post(client, "/settings/second-factor/disable", 401, password=PASSWORD, code="123456")
        part, _ = post(client, "/settings/second-factor/disable", password=PASSWORD, code=codes[1])
        assert part.all("form", hx_post="/settings/second-factor")
    assert signs_in(house, "rita", PASSWORD)


def person_id(house: House, login: str) -> str:
    return house.entrance.people.account(login).person.id


def test_an_administrator_adds_a_person_whose_link_is_shown_once(house: House) -> None:
    with house.signed_in("adam") as client, house.client() as browser:
        part, trigger = post(
            client, "/settings/people", login="Nora", name="Nora N.", role="reviewer", clearance="protected"
        )
        assert "nora" in trigger["told"]
        assert part.one(id="settings-h").text == "1 account is not yet activated"
        link = part.one(data_secret="").text
        assert link.startswith("http://testserver/auth/invitation?token=")
        page = page_of(client, "/settings/people")
        assert link not in page.text and any(row[0] == "nora" for row in page.one("table").rows())
        token = link.partition("token=")[2]
        browser.post("/api/v1/invitations/accept", json={"token": token, "password": PASSWORD})
        assert signs_in(house, "nora", PASSWORD)
        everybody = len(page.one("table").rows())
        assert page_of(client, "/settings/people").one("h1").text == f"All {everybody} people can sign in"
        post(client, "/settings/people", 409, login="nora")
        post(client, "/settings/people", 422, login="os:root")
        post(client, "/settings/people", 422, login="ok", role="king")


@pytest.mark.parametrize(
    ("name", "order", "slip", "found"),
    [
        ("people", "-login", "adminstrator", "adam"),
        ("roles", "-action", "finidngs", "findings"),
        ("lists", "-entries", "wassenar", "Wassenaar"),
        ("policies", "-answer", "isotpes", "isotope"),
    ],
)
def test_each_list_is_sorted_searched_with_slips_and_given_as_a_file(
    house: House, name: str, order: str, slip: str, found: str
) -> None:
    with house.signed_in("adam") as client:
        whole = page_of(client, f"/settings/{name}").one("table").rows()
        turned = page_of(client, f"/settings/{name}?order={order}").one("table").rows()
        assert turned != whole and sorted(turned) == sorted(whole)
        some = page_of(client, f"/settings/{name}?find={slip}").one("table").rows()
        assert 0 < len(some) < len(whole) and found.casefold() in " ".join(some[0]).casefold()
        lines = list(csv.reader(io.StringIO(client.get(f"/settings/{name}.csv?find={slip}").text)))
        in_file = [line[0].casefold() for line in lines[1:]]
        assert in_file == [row[0].casefold().removesuffix(".") for row in some]
        assert client.get(f"/settings/{name}.xlsx").content.startswith(b"PK")
        hidden = client.get(f"/settings/{name}.csv?hide={lines[0][1]}").text.splitlines()[0]
        assert hidden == ",".join([lines[0][0], *lines[0][2:]])
    with house.signed_in("anna") as client:
        assert client.get(f"/settings/{name}.csv").status_code == (403 if name == "people" else 200)


def test_an_account_is_changed_and_what_stays_in_the_form_stays(house: House) -> None:
    anna = person_id(house, "anna")
    with house.signed_in("adam") as client, house.signed_in("anna") as elsewhere:
        page = page_of(client, f"/settings/people/{anna}")
        fields: dict[str, Any] = {"name": "Anna A.", "role": "reviewer", "clearance": "restricted", "active": "true"}
        assert {
            field.attributes["name"] for field in page.one("form", data_guard="").all() if "name" in field.attributes
        } >= set(fields)
        post(client, f"/settings/people/{anna}", **fields)
        account = house.entrance.people.account("anna")
        assert (account.person.name, account.person.role, str(account.person.clearance)) == (
            "Anna A.",
            Role.REVIEWER,
            "restricted",
        )
        assert elsewhere.get("/api/v1/session").status_code == 401
        with house.signed_in("anna") as again:
            post(client, f"/settings/people/{anna}", **fields)  # nothing changes, and nobody is sent out
            assert again.get("/api/v1/session").status_code == 200
        part, _ = post(client, f"/settings/people/{anna}", **{**fields, "active": "false"})
        assert not house.entrance.people.account("anna").active and not part.all(id="invitation")
        post(client, f"/settings/people/{person_id(house, 'adam')}", 403, role="analyst")


def test_a_new_link_is_made_for_who_forgot_the_password(house: House) -> None:
    with house.signed_in("adam") as client:
        part, _ = post(client, f"/settings/people/{person_id(house, 'anna')}/invitation")
        assert "/auth/invitation?token=" in part.one(data_secret="").text


def test_a_lost_second_factor_is_removed(house: House) -> None:
    anna = person_id(house, "anna")
    secret, _ = house.entrance.second_factor.offer(anna)
    house.entrance.second_factor.confirm(anna, pyotp.TOTP(secret).at(int(house.clock.at.timestamp())))
    with house.signed_in("adam") as client:
        assert page_of(client, f"/settings/people/{anna}").all("input", name="drop_factor")
        post(client, f"/settings/people/{anna}", drop_factor="true")
    assert signs_in(house, "anna", PASSWORD)


def test_the_table_of_roles_is_that_of_the_service(still: House) -> None:
    with still.signed_in("anna") as client:
        page = page_of(client, "/settings/roles")
        rows = page.one("table").rows()
        assert len(rows) == len(ACTIONS)
        own = sum(Role.ANALYST in roles for roles in ACTIONS.values())
        assert page.one("h1").text == f"Your role (Analyst) allows {own} of {len(ACTIONS)} actions"
        for row, allowed in zip(rows, ACTIONS.values(), strict=True):
            assert [cell.endswith("yes") for cell in row[1 : 1 + len(Role)]] == [role in allowed for role in Role]


def test_a_token_is_made_shown_once_used_and_revoked(house: House) -> None:
    with house.signed_in("anna") as client, house.client() as machine:
        offered = {page.attributes["value"] for page in page_of(client, "/settings/tokens").all("input", name="scopes")}
        assert "screen" in offered and not offered & {"decide", "people", "self", "switch_models"}
        part, _ = post(client, "/settings/tokens", name="ledger", scopes=["screen", "rules"], days="7")
        secret = part.one(data_secret="").text
        assert part.one(id="settings-h").text == "1 valid token"
        machine.headers["authorization"] = f"Bearer {secret}"
        assert machine.get("/api/v1/screen?value=CCO").status_code == 200
        page = page_of(client, "/settings/tokens")
        assert secret not in page.text and page.one("table").rows()[0][0] == "ledger"
        revoke = page.one("table").one("form").attributes["hx-post"]
        part, _ = post(client, revoke)
        assert "revoked" in part.one("table").rows()[0][4]
        assert part.one(id="settings-h").text == "You have no valid token"
        assert machine.get("/api/v1/screen?value=CCO").status_code == 401
        post(client, "/settings/tokens", 422, name="none", days="7")
        post(client, "/settings/tokens", 422, name="too much", scopes=["decide"], days="7")
        with house.signed_in("rita") as other:
            assert other.post(revoke, headers=PART).status_code == 404


def test_no_token_opens_the_settings(house: House) -> None:
    with house.signed_in("rita") as client, house.client() as machine:
        part, _ = post(client, "/settings/tokens", name="t", scopes=["rules", "decide"], days="7")
        machine.headers["authorization"] = f"Bearer {part.one(data_secret='').text}"
        assert machine.get("/settings", headers=PAGE).status_code == 403
        assert machine.post("/settings/tokens", data={"name": "x", "scopes": "rules"}, headers=PART).status_code == 403


def test_lists_and_policies_are_those_of_the_rules(still: House) -> None:
    known = Convention()
    with still.signed_in("audra") as client:
        rows = page_of(client, "/settings/lists").one("table").rows()
        assert tuple(row[0] for row in rows) == known.list_names
        assert all(row[3] and row[5] and int(row[4]) > 0 for row in rows)
        assert (
            page_of(client, "/settings/lists", "fr")
            .one("table")
            .rows()[0][2]
            .startswith("Organisation pour l’interdiction")
        )
        answer = f"Screening uses {len(known.lists)} of {len(rows)} lists by default"
        assert page_of(client, "/settings/lists").one("h1").text == answer
        policies = page_of(client, "/settings/policies")
        assert len(policies.one("table").rows()) == len(known.policies)
        assert policies.one("h1").text.startswith(f"{len(known.policies)} questions that the texts leave open")


def test_a_list_of_the_house_stands_among_the_lists(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "settings" / "lists"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nat.yaml").write_text(OWN, encoding="utf-8")
    with house.signed_in("audra") as client:
        rows = {row[0]: row for row in page_of(client, "/settings/lists").one("table").rows()}
        assert "Ministry" in rows["NAT"][2]
        assert rows["NAT"][-1] != rows["EU"][-1]
        assert "1C350.57" in page_of(client, "/convention?list=EU").one("main").text


def test_a_reviewer_allows_a_name_and_the_next_answer_counts_what_it_silenced(house: House) -> None:
    allowed = {"name": "Soman", "why": "our carrier", "until": "2099-01-01"}
    with house.signed_in("anna") as client:
        client.post("/settings/allow", data=allowed, headers=PART)
        assert not page_of(client, "/settings/allow").all("form", class_="stack")
        assert client.post("/api/v1/screen", json={"value": "Soman"}).json()["verdict"] == "listed"
    with house.signed_in("rita") as client:
        part, _ = post(client, "/settings/allow", **allowed)
        assert part.one("table").rows()[0][:3] == ["Soman", "our carrier", "Name of rita"]
        assert part.one(id="settings-h").text == "1 name is allowed"
        post(client, "/settings/allow", 422, **(allowed | {"name": "96-64-0"}))
        answer = client.post("/api/v1/screen", json={"value": "Soman"}).json()
        assert answer["verdict"] == "not_listed" and answer["silenced"] == {"Soman (CWC 1A01)": 1}
        assert "Soman (CWC 1A01)" in page_of(client, "/check?value=Soman").one("main").text
        post(client, "/settings/allow/remove", name="Soman")
        assert client.post("/api/v1/screen", json={"value": "Soman"}).json()["verdict"] == "listed"


def test_a_reviewer_sets_the_share_of_re_checks(house: House) -> None:
    with house.signed_in("rita") as client:
        part, _ = post(client, "/settings/rechecks", percent="12.5")
        assert part.one("input", name="percent").attributes["value"] == "12.5"
        assert part.one(id="settings-h").text == "12.5% of final decisions are checked again"
        assert recheck_share(house.book) == 0.125
        post(client, "/settings/rechecks", 422, percent="101")
        post(client, "/settings/rechecks", 422, percent="many")
    assert recheck_share(house.book) == 0.125


def test_nothing_is_changed_without_the_token_of_the_page(still: House) -> None:
    with still.signed_in("adam") as client:
        del client.headers["x-csrf-token"]
        for address in ("/settings/password", "/settings/people", "/settings/tokens", "/settings/sessions/end"):
            assert client.post(address, data={}, headers=PART).status_code == 403


OWN = """
list: NAT
title: {en: "Norwald: national control list (fictional)"}
authority: Ministry of Trade of Norwald (fictional)
text_of: 2026-01-01
source: Norwald Trade Regulation 12/2026, annex (fictional)
evidence: official
entries:
  - id: NAT2
    title: {en: "Acetone"}
    kind: chemicals
    in_force: 2026-01-01
    source: Norwald Trade Regulation 12/2026, annex, item 2 (fictional)
    evidence: official
    salts: silent
    examples:
      - {name: Acetone, cas: 67-64-1, smiles: "CC(C)=O"}
"""


def test_where_a_second_factor_is_demanded_every_page_leads_to_where_it_is_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened_house(tmp_path, monkeypatch, second_factor="demanded") as house, house.signed_in("rita") as client:
        for address in ("/", "/casebook", "/settings/tokens"):
            answer = client.get(address, headers=PAGE)
            assert (answer.status_code, answer.headers["location"]) == (303, "/settings#factor-h"), address
        for lang in reversed(LANGUAGES_READ):  # the one read last is kept
            sentence = say("page_settings_factor_first_of_all", lang).replace("\N{NO-BREAK SPACE}", " ")
            assert sentence in page_of(client, "/settings", lang).one("main").text
        part, _ = post(client, "/screen", 403, value="CCO")
        assert say("page_problem_second_factor_needed_do", "en") in part.text
        offer, _ = post(client, "/settings/second-factor", password=PASSWORD)
        secret = offer.one("bdi", class_="secret").text.strip()
        part, _ = post(client, "/settings/second-factor/confirm", code=pyotp.TOTP(secret).at(house.clock.at))
        assert len(part.one("ul", class_="codes").all("li")) == 10
        page = page_of(client, "/settings").one("main")
        assert say("page_settings_factor_demanded", "en") in page.text
        assert not [button for button in page.all("button") if button.text == say("page_settings_factor_remove", "en")]
        assert client.get("/casebook", headers=PAGE).status_code == 200
