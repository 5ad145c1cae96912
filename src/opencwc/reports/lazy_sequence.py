"""Sequences whose members are made when they are asked for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar, overload

Member = TypeVar("Member")


class LazySequence(Sequence[Member]):
    """A sequence that makes a member of its number; a part of it is a list.

    >>> class Squares(LazySequence[int]):
    ...     def __len__(self): return 4
    ...     def made(self, number): return number**2
    >>> Squares()[-1], Squares()[1:3]
    (9, [1, 4])
    """

    @abstractmethod
    def made(self, number: int) -> Member:
        """Return the member of a number, from 0 on."""

    @overload
    def __getitem__(self, number: int) -> Member: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Member]: ...
    def __getitem__(self, number: int | slice) -> Member | Sequence[Member]:
        if isinstance(number, slice):
            return [self.made(at) for at in range(*number.indices(len(self)))]
        return self.made(range(len(self))[number])
