"""What a record was, in a few bytes: enough to see later that it is new, changed or gone, and in which columns.

A record's digest is made of all ARM said of it: every path with its exact text, the unknown ones and the lines too; the
order of keys, of records and of lines does not count, nor does how many zeros end an amount. Digests decide. Beside
each stands a small hash of every column, which only names the columns that differ: those hashes are fast, and another
version of the library may make others, which `canary` shows.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from armbulk.arm.decode import INTERNAL_COLUMNS, PARENT_INDEX, RECORD_KEY, ROW_INDEX, SEPARATOR
from armbulk.model.fields import Field, FieldType, Resource
from armbulk.resources.identifiers import is_national_id

ROW, BOX, DIGEST, CHANGE, CHANGED = "\x00row", "\x00box", "\x00digest", "\x00change", "\x00changed"
"""Columns of our own: a record's place in its list, the box it lies in, its digest; what became of it, and where."""

NEW, DIFFERENT = "new", "changed"
"""What CHANGE holds."""

BETWEEN = "\x1f"
"""Between the paths that CHANGED names."""

BUCKETS = 64
"""Records lie in this many boxes by their keys, so that no more than one box is compared at a time."""

BEHIND = "\x1e"
"""In a key, between the last digits of an identity number and a hash of all of it, which tells it from others."""

_DIGEST_BYTES = 16
_NUMBERS = {FieldType.AMOUNT, FieldType.QUANTITY}
_ENDING_ZEROS = r"^(-?[0-9]+)(\.[0-9]*[1-9])?\.?0*$"
_NESTED = r"(?s)^(\{|\[.*\{)"
_WORDS = ("", *("x" * length for length in (1, 3, 4, 8, 9, 16, 17, 33, 64, 65, 200)), "Ærøy 100.25", "2025-02-14")


@dataclass(frozen=True, slots=True)
class RecordHasher:
    """How the fingerprints of a list are made. `paths`: columns that get a hash; `salt`: this list's own."""

    resource: Resource
    key: tuple[str, ...]
    paths: tuple[str, ...]
    salt: bytes

    def hash_records(self, items: pl.DataFrame, lines: pl.DataFrame | None, first: int) -> pl.DataFrame:
        """The fingerprints of some records, the first of them at row `first` of its list."""
        texts = self._texts(items, lines)
        whole = texts.select(pl.concat_str([_told(path) for path in sorted(texts.columns)], ignore_nulls=True))
        digests = [
            hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES, key=self.salt).digest()
            for text in whole.to_series()
        ]
        keys = self._keys(items, digests)
        return texts.select(
            pl.int_range(first, first + items.height, dtype=pl.UInt32).alias(ROW),
            keys,
            pl.Series(BOX, [zlib.crc32(key.encode()) % BUCKETS for key in keys], dtype=pl.UInt8),
            pl.Series(DIGEST, digests, dtype=pl.Binary),
            *(self._hash_values(path, texts) for path in self.paths),
        )

    def canary(self) -> list[int]:
        """The hashes of a few words: where they are others, hashes cannot be compared."""
        words = pl.DataFrame([pl.Series("words", _WORDS)])
        return words.select(self._hash_values("words", words)).to_series().to_list()

    def _texts(self, items: pl.DataFrame, lines: pl.DataFrame | None) -> pl.DataFrame:
        """All that is said of the records, in one way of saying it; lines as one text."""
        texts = _plain(items, self.resource.readable)
        if lines is None or not self.resource.lines:
            return texts
        told = _plain(lines.drop(ROW_INDEX, strict=False), self.resource.lines.fields)
        line = pl.concat_str([_told(path) for path in sorted(told.columns)], ignore_nulls=True)
        joined = told.select(line.alias("line")).with_columns(lines[PARENT_INDEX])
        path = self.resource.lines_path
        found = joined.group_by(PARENT_INDEX).agg(_sized(pl.col("line")).sort().str.join("").alias(path))
        return texts.with_columns(
            items.select(ROW_INDEX).join(found, left_on=ROW_INDEX, right_on=PARENT_INDEX, how="left")[path]
        )

    def _keys(self, items: pl.DataFrame, digests: Sequence[bytes]) -> pl.Series:
        """The records' keys; one without a key is known by its digest: what it holds is not kept."""
        known = [pl.col(path).is_not_null() for path in self.key if path in items.columns]
        keys = items.select(
            pl.when(pl.any_horizontal(known) if known else pl.lit(value=False)).then(pl.col(RECORD_KEY))
        )[RECORD_KEY]
        if not keys.null_count():
            return self._unnamed(keys)
        named = [f"\x00{digest.hex()}" if key is None else key for key, digest in zip(keys, digests, strict=True)]
        return self._unnamed(pl.Series(RECORD_KEY, named, dtype=pl.String))

    def _unnamed(self, keys: pl.Series) -> pl.Series:
        """The keys without people's identity numbers: nobody who looks into a memory finds one.

        It does not withstand who tries all numbers: the salt lies beside, where only the file's owner reads it.
        """
        if not keys.str.contains(r"[0-9]{11}").any():
            return keys
        parts = (
            keys.to_frame()
            .with_row_index(ROW)
            .with_columns(pl.col(RECORD_KEY).str.split(SEPARATOR))
            .explode(RECORD_KEY)
        )
        people = parts.filter(is_national_id(pl.col(RECORD_KEY)))[RECORD_KEY].unique()
        if people.is_empty():
            return keys
        names = {number: f"•••••••••{number[-2:]}{BEHIND}{self._hidden(number)}" for number in people}
        return parts.group_by(ROW, maintain_order=True).agg(pl.col(RECORD_KEY).replace(names).str.join(SEPARATOR))[
            RECORD_KEY
        ]

    def _hidden(self, number: str) -> str:
        return hashlib.blake2b(number.encode(), digest_size=_DIGEST_BYTES, key=self.salt).hexdigest()

    def _hash_values(self, path: str, texts: pl.DataFrame) -> pl.Expr:
        if path not in texts.columns:
            return pl.lit(0, pl.UInt32).alias(hash_column(path))
        column, seed = pl.col(path), int.from_bytes(self.salt[:7])
        small = (column.hash(seed) & 0xFFFF_FFFF).cast(pl.UInt32)
        return pl.when(column.is_not_null()).then(small).otherwise(0).alias(hash_column(path))


def hash_column(path: str) -> str:
    """The column that holds a column's hashes."""
    return f"#{path}"


def _plain(frame: pl.DataFrame, fields: Iterable[Field]) -> pl.DataFrame:
    """Texts that are the same for the same content: numbers without zeros at their end, JSON in one order of keys."""
    numbers = {one.path for one in fields if one.type in _NUMBERS}
    texts = frame.drop(INTERNAL_COLUMNS, strict=False)
    texts = texts.with_columns(
        pl.col(path).str.replace(_ENDING_ZEROS, "${1}${2}") for path in texts.columns if path in numbers
    )
    others = [path for path in texts.columns if path not in numbers]
    nested = texts.select(pl.col(path).str.contains(_NESTED).any() for path in others).row(0, named=True)
    return texts.with_columns(
        pl.Series(path, [None if text is None else _ordered(text) for text in texts[path]], dtype=pl.String)
        for path, found in nested.items()
        if found
    )


def _ordered(text: str) -> str:
    """JSON with its keys in order and its numbers as they are; any other text as it is."""
    if text[0] not in "[{":
        return text
    try:
        value = json.loads(text, parse_int=_number, parse_float=_number)
    except (ValueError, RecursionError):
        return text
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _number(digits: str) -> list[str]:
    return ["\x00number", digits]


def _told(path: str) -> pl.Expr:
    """A column's path and value, so that no other columns can read the same."""
    return pl.concat_str(pl.lit(f"{len(path)}:{path}"), _sized(pl.col(path)))


def _sized(text: pl.Expr) -> pl.Expr:
    return pl.concat_str(text.str.len_bytes().cast(pl.String), pl.lit(":"), text)


def compare_fingerprints(
    old: pl.DataFrame, new: pl.DataFrame, paths: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What became of the records of a box: those new or changed, by their new row; those gone, by their old one.

    `paths`: the columns whose hashes both hold.
    """
    hashes = [hash_column(path) for path in paths]
    before = old.unique(RECORD_KEY).select(RECORD_KEY, DIGEST, *hashes)
    both = new.join(before, on=RECORD_KEY, how="left", suffix="\x00old", maintain_order="left")
    is_new = pl.col(f"{DIGEST}\x00old").is_null()
    differing = [
        pl.when(pl.col(name) != pl.col(f"{name}\x00old")).then(pl.lit(path))
        for name, path in zip(hashes, paths, strict=True)
    ]
    named = pl.concat_str(differing, separator=BETWEEN, ignore_nulls=True) if differing else pl.lit("")
    marked = both.filter(is_new | (pl.col(DIGEST) != pl.col(f"{DIGEST}\x00old"))).select(
        ROW,
        pl.when(is_new).then(pl.lit(NEW)).otherwise(pl.lit(DIFFERENT)).alias(CHANGE),
        pl.when(~is_new).then(named).replace("", None).alias(CHANGED),
    )
    return marked, old.join(new, on=RECORD_KEY, how="anti").select(ROW, RECORD_KEY)
