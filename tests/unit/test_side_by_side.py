"""Items that are worked on side by side."""

import threading
from collections.abc import Iterator

import pytest

from armbulk.readers import side_by_side
from armbulk.readers.side_by_side import map_in_order


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """A computer with two processors."""
    monkeypatch.setattr(side_by_side.os, "cpu_count", lambda: 2)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 20])
def test_results_are_in_the_order_of_the_items(count: int) -> None:
    """Whatever their number."""
    assert list(map_in_order(str, iter(range(count)))) == [str(number) for number in range(count)]


def test_two_items_are_worked_on_at_the_same_time() -> None:
    """Each of two waits until the other has begun."""
    both = threading.Barrier(2, timeout=60)
    assert sorted(map_in_order(lambda _item: both.wait(), iter("ab"))) == [0, 1]


def test_a_single_item_needs_no_thread() -> None:
    """Most files are small: threads would only take time."""
    main = threading.current_thread()
    assert list(map_in_order(lambda _item: threading.current_thread(), iter("a"))) == [main]


def test_only_a_few_items_are_taken_ahead() -> None:
    """A large file is never in memory as a whole."""
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    results = map_in_order(str, items())
    assert next(results) == "0"
    assert len(taken) <= 4


def test_an_error_is_raised_at_the_turn_of_its_item() -> None:
    """The results before it come first, whichever ended earlier."""

    def divide(number: int) -> float:
        return 6 / number

    results = map_in_order(divide, iter([3, 2, 0, 1]))
    assert [next(results), next(results)] == [2, 3]
    with pytest.raises(ZeroDivisionError):
        next(results)
