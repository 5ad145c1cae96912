"""What was made once and is asked for again: the same words, names and numbers come on every line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Asked = TypeVar("Asked")
Made = TypeVar("Made")

MOST_REMEMBERED = 200_000


class Remembered(dict[Asked, Made]):
    """What ``make`` gives, by what it was asked for; past ``most`` of them it begins anew, so that memory stays small.

    >>> lengths = Remembered(len, most=2)
    >>> [lengths[word] for word in ("a", "bb", "a", "ccc")], list(lengths)
    ([1, 2, 1, 3], ['ccc'])
    """

    def __init__(self, make: Callable[[Asked], Made], most: int = MOST_REMEMBERED) -> None:
        super().__init__()
        self._make = make
        self._most = most

    def __missing__(self, asked: Asked) -> Made:
        made = self._make(asked)
        if len(self) >= self._most:
            self.clear()
        self[asked] = made
        return made
