"""Fingerprints of records: whether a record is new, changed or deleted, and in which columns it differs.

The digest of a record covers everything ARM returned of it: every path with its exact text, unknown ones and lines
included. The order of keys, records and lines does not count, nor do zeros at the end of an amount. Digests decide.
A small hash of every column only names the columns that differ. These hashes are fast, but another version of the
library may calculate others; `hash_samples` shows that.

Digests and hashes are kept in snapshots: calculating them otherwise needs a new version in `snapshot`.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from armbulk.model.fields import MASK, Field, FieldType, Resource
from armbulk.model.record_texts import INTERNAL_COLUMNS, PARENT_INDEX, RECORD_KEY, ROW_INDEX, SEPARATOR
from armbulk.resources.identifiers import is_national_id

ROW, BUCKET, DIGEST, CHANGE, CHANGED = "\x00row", "\x00box", "\x00digest", "\x00change", "\x00changed"
"""Columns armbulk adds: a record's row in its list, its bucket, its digest, its change, the paths that differ."""

NEW, DIFFERENT = "new", "changed"
"""Values of CHANGE."""

PATH_SEPARATOR = "\x1f"
"""Between the paths in CHANGED."""

BUCKETS = 64
"""Records are divided into this many buckets by their keys; only one is compared at a time."""

ID_HASH_SEPARATOR = "\x1e"
"""In a key, between the last digits of a national identity number and the hash of the whole number."""

_DIGEST_BYTES = 16
_NUMBERS = {FieldType.AMOUNT, FieldType.QUANTITY}
_DECIMALS = r"^-?[0-9]+\.[0-9]*$"
_NESTED_JSON = r"(?s)^(\{|\[.*\{)"
_SAMPLES = ("", *("x" * length for length in (1, 3, 4, 8, 9, 16, 17, 33, 64, 65, 200)), "Ærøy 100.25", "2025-02-14")


@dataclass(frozen=True, slots=True)
class RecordHasher:
    """Calculates the fingerprints of a list.

    Attributes:
        resource: what the records are.
        key: paths of the record's key.
        paths: columns that get a hash of their own.
        salt: a secret of this list.
    """

    resource: Resource
    key: tuple[str, ...]
    paths: tuple[str, ...]
    salt: bytes

    def hash_records(self, items: pl.DataFrame, lines: pl.DataFrame | None, first: int) -> pl.DataFrame:
        """Return the fingerprints of a page of records.

        Args:
            items: the records, as texts.
            lines: their lines.
            first: row of the first record in its list.

        Returns:
            ROW UInt32, RECORD_KEY String, BUCKET UInt8, DIGEST Binary, and a UInt32 hash for each of `paths`.
        """
        texts = self._normalised_texts(items, lines)
        contents = texts.select(_join_values(texts))
        digests = [
            hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES, key=self.salt).digest()
            for text in contents.to_series().to_list()
        ]
        keys = self._keys(items, digests)
        return texts.select(
            pl.int_range(first, first + items.height, dtype=pl.UInt32).alias(ROW),
            keys,
            pl.Series(BUCKET, [zlib.crc32(key.encode()) % BUCKETS for key in keys.to_list()], dtype=pl.UInt8),
            pl.Series(DIGEST, digests, dtype=pl.Binary),
            *(self._hash_values(path, texts) for path in self.paths),
        )

    def hash_samples(self) -> list[int]:
        """Return the hashes of a few fixed texts: where they differ, hashes of columns cannot be compared."""
        samples = pl.DataFrame([pl.Series("samples", _SAMPLES)])
        return samples.select(self._hash_values("samples", samples)).to_series().to_list()

    def _normalised_texts(self, items: pl.DataFrame, lines: pl.DataFrame | None) -> pl.DataFrame:
        """All values of the records in a form that is the same for the same content; lines joined into one column."""
        texts = _normalise_texts(items, self.resource.readable)
        if lines is None or not self.resource.lines:
            return texts
        line_texts = _normalise_texts(lines.drop(ROW_INDEX, strict=False), self.resource.lines.fields)
        keyed = line_texts.select(_join_values(line_texts).alias("line")).with_columns(lines[PARENT_INDEX])
        path = self.resource.lines_path
        joined = keyed.group_by(PARENT_INDEX).agg(
            pl.concat_str(_list_parts(pl.col("line"))).sort().str.join("").alias(path)
        )
        return texts.with_columns(
            items.select(ROW_INDEX).join(joined, left_on=ROW_INDEX, right_on=PARENT_INDEX, how="left")[path]
        )

    def _keys(self, items: pl.DataFrame, digests: Sequence[bytes]) -> pl.Series:
        """The records' keys; a record without a key is identified by its digest, which shows nothing of it."""
        has_value = [pl.col(path).is_not_null() for path in self.key if path in items.columns]
        has_key = pl.any_horizontal(has_value) if has_value else pl.lit(value=False)
        keys = items.select(pl.when(has_key).then(pl.col(RECORD_KEY)))[RECORD_KEY]
        if not keys.null_count():
            return self._hide_national_ids(keys)
        named = [f"\x00{digest.hex()}" if key is None else key for key, digest in zip(keys, digests, strict=True)]
        return self._hide_national_ids(pl.Series(RECORD_KEY, named, dtype=pl.String))

    def _hide_national_ids(self, keys: pl.Series) -> pl.Series:
        """The keys with national identity numbers replaced by two digits and a hash.

        This is no protection against trying all numbers: the salt is in the same file, which its owner alone can read.
        """
        if not keys.str.contains(r"[0-9]{11}").any():
            return keys
        parts = (
            keys.to_frame()
            .with_row_index(ROW)
            .with_columns(pl.col(RECORD_KEY).str.split(SEPARATOR))
            .explode(RECORD_KEY)
        )
        numbers = parts.filter(is_national_id(pl.col(RECORD_KEY)))[RECORD_KEY].unique()
        if numbers.is_empty():
            return keys
        masks = {number: f"{MASK * 9}{number[-2:]}{ID_HASH_SEPARATOR}{self._hash_number(number)}" for number in numbers}
        masked = pl.col(RECORD_KEY).replace(masks).str.join(SEPARATOR)
        return parts.group_by(ROW, maintain_order=True).agg(masked)[RECORD_KEY]

    def _hash_number(self, number: str) -> str:
        return hashlib.blake2b(number.encode(), digest_size=_DIGEST_BYTES, key=self.salt).hexdigest()

    def _hash_values(self, path: str, texts: pl.DataFrame) -> pl.Expr:
        if path not in texts.columns:
            return pl.lit(0, pl.UInt32).alias(hash_column(path))
        column, seed = pl.col(path), int.from_bytes(self.salt[:7])
        hashes = (column.hash(seed) & 0xFFFF_FFFF).cast(pl.UInt32)
        return pl.when(column.is_not_null()).then(hashes).otherwise(0).alias(hash_column(path))


def hash_column(path: str) -> str:
    """Return the name of the column with the hashes of a path."""
    return f"#{path}"


def _normalise_texts(frame: pl.DataFrame, fields: Iterable[Field]) -> pl.DataFrame:
    """Numbers without zeros at their end, JSON with its keys sorted; other texts as they are."""
    numbers = {known.path for known in fields if known.type in _NUMBERS}
    texts = frame.drop(INTERNAL_COLUMNS, strict=False)
    texts = texts.with_columns(_cut_zeros(pl.col(path)).alias(path) for path in texts.columns if path in numbers)
    others = [path for path in texts.columns if path not in numbers]
    is_nested = texts.select(pl.col(path).str.contains(_NESTED_JSON).any() for path in others).row(0, named=True)
    return texts.with_columns(
        pl.Series(path, [None if text is None else _sort_json_keys(text) for text in texts[path]], dtype=pl.String)
        for path, nested in is_nested.items()
        if nested
    )


def _cut_zeros(numbers: pl.Expr) -> pl.Expr:
    """Numbers without zeros at the end of their decimals."""
    short = numbers.str.strip_chars_end("0").str.strip_chars_end(".")
    return pl.when(numbers.str.contains(_DECIMALS)).then(short).otherwise(numbers)


def _sort_json_keys(text: str) -> str:
    """JSON with its keys sorted and its numbers' digits as they are; any other text as it is."""
    if text[0] not in "[{":
        return text
    try:
        value = json.loads(text, parse_int=_keep_digits, parse_float=_keep_digits)
    except (ValueError, RecursionError):
        return text
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _keep_digits(digits: str) -> list[str]:
    return ["\x00number", digits]


def _join_values(texts: pl.DataFrame) -> pl.Expr:
    """The paths and values of what is not null, with their lengths: no other record gives the same text."""
    parts: list[pl.Expr] = []
    for path in sorted(texts.columns):
        value = _list_parts(pl.col(path), f"{len(path)}:{path}")
        parts += [pl.concat_str(value)] if texts[path].null_count() else value  # null if one part is
    return pl.concat_str(parts, ignore_nulls=True)


def _list_parts(text: pl.Expr, prefix: str = "") -> list[pl.Expr]:
    """A prefix, and a text with its length."""
    return [pl.lit(prefix), text.str.len_bytes().cast(pl.String), pl.lit(":"), text]


def compare_fingerprints(
    old: pl.DataFrame, new: pl.DataFrame, paths: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Compare the records of a bucket.

    Args:
        old: fingerprints of the previous export.
        new: fingerprints of this export.
        paths: the columns whose hashes both have.

    Returns:
        New and changed records (ROW of the new list, CHANGE, CHANGED), and those gone (ROW of the old, RECORD_KEY).
    """
    hashes = [hash_column(path) for path in paths]
    before = old.unique(RECORD_KEY).select(RECORD_KEY, DIGEST, *hashes)
    both = new.join(before, on=RECORD_KEY, how="left", suffix="\x00old", maintain_order="left")
    is_new = pl.col(f"{DIGEST}\x00old").is_null()
    differing = [
        pl.when(pl.col(name) != pl.col(f"{name}\x00old")).then(pl.lit(path))
        for name, path in zip(hashes, paths, strict=True)
    ]
    changed = pl.concat_str(differing, separator=PATH_SEPARATOR, ignore_nulls=True) if differing else pl.lit("")
    marked = both.filter(is_new | (pl.col(DIGEST) != pl.col(f"{DIGEST}\x00old"))).select(
        ROW,
        pl.when(is_new).then(pl.lit(NEW)).otherwise(pl.lit(DIFFERENT)).alias(CHANGE),
        pl.when(~is_new).then(changed).replace("", None).alias(CHANGED),
    )
    return marked, old.join(new, on=RECORD_KEY, how="anti").select(ROW, RECORD_KEY)
