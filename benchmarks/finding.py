"""How long it takes to find anything while somebody types: `python -m benchmarks.finding FOLDER`.

FOLDER is a demonstration that was kept (`opencwc demo --keep FOLDER`). Each word is typed letter by letter, and each
answer is timed in the process, processor time beside the clock: on a busy machine the clock says more of the others.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

from opencwc.casebook.database import open_casebook
from opencwc.casebook.people import People
from opencwc.demo.folder import Place, own_environment
from opencwc.web.casebook.finders import Sought
from opencwc.web.find.page_finder import find_pages
from opencwc.web.find.search import find

TYPED = ("phosphorus", "thiodiglycol", "trietanolamin", "2B13", "111-48-8", "nordavia", "chlorine", "modèles", "qqzzqq")
LANGUAGE = "en"


def main() -> None:
    """Time the answers and print a table of them."""
    place = Place(Path(sys.argv[1]), kept=True)
    with own_environment(place):
        book = open_casebook(str(place.casebook))
        person = next(one.person for one in People(book).everyone() if one.person.role == "reviewer")
        find(Sought("a", LANGUAGE, person, book), (find_pages,))
        print("| typed | hits | median, ms | slowest, ms | processor, median, ms |\n|---|--:|--:|--:|--:|")
        for word in TYPED:
            times, busy, hits = [], [], 0
            for length in range(1, len(word) + 1):
                began, worked = time.perf_counter(), time.process_time()
                hits = len(find(Sought(word[:length], LANGUAGE, person, book), (find_pages,)))
                times.append((time.perf_counter() - began) * 1000)
                busy.append((time.process_time() - worked) * 1000)
            row = (statistics.median(times), max(times), statistics.median(busy))
            print(f"| `{word}` | {hits} | " + " | ".join(f"{number:.0f}" for number in row) + " |")
        book.close()


if __name__ == "__main__":
    main()
