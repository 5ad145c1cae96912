"""Tokens on the page: who manages people sees and revokes all of them, others their own."""

from __future__ import annotations

from web.signing_in import House

from .housing import PART, page_of, post


def test_an_administrator_sees_and_revokes_everybodys_tokens(house: House) -> None:
    with house.signed_in("anna") as anna:
        part, _ = post(anna, "/settings/tokens", name="ledger script", scopes=["read"], days="30")
        assert part.one("button", data_copy="").attributes["hidden"] == ""
    with house.signed_in("rita") as rita:
        assert "ledger script" not in page_of(rita, "/settings/tokens").one("main").text
    with house.signed_in("adam") as adam:
        table = page_of(adam, "/settings/tokens").one("table")
        assert "ledger script" in table.text and "Name of anna" in table.text
        revoke = table.one("form").attributes["hx-post"]
        assert rita_cannot(house, revoke)
        assert adam.post(revoke, headers=PART).status_code == 200
        assert not page_of(adam, "/settings/tokens").one("table").all("form")
        assert adam.get("/api/v1/tokens", params={"everyone": True}).json()["tokens"][0]["revoked"]


def rita_cannot(house: House, revoke: str) -> bool:
    with house.signed_in("rita") as rita:
        assert rita.get("/api/v1/tokens", params={"everyone": True}).status_code == 403
        return rita.post(revoke, headers=PART).status_code == 404
