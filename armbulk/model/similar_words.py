"""The known words that a mistyped word resembles."""

import difflib
from collections.abc import Collection, Iterable, Mapping

_MIN_SIMILARITY = 0.67
_MIN_CERTAINTY = 0.8
"""How similar a word must be to one that would delete or overwrite something: a typing mistake, and no other word."""

_NEAR_THE_BEST = 0.12
"""How much less similar than the best one a word may be to be suggested beside it."""


def find_similar(
    word: str,
    known: Iterable[str] | Mapping[str, Iterable[str]],
    limit: int = 3,
    *,
    dangerous: Collection[str] = (),
) -> list[str]:
    """Return the known words that a word resembles, the most similar first; [] if none does.

    Args:
        word: As it was typed; upper and lower case, and leading hyphens, are ignored.
        known: The words; or each word with others for the same thing, of which the most similar one counts.
        limit: How many words at most.
        dangerous: The known words that are only returned for a typing mistake.
    """
    others = known if isinstance(known, Mapping) else {name: (name,) for name in known}
    ratios = {name: max((_compare(word, other) for other in words), default=0.0) for name, words in others.items()}
    best = max(ratios.values(), default=0.0)
    near = [
        name
        for name, ratio in ratios.items()
        if ratio >= max(_MIN_CERTAINTY if name in dangerous else _MIN_SIMILARITY, best - _NEAR_THE_BEST)
    ]
    return sorted(near, key=lambda name: -ratios[name])[:limit]


def _compare(word: str, other: str) -> float:
    """Return how similar two words are, from 0 to 1."""
    return difflib.SequenceMatcher(None, _fold(other), _fold(word)).ratio()


def _fold(word: str) -> str:
    return word.lstrip("-").casefold()
