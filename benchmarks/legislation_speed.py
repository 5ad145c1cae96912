"""How long a law takes to read: 100 pages cold and again from the cache, and a question over 2,000 pages.

Times are processor time (user and system) beside the clock's, since the machine may be shared; a page is 2,500 signs.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.legislation_cases import labelled_laws
from opencwc.convention.measures import Measures
from opencwc.language.encoders import named_encoder
from opencwc.legislation import check_texts
from opencwc.legislation.question_answers import Library
from opencwc.legislation.texts.legal_texts import LegalText

PAGE = 2_500
QUESTIONS = (
    "Who may enter a plant site?", "Quelles sont les peines encourues ?", "¿Quién declara las importaciones?",
    "ما هي العقوبات؟", "Кто выдает лицензию?", "谁可以进入设施视察？",
)  # fmt: skip


def timed(work: Callable[[], object]) -> str:
    clock, spent = time.perf_counter(), time.process_time()
    work()
    return f"{time.perf_counter() - clock:7.2f} s by the clock, {time.process_time() - spent:7.2f} s of processor"


def pages(number: int) -> list[LegalText]:
    """Return the labelled laws over and over until they make so many pages; no text comes twice the same."""
    texts: list[LegalText] = []
    size = 0
    for turn in range(1_000):
        for law in labelled_laws():
            for text in law.texts if law.whole else ():
                varied = text.text if not turn else text.text.replace(". ", f" ({turn}). ")
                texts.append(LegalText(f"{turn}-{text.name}", varied))
                size += len(text.text)
                if size >= number * PAGE:
                    return texts
    return texts


def measure_speed(measures: Measures) -> None:
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"load {load} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder)
        hundred = pages(100)
        named_encoder().passages(["warm"])
        for name in ("100 pages, cold", "100 pages, again"):
            took = timed(lambda: check_texts(hundred, "FRA", measures=measures, model=False, cache=cache))
            print(f"{name:28}{took}")
        print(f"{'memory at most':28}{most_memory():.0f} MB")
        many = pages(2_000)
        print(f"{'2,000 pages, made ready':28}", end="", flush=True)
        made: list[Library] = []
        took = timed(lambda: made.append(Library(named_encoder(), measures, {"FRA": many}, cache=cache)))
        print(took)
        for question in QUESTIONS:
            print(f"{'a question':28}{timed(lambda question=question: made[0].ask(question))}")
    print(f"{'memory at most':28}{most_memory():.0f} MB")


def most_memory() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1024)
