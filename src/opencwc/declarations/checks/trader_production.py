"""Production where there is no plant: at a trader, or at a plant site without saying in which plant."""

from __future__ import annotations

from collections.abc import Iterator

from opencwc.declarations.checks.base import CheckedBooks
from opencwc.declarations.model import Fault
from opencwc.declarations.phrases import amount, place_said
from opencwc.finding import Message, Value

AT_A_PLANT = ("produce", "process", "consume")


def production_without_plant(checked: CheckedBooks) -> Iterator[Fault]:
    """Find what was produced, processed or consumed at a site without a plant.

    A site without a plant is a trader, at which nothing is produced: then either the plant or the activity is wrong.
    At a site that has plants the line does not say which, and thresholds are held plant by plant (VA VII.3, VA VIII.3,
    VA IX.1(b)): it is asked. A Schedule 1 facility may be a site as a whole.
    """
    for key, kg in sorted((key, kg) for key, kg in checked.books.whole.items() if not key.plant):
        known = checked.books.chemicals[key.chemical]
        of_ocpf = not known.regime and known.organic and key.activity == "produce"
        counts = known.regime in ("S2", "S3") or of_ocpf
        if not kg or not counts or key.activity not in AT_A_PLANT or key.year not in checked.years:
            continue
        line = checked.books.register.site(key.site)
        plants = checked.plants.get(key.site, ())
        if line is None and not plants:
            continue  # the reader says that it does not know the site
        said: dict[str, Value] = {
            "place": place_said(key.site, ""), "chemical": checked.named(key.chemical), "amount": amount(kg),
            "year": str(key.year), "activity": Message(f"check_activity_{key.activity}"), "plants": plants,
        }  # fmt: skip
        says = Message("check_plant_not_named" if plants else "check_trader_produces", said)
        subject = checked.subject(key.site, "", key.chemical, key.year)
        yield Fault(checked.place(key, "plant"), "", "ask" if plants else "wrong", subject, says, {"kg": kg})
