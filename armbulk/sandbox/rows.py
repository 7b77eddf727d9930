"""Records made on demand, and found without making them, so that a large ledger takes little memory."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import overload

from armbulk.sandbox.json_types import Json
from armbulk.sandbox.keys import fold_key

ValueAt = Callable[[int], object]
"""Returns a key's value by a record's index."""

_NO_INDEXES: "array[int]" = array("I")


@dataclass(frozen=True, slots=True)
class RowFilter:
    """What a listing is filtered by: equal values (folded) by key, days of the key `date_key`, what is not yet paid."""

    equal: Mapping[str, str] = field(default_factory=dict)
    date_key: str = ""
    first: str = ""
    last: str = ""
    open_only: bool = False

    def matches(self, record: Json) -> bool:
        """Return whether a record passes the filter."""
        if any(fold_key(record.get(key, "")) != value for key, value in self.equal.items()):
            return False
        if self.open_only and not record.get("currencyBalance"):
            return False
        day = str(record.get(self.date_key, ""))[:10]
        return (not self.first or day >= self.first) and (not self.last or day <= self.last)


class RowIndex(Sequence[Json]):
    """`size` records: `make` makes the one at an index, `keys` return single values of it without making it.

    With keys, records are ordered by day, if they have one; the key `open` is "true" for what is not yet paid. Without
    keys they are few, and searched one by one.
    """

    def __init__(self, size: int, make: Callable[[int], Json], keys: Mapping[str, ValueAt] | None = None) -> None:
        self._size = size
        self._make = make
        self._keys = keys or {}
        self._indexes: dict[str, dict[str, array[int]]] = {}

    @classmethod
    def of(cls, records: Sequence[Json]) -> "RowIndex":
        """Return an index of a few records, in any order."""
        return records if isinstance(records, cls) else cls(len(records), records.__getitem__)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Json]:
        return map(self._make, range(self._size))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(dict.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment] # equal by content

    @overload
    def __getitem__(self, index: int) -> Json: ...
    @overload
    def __getitem__(self, index: slice) -> list[Json]: ...
    def __getitem__(self, index: int | slice) -> Json | list[Json]:
        selected = range(self._size)[index]
        return self._make(selected) if isinstance(selected, int) else [self._make(row) for row in selected]

    def value_of(self, key: str) -> ValueAt:
        """Return the function that returns a key's value by a record's index."""
        return self._keys.get(key) or (lambda index: self._make(index).get(key, ""))

    def find(self, row_filter: RowFilter) -> Sequence[int]:
        """Return the indexes of the records that pass a filter, in order."""
        if not self._keys:
            return [index for index, record in enumerate(self) if row_filter.matches(record)]
        equal = {**row_filter.equal, **({"open": "true"} if row_filter.open_only else {})}
        indexes: Sequence[int] = self._find_days(row_filter)
        if len(indexes) == self._size and equal:
            by_key = {key: self._index(key).get(value, _NO_INDEXES) for key, value in equal.items()}
            rarest = min(by_key, key=lambda key: len(by_key[key]))
            indexes = by_key[rarest]
            del equal[rarest]
        for key, value in equal.items():
            value_at = self.value_of(key)
            indexes = [index for index in indexes if fold_key(value_at(index)) == value]
        return indexes

    def _find_days(self, row_filter: RowFilter) -> range:
        """Return the indexes of the records within the filter's days."""
        value_at = self.value_of(row_filter.date_key)

        def day_at(index: int) -> str:
            return str(value_at(index))[:10]

        indexes = range(self._size)
        start = bisect_left(indexes, row_filter.first, key=day_at) if row_filter.first else 0
        return range(start, bisect_right(indexes, row_filter.last, key=day_at) if row_filter.last else self._size)

    def _index(self, key: str) -> "dict[str, array[int]]":
        """Return the records' indexes by a key's folded value; built at the first use."""
        if key not in self._indexes:
            by_value: dict[str, array[int]] = {}
            value_at = self.value_of(key)
            for index in range(self._size):
                by_value.setdefault(fold_key(value_at(index)), array("I")).append(index)
            self._indexes[key] = by_value
        return self._indexes[key]

    def find_numbered(self, key: str, number: int) -> Iterator[Json]:
        """Yield the records with a number; the values of `key` never decrease from record to record."""
        value_at = self.value_of(key)
        start = bisect_left(range(self._size), number, key=value_at)  # type: ignore[arg-type]  # values of `key` are numbers
        return takewhile(lambda record: bool(record[key] == number), map(self._make, range(start, self._size)))


@dataclass(frozen=True, slots=True)
class RowMatches:
    """The records of a listing: some of an index's, then those created through the API."""

    rows: RowIndex
    indexes: Sequence[int]
    created: Sequence[Json] = ()

    def __len__(self) -> int:
        return len(self.indexes) + len(self.created)

    def slice(self, start: int, stop: int) -> list[Json]:
        """Return the records from `start` up to `stop`."""
        indexed = len(self.indexes)
        return [
            *(self.rows[index] for index in self.indexes[start:stop]),
            *self.created[max(start - indexed, 0) : max(stop - indexed, 0)],
        ]
