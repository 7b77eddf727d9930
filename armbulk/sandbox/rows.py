"""Records that are made when they are asked for, and found without making them: a large ledger stays small."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import overload

from armbulk.sandbox.json_types import Json
from armbulk.sandbox.keys import fold

Value = Callable[[int], object]

_NOWHERE: "array[int]" = array("I")


@dataclass(frozen=True, slots=True)
class RowFilter:
    """What a listing is narrowed by: whole values (folded) by key, days of the key `dated`, what is not yet paid."""

    equal: Mapping[str, str] = field(default_factory=dict)
    dated: str = ""
    first: str = ""
    last: str = ""
    open_only: bool = False

    def fits(self, record: Json) -> bool:
        """Whether a record is sought."""
        if any(fold(record.get(key, "")) != said for key, said in self.equal.items()):
            return False
        if self.open_only and not record.get("currencyBalance"):
            return False
        day = str(record.get(self.dated, ""))[:10]
        return (not self.first or day >= self.first) and (not self.last or day <= self.last)


class RowIndex(Sequence[Json]):
    """So many records; `make` makes the one at a place, `keys` tell single values of it without making it.

    With keys, records stand in the order of their days, if they have any; the key `open` is "true" for what is not
    yet paid. Without keys they are few, and looked through one by one.
    """

    def __init__(self, size: int, make: Callable[[int], Json], keys: Mapping[str, Value] | None = None) -> None:
        self._size = size
        self._make = make
        self._keys = keys or {}
        self._indexes: dict[str, dict[str, array[int]]] = {}

    @classmethod
    def of(cls, records: Sequence[Json]) -> "RowIndex":
        """Serve a few records as they are, in any order."""
        return records if isinstance(records, cls) else cls(len(records), records.__getitem__)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Json]:
        return map(self._make, range(self._size))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(dict.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment] # equal by content

    @overload
    def __getitem__(self, place: int) -> Json: ...
    @overload
    def __getitem__(self, place: slice) -> list[Json]: ...
    def __getitem__(self, place: int | slice) -> Json | list[Json]:
        found = range(self._size)[place]
        return self._make(found) if isinstance(found, int) else [self._make(one) for one in found]

    def value(self, key: str) -> Value:
        """How to tell the value of a key at a place."""
        return self._keys.get(key) or (lambda place: self._make(place).get(key, ""))

    def find(self, sought: RowFilter) -> Sequence[int]:
        """Find the places of the records that are sought, in order."""
        if not self._keys:
            return [place for place, one in enumerate(self) if sought.fits(one)]
        equal = {**sought.equal, **({"open": "true"} if sought.open_only else {})}
        places: Sequence[int] = self._days(sought)
        if len(places) == self._size and equal:
            indexed = {key: self._index(key).get(said, _NOWHERE) for key, said in equal.items()}
            fewest = min(indexed, key=lambda key: len(indexed[key]))
            places = indexed[fewest]
            del equal[fewest]
        for key, said in equal.items():
            value = self.value(key)
            places = [place for place in places if fold(value(place)) == said]
        return places

    def _days(self, sought: RowFilter) -> range:
        """The places of the days that are sought."""
        value = self.value(sought.dated)

        def day(place: int) -> str:
            return str(value(place))[:10]

        whole = range(self._size)
        start = bisect_left(whole, sought.first, key=day) if sought.first else 0
        return range(start, bisect_right(whole, sought.last, key=day) if sought.last else self._size)

    def _index(self, key: str) -> "dict[str, array[int]]":
        """The places of each value of a key; made when first asked for."""
        if key not in self._indexes:
            index: dict[str, array[int]] = {}
            value = self.value(key)
            for place in range(self._size):
                index.setdefault(fold(value(place)), array("I")).append(place)
            self._indexes[key] = index
        return self._indexes[key]

    def numbered(self, key: str, number: int) -> Iterator[Json]:
        """The records with a number, where `key` is one that never falls from record to record."""
        value = self.value(key)
        start = bisect_left(range(self._size), number, key=value)  # type: ignore[arg-type]
        return takewhile(lambda one: bool(one[key] == number), map(self._make, range(start, self._size)))


@dataclass(frozen=True, slots=True)
class RowMatches:
    """What a listing found: some of the rows, then records beside them."""

    rows: RowIndex
    places: Sequence[int]
    beside: Sequence[Json] = ()

    def __len__(self) -> int:
        return len(self.places) + len(self.beside)

    def cut(self, first: int, last: int) -> list[Json]:
        """Make the records from one place up to another."""
        above = len(self.places)
        return [
            *(self.rows[place] for place in self.places[first:last]),
            *self.beside[max(first - above, 0) : max(last - above, 0)],
        ]
