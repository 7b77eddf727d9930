"""Rows of a frame in another form, made when they are looked at: many of them take no memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, overload

import polars as pl

T = TypeVar("T")


class RowView(Sequence[T]):
    """The rows of a frame, each turned into something else.

    Args:
        frame: The rows.
        make: Returns what a row becomes: column → value.
    """

    def __init__(self, frame: pl.DataFrame, make: Callable[[Mapping[str, Any]], T]) -> None:
        self._frame = frame
        self._make = make

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._frame.height

    def __iter__(self) -> Iterator[T]:
        """Yield the rows in order."""
        return map(self._make, self._frame.iter_rows(named=True))

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> list[T]: ...

    def __getitem__(self, index: int | slice) -> T | list[T]:
        """Return one row, or several."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        return self._make(self._frame.row(index, named=True))
