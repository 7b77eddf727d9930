"""Guesses of numbers that a list did not show are near the known ones, never repeated, and finite."""

from hypothesis import given
from hypothesis import strategies as st

from armbulk.export.value_partitions import MAX_MISSES, MAX_SERIES_GAP, guess_neighbours


def found(there: set[str], shown: set[str], most: int = 50) -> set[str]:
    """What is found of a list by asking for neighbours until there are none left."""
    known, asked = set(shown), set[str]()
    while guesses := guess_neighbours(known, asked, most):
        assert len(guesses) == len(set(guesses)) <= most
        assert not asked & set(guesses)
        asked |= set(guesses)
        known |= there & set(guesses)
    return known


@given(st.sets(st.integers(0, 10**6), min_size=1, max_size=30), st.data())
def test_a_series_is_found_from_any_part_of_it(holes: set[int], data: st.DataObject) -> None:
    """A series with small holes is found completely from any of its numbers."""
    first = min(holes)
    there = {str(number) for number in range(first, first + 400) if number not in holes or number == first}
    shown = data.draw(st.sets(st.sampled_from(sorted(there)), min_size=1, max_size=5))
    assert found(there, shown) == there


def test_zeros_in_front_and_letters_stay() -> None:
    """Guesses keep prefixes and leading zeros; values without a number have no neighbours."""
    assert {"F0098", "F0100"} <= set(guess_neighbours({"F0099"}, set(), 500))
    assert {"0008", "0010"} <= set(guess_neighbours({"0009"}, set(), 500))
    assert {"98", "100"} <= set(guess_neighbours({"99"}, set(), 500))
    assert guess_neighbours({"abc", ""}, set(), 500) == []


def test_two_series_are_both_followed() -> None:
    """Distant numbers are two series, and nothing far between them is guessed."""
    guesses = {int(text) for text in guess_neighbours({"1000", str(1000 + 3 * MAX_SERIES_GAP)}, set(), 10_000)}
    assert guesses == {*range(1_000 - MAX_MISSES, 1_000), *range(1_001, 1_001 + MAX_MISSES),
                       *range(4_000 - MAX_MISSES, 4_000), *range(4_001, 4_001 + MAX_MISSES)}  # fmt: skip


def test_no_negative_numbers() -> None:
    """No guess is negative."""
    assert all(int(text) >= 0 for text in guess_neighbours({"3"}, set(), 500))
