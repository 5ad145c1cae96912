"""Work in the threads of the service: what one person asks for keeps no other waiting."""

from __future__ import annotations

import asyncio
from threading import Event

from opencwc.web.server.answering import Answering


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
        long = [asyncio.create_task(answering.run(let_go.wait, 60)) for _ in range(4)]
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
