"""Whether a list of ARM replaces single look-ups: when it has all records that ARM is known to have. Pure.

ARM's documentation does not say what a list leaves out: documents of a type, old ones, new ones. So it proves the
absence of a document only where the store knows documents that ARM has, of the same type and as old, and none of them
is missing in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

from armbulk.model.keys import loosen_key

MAX_LOOKUPS_PER_KNOWN = 20
"""How many look-ups a list may replace, for each known document that proves it."""


MAX_DELETED = 10
"""How many known documents a list may lack for each to be looked up, as it may have been deleted."""


class DistrustReason(StrEnum):
    """Why a list does not replace single look-ups. The values are stored."""

    NOTHING_KNOWN = "nothing-known"
    FEW_KNOWN = "few-known"
    SETTLING = "settling"
    INCOMPLETE = "incomplete"
    LACKS_KNOWN = "lacks-known"


@dataclass(frozen=True, slots=True)
class ListProof:
    """What a list proves.

    Attributes:
        numbers: the numbers of its records, as they are compared.
        known: how many records ARM has, as the store knows.
        missing: how many of these it lacks.
        oldest: document type → date (ISO) of the oldest known document, for each type that is proven.
    """

    numbers: frozenset[str]
    known: int
    missing: int
    oldest: Mapping[str, str] = field(default_factory=dict)

    def shows_absence(self, key: str, doc_type: str, date: str) -> bool:
        """Return whether ARM does not have a document, because this list lacks it.

        A number that is in the list with other leading zeros or blanks is no proof, in neither direction.
        """
        oldest = self.oldest.get(doc_type)
        is_covered = not self.missing and oldest is not None and bool(date) and date >= oldest
        return is_covered and loosen_key(key) not in self.numbers


def expect_distrust(known: int, lookups: int, last_sending: float | None, now: float, settle: float) -> str | None:
    """Return why a list cannot replace so many look-ups, before it is read; None when it may.

    Args:
        known: how many records ARM has, as the store knows.
        lookups: how many records are to be looked up.
        last_sending: when documents were last sent (epoch seconds).
        now: when the list would be read.
        settle: how long after that ARM may still be working on them.
    """
    if not known:
        return DistrustReason.NOTHING_KNOWN
    if lookups > known * MAX_LOOKUPS_PER_KNOWN:
        return DistrustReason.FEW_KNOWN
    if last_sending is None or now < last_sending + settle:
        return DistrustReason.SETTLING
    return None


def may_be_deleted(missing: int, known: int) -> bool:
    """Return whether so few known documents are missing in a list that each may have been deleted in ARM.

    Then each is looked up: a document that ARM does not find by its number either was deleted, and the list is right.
    """
    return 0 < missing <= min(MAX_DELETED, known // 2)


def find_missing(loose: frozenset[str], known: pl.DataFrame) -> pl.DataFrame:
    """Return the known documents whose numbers (without blanks and leading zeros) are not in a list's `loose` ones."""
    is_missing = [loosen_key(key) not in loose for key in known["key_norm"]]
    return known.filter(pl.Series(is_missing, dtype=pl.Boolean))


def prove_list(numbers: Iterable[str], known: pl.DataFrame) -> ListProof:
    """Compare the numbers of a list with the documents that ARM has (`store.list_checks.KNOWN_DOCUMENTS_SCHEMA`)."""
    loose = frozenset(loosen_key(number) for number in numbers)
    missing = find_missing(loose, known).height
    dated = known.drop_nulls("date").group_by("doc_type").agg(pl.col("date").min())
    return ListProof(loose, known.height, missing, dict(dated.iter_rows()))
