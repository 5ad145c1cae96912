"""The ids of a message and of all that it names: what tests ask a reason for."""

from collections.abc import Iterator

from opencwc.finding import Message, Value


def ids_in(value: Value) -> Iterator[str]:
    """Yield the ids of a message and of those within it."""
    if isinstance(value, Message):
        yield value.id
        for inner in value.values.values():
            yield from ids_in(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from ids_in(inner)
