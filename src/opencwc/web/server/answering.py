"""Work inside the service: a few threads, and one screener, with its rulebook, for each question that is being asked.

What a person has screened or read takes half of the threads at most, so that long work of one keeps no other waiting.
What only looks something up (who asks, how far a job is) has threads of its own, which no screening holds up.

A screener is never changed once made and serves all threads; the least recently asked question makes room. All share
one reader of systematic names, which is one Java process.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from threading import Lock, Thread
from typing import ParamSpec, TypedDict, TypeVar

from anyio import CancelScope

from opencwc.chemistry.systematic_names import SystematicNames
from opencwc.errors import OpenCWCError
from opencwc.records import to_plain
from opencwc.screening.model import CheckedList
from opencwc.screening.rulebook import Rulebook
from opencwc.screening.screener import Screener
from opencwc.screening.table_run import checked_by
from opencwc.web.server.api_parameters import DayText
from opencwc.wording import say

Given = ParamSpec("Given")
Result = TypeVar("Result")

QUESTIONS_KEPT = 16
LOOKING_THREADS = 4
SECONDS_A_NAME = 1.0
"""How long a systematic name may take: many wait for one reader."""
_WARMING = "2 drums of triethanolamine 85 %, CAS 102-71-6, HS 2922.15, and trietanolamin"
_SYSTEMATIC = "2-chloroethanol"
"""A line that has all in it that a text is searched for, and a name for OPSIN."""


@dataclass
class _Turns:
    """What a person has asked for: how much may run at once, and how much is asked for in all."""

    free: asyncio.Semaphore
    asked: int = 0


class Answering:
    """The screeners and the threads they run in."""

    def __init__(self, threads: int = 4) -> None:
        self._number = threads
        self.open()
        self._screeners: OrderedDict[tuple[date, tuple[str, ...]], Screener] = OrderedDict()
        self._lock = Lock()
        self._warmed = False

    def open(self) -> None:
        """Start the threads, again where they were ended."""
        self._threads = ThreadPoolExecutor(self._number, "screening")
        self._looking = ThreadPoolExecutor(LOOKING_THREADS, "looking")
        self._turns: dict[str, _Turns] = {}

    async def run_for(
        self, person: str, work: Callable[Given, Result], *arguments: Given.args, **named: Given.kwargs
    ) -> Result:
        """Do a piece of work for a person once fewer than half of the threads are busy for the same one.

        Whoever hangs up meanwhile keeps the turn until the work is over: the thread is busy as long.
        """
        turns = self._turns.setdefault(person, _Turns(asyncio.Semaphore(max(1, self._number // 2))))
        turns.asked += 1
        try:
            async with turns.free:
                context = copy_context()
                doing = asyncio.get_running_loop().run_in_executor(
                    self._threads, lambda: context.run(work, *arguments, **named)
                )
                with CancelScope(shield=True):
                    await asyncio.wait([doing])
                return doing.result()
        finally:
            turns.asked -= 1
            if not turns.asked:
                self._turns.pop(person, None)

    def ahead(self, work: Callable[Given, object], *arguments: Given.args, **named: Given.kwargs) -> None:
        """Do in the background what is likely to be asked for next, unless somebody waits for something.

        What goes wrong is said once it is asked for.
        """
        if not self._turns:
            self._threads.submit(work, *arguments, **named)

    async def look(self, work: Callable[Given, Result], *arguments: Given.args, **named: Given.kwargs) -> Result:
        """Look something up, which takes milliseconds, in a thread that screens nothing."""
        return await asyncio.get_running_loop().run_in_executor(self._looking, lambda: work(*arguments, **named))

    def screener(self, as_of: date | None = None, lists: tuple[str, ...] = ()) -> Screener:
        """Return the screener of a day (today) and of lists (all at hand); raise `SettingsError` for a strange list."""
        key = (as_of or date.today(), lists)
        with self._lock:
            if (ready := self._screeners.get(key)) is not None:
                self._screeners.move_to_end(key)
                return ready
        made = Screener(Rulebook.of(*key))
        made.known.resolver.systematic = self.systematic
        with self._lock:
            self._screeners[key] = made
            while len(self._screeners) > QUESTIONS_KEPT:
                self._screeners.popitem(last=False)
        return made

    @cached_property
    def systematic(self) -> SystematicNames | None:
        """The reader of systematic names that all share; ``None`` where it is not installed."""
        return SystematicNames(seconds=SECONDS_A_NAME) if SystematicNames.available() else None

    def warm(self) -> None:
        """Load in the background, once, what an answer to a line needs: the names, and OPSIN, which takes a second."""
        with self._lock:
            warmed, self._warmed = self._warmed, True
        if not warmed:
            Thread(target=self._answer_a_line, daemon=True, name="warming").start()

    def _answer_a_line(self) -> None:
        try:
            self.screener().answer(_WARMING, "text")
            if self.systematic:
                self.systematic.read_many([_SYSTEMATIC])
        except OpenCWCError:  # what is missing is said where it is asked for
            return

    def has(self, as_of: date | None, lists: tuple[str, ...]) -> bool:
        """Return whether the screener of a question is made already."""
        return (as_of or date.today(), lists) in self._screeners

    def close(self) -> None:
        """Let the threads go, and end the reader of systematic names; the next question starts another."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._looking.shutdown(wait=False, cancel_futures=True)
        if (reader := self.__dict__.get("systematic")) is not None:
            reader.close()


class PolicyAnswer(TypedDict):
    """How something is read that the lists leave open."""

    id: str
    says: str


class CheckedAnswer(TypedDict):
    """What was checked."""

    lists: list[CheckedList]
    as_of: DayText
    policies: list[PolicyAnswer]
    version: str


def checked_json(rulebook: Rulebook, lang: str) -> CheckedAnswer:
    """Return what is checked under a rulebook: lists with the date of their text, day, policies, version."""
    checked = checked_by(rulebook, lang)
    return {
        "lists": to_plain(checked.lists),
        "as_of": checked.as_of,
        "policies": [{"id": policy, "says": say(policy, lang)} for policy in checked.policies],
        "version": checked.version,
    }
