"""Fingerprints of records: the same content has the same, as in the snapshots of older versions."""

import re

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from armbulk.export.fingerprint import DIGEST, RecordHasher
from armbulk.resources import EXPORTS

ITEMS = EXPORTS["gl-items"]
HASHER = RecordHasher(ITEMS, ("glItemId",), (), b"salt")


def hash_amount(text: str) -> bytes:
    """Return the digest of a record with this amount."""
    items = pl.DataFrame({"\x00key": ["1"], "glItemId": ["1"], "glAmount": [text]})
    digest: bytes = HASHER.hash_records(items, None, 0)[DIGEST][0]
    return digest


@given(st.text("-0123456789.x", max_size=8) | st.decimals(-999, 999, places=4).map(str))
def test_zeros_after_the_decimal_point_are_no_change(text: str) -> None:
    """Of a number alone; a text that is none stays as it is."""
    shortest = re.sub(r"\A(-?[0-9]+)(\.[0-9]*[1-9])?\.?0*\Z", r"\1\2", text)
    assert hash_amount(text) == hash_amount(shortest)
    assert (hash_amount(f"{text}0") == hash_amount(text)) == bool(re.fullmatch(r"-?[0-9]+\.[0-9]*", text))
