"""Retrain a model from the house's shelf of labels, or take that back, and put it on record in the casebook."""

from __future__ import annotations

from opencwc.casebook.database import Casebook
from opencwc.casebook.model import Person
from opencwc.models.model import OwnStanding
from opencwc.models.retraining import Relearned, retrain, take_back


def retrained_by(book: Casebook, person: Person, model_id: str, reason: str) -> OwnStanding:
    """Have a model learn from the shelf of labels; return what came of it. Raises as `retrain`."""
    relearned = retrain(model_id, by=person.login, reason=reason)
    _record(book, person, relearned)
    return relearned.standing


def restored_by(book: Casebook, person: Person, model_id: str, reason: str) -> bool:
    """Go back to the weights that come with the package; tell whether there were others. Raises as `retrain`."""
    relearned = take_back(model_id, by=person.login, reason=reason)
    if relearned:
        _record(book, person, relearned)
    return relearned is not None


def _record(book: Casebook, person: Person, relearned: Relearned) -> None:
    with book.writing(person.id) as writer:
        writer.record("model_retrained", relearned.kept)
