"""Work in the threads of the service: what one person asks for keeps no other waiting."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Semaphore
from typing import Any, NoReturn

import pytest
from anyio import CancelScope
from fastapi import Request

from opencwc.errors import InputError
from opencwc.web.casebook import upload_forms
from opencwc.web.declarations import check_pages, handing_in, papers_api
from opencwc.web.declarations import preview as register_preview
from opencwc.web.server.answering import Answering
from opencwc.web.transfers import check_pages as shipment_pages
from opencwc.web.transfers import preview as ledger_preview

from .pages.housing import opened_house

READS = {
    "/transfers/preview": (ledger_preview, "_previewed"),
    "/transfers/check/preview": (ledger_preview, "_previewed"),
    "/transfers/check/file": (shipment_pages, "_check_uploads"),
    "/declarations/preview": (register_preview, "_previewed"),
    "/declarations/check": (check_pages, "checked_upload"),
    "/api/v1/declarations/check": (papers_api, "checked_upload"),
    "/declarations/submissions/1/versions": (handing_in, "_keep"),
}
"""What reads files while its answer is waited for, and the piece of work that does it."""


def test_many_long_texts_of_one_person_leave_threads_to_others() -> None:
    answering = Answering(4)
    let_go = Event()

    async def ask() -> tuple[str, str, int]:
        long = [asyncio.create_task(answering.run_for("ada", let_go.wait, 60)) for _ in range(8)]
        await asyncio.sleep(0)
        other = await asyncio.wait_for(answering.run_for("ben", str, "answered"), 30)
        known = await asyncio.wait_for(answering.look(str, "looked up"), 30)
        let_go.set()
        return other, known, len(await asyncio.gather(*long))

    assert asyncio.run(ask()) == ("answered", "looked up", 8)
    answering.close()


def test_who_asks_is_found_out_while_every_thread_screens() -> None:
    answering = Answering(2)
    let_go = Event()

    async def ask() -> str:
        long = [asyncio.create_task(answering.run_for(person, let_go.wait, 60)) for person in ("ada", "ben") * 2]
        await asyncio.sleep(0)
        known = await asyncio.wait_for(answering.look(str, "looked up"), 30)
        let_go.set()
        await asyncio.gather(*long)
        return known

    assert asyncio.run(ask()) == "looked up"
    answering.close()


def test_a_person_who_has_asked_for_nothing_more_is_forgotten() -> None:
    answering = Answering(2)

    async def ask() -> None:
        await asyncio.gather(*(answering.run_for("ada", str, "x") for _ in range(5)))

    asyncio.run(ask())
    assert answering._turns == {}
    answering.close()


def test_who_hangs_up_keeps_the_turn_until_the_work_is_over() -> None:
    answering = Answering(4)
    begun, let_go, over = Semaphore(0), Event(), list[bool]()

    def long() -> None:
        begun.release()
        over.append(let_go.wait(30))

    async def hung_up(scope: CancelScope) -> None:
        with scope:
            await answering.run_for("ada", long)

    async def ask() -> list[bool]:
        scopes = [CancelScope(), CancelScope()]
        first = [asyncio.create_task(hung_up(scope)) for scope in scopes]
        for _ in first:
            await answering.look(begun.acquire)
        more = [asyncio.create_task(answering.run_for("ada", long)) for _ in range(2)]
        await asyncio.sleep(0)
        for scope in scopes:
            scope.cancel()
        await answering.look(str)
        await answering.run_for("ben", str)
        meanwhile = list(over)
        let_go.set()
        await asyncio.gather(*first, *more)
        return meanwhile

    assert asyncio.run(ask()) == []
    assert over == [True] * 4
    answering.close()


@pytest.mark.parametrize("address", READS)
def test_many_long_reads_of_one_person_keep_no_others_screening_waiting(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    came, let_go, over = Semaphore(0), Event(), list[bool]()
    form_of = upload_forms.form_of

    async def form_that_came(request: Request) -> Any:
        form = await form_of(request)
        came.release()  # its work is asked for before the loop turns to anybody else
        return form

    def long(*_: Any) -> NoReturn:
        over.append(let_go.wait(30))
        raise InputError("reading_broke_off")

    module, work = READS[address]
    monkeypatch.setattr(module, work, long)
    for place in (upload_forms, handing_in):
        monkeypatch.setattr(place, "form_of", form_that_came)
    with (
        opened_house(tmp_path, monkeypatch) as house,
        house.signed_in("anna") as anna,
        house.signed_in("rita") as rita,
        ThreadPoolExecutor(8) as browsers,
    ):
        files = {"file": ("x.csv", b"a,b\n1,2\n")}
        sent = [browsers.submit(anna.post, address, files=files) for _ in range(8)]
        assert all(came.acquire(timeout=30) for _ in sent)
        answer = rita.post("/api/v1/screen", json={"value": "CCO"})
        meanwhile = list(over)
        let_go.set()
        assert {one.result().status_code for one in sent} == {422}
    assert (answer.status_code, meanwhile) == (200, [])
    assert over == [True] * 8


def test_what_is_likely_to_be_asked_for_is_done_ahead_where_nobody_waits() -> None:
    answering, done, let_go = Answering(2), Event(), Event()
    answering.ahead(done.set)
    assert done.wait(30)

    async def ask() -> None:
        waiting = asyncio.create_task(answering.run_for("anna", let_go.wait, 30))
        await asyncio.sleep(0)
        answering.ahead(done.clear)
        let_go.set()
        await waiting

    asyncio.run(ask())
    answering.close()
    assert done.is_set(), "not while somebody waits"
