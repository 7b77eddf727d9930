"""What columns may be: a column with a field, and how well they fit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from armbulk.i18n import NO_TEXT, Text, _
from armbulk.model.fields import Field

MIN_SCORE = 0.6
"""A weaker match is not proposed."""

DECIDED = _("as you decided for an earlier file")
"""Why a column is proposed as a field, where a person decided so before."""

_RIVAL = 0.05
_MIN_REPEATED = 2


@dataclass(slots=True)
class Candidate:
    """How well a column may be a field, and why."""

    letter: str
    target: str
    score: float
    reason: Text
    header_score: float
    share: float
    adds_up: bool = False


@dataclass(frozen=True, slots=True)
class Targets:
    """What columns may be: a field as a mapping names it → the field."""

    fields: Mapping[str, Field]
    titles: Mapping[str, Text] = field(default_factory=dict)
    is_flat: bool = False


def drop_sparse_rows(body: pl.DataFrame, letters: Sequence[str]) -> pl.DataFrame:
    """Return the rows without those that have few cells: titles, totals and notes would count as wrong values.

    The widest fifth of the rows shows how many cells a record has: in blocks with titles and sums, most rows are none.
    """
    filled = pl.sum_horizontal(pl.col(letter).is_not_null() for letter in letters)
    widths = body.select(filled.alias("width"))["width"]
    return body.filter(filled * 2 >= sorted(widths)[len(widths) * 4 // 5])


def drop_repeated_headers(body: pl.DataFrame, headers: Mapping[str, str]) -> pl.DataFrame:
    """Return the rows without those in which at least half of the headers are repeated: each page may have them.

    Args:
        body: The rows below the headers.
        headers: Letter → header.
    """
    named = {letter: text for letter, text in headers.items() if text}
    if len(named) < _MIN_REPEATED:
        return body
    same = pl.sum_horizontal((pl.col(letter) == text).fill_null(value=False) for letter, text in named.items())
    rest = body.filter((same < _MIN_REPEATED) | (same * 2 < len(named)))
    return body if rest.is_empty() else rest


def is_proof(values: pl.Series, column: Field) -> bool:
    """Return whether valid values say anything: several of them, and KIDs long enough not to be valid by chance."""
    known = values.drop_nulls()
    if len(known) < 2:
        return False
    if column.format == "kid":
        return bool((known.str.len_chars() >= 5).all()) and known.n_unique() > len(known) // 2
    return True


def assign(candidates: Sequence[Candidate]) -> dict[str, Candidate]:
    """Return letter → what the column is proposed as: the best pairs first, each column and each field once."""
    chosen: dict[str, Candidate] = {}
    taken: set[str] = set()
    for candidate in candidates:
        if candidate.score < MIN_SCORE:
            break
        if candidate.letter not in chosen and candidate.target not in taken:
            chosen[candidate.letter] = candidate
            taken.add(candidate.target)
    return chosen


def keep_decided(chosen: Mapping[str, Candidate], decided: Mapping[str, str], targets: Targets) -> dict[str, Candidate]:
    """Return what columns are proposed as, with what was decided about files with the same headers.

    Args:
        chosen: Letter → what the column would be proposed as.
        decided: Letter → field; "" = the column is not read.
        targets: What columns may be.
    """
    kept = {letter: name for letter, name in decided.items() if name in targets.fields}
    others = {
        letter: candidate
        for letter, candidate in chosen.items()
        if letter not in decided and candidate.target not in kept.values()
    }
    return others | {letter: Candidate(letter, name, 1.0, DECIDED, 1.0, 1.0) for letter, name in kept.items()}


def doubt_rival(best: Candidate, chosen: Mapping[str, Candidate], candidates: Sequence[Candidate]) -> Text:
    """Return that another column may be the same field just as well; "" where none is."""
    for rival in candidates:
        is_near = rival.target == best.target and rival.score >= best.score - _RIVAL
        if is_near and rival.letter not in chosen:
            return _("column {letter} may be it, too", letter=rival.letter)
    return NO_TEXT
