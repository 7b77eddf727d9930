"""The texts and kinds of a worksheet's cells, all cells of one type and style at once."""

import polars as pl

from armbulk.model.sheet import CELL
from armbulk.readers.xlsx_formats import Cell
from armbulk.readers.xlsx_pieces import OtherShapeError
from armbulk.readers.xlsx_shared import SharedParts
from armbulk.readers.xlsx_values import (
    BOOLEANS,
    MAX_DIGITS,
    convert_some,
    parse_iso_date,
    to_plain_number,
    unescape_texts,
)

_PLAIN = r"^-?(?:[0-9]+|[0-9]*\.[0-9]*[1-9])$"  # numbers that are read as they are written, if they are short
_INDEX = "^[0-9]{1,10}$"
_NUM_ERROR = "#NUM!"
_MAX_ERROR_CHARS = 40
_MAX_FORMULA_CHARS = 100


class TypedCells:
    """Reads the cells of one worksheet; `xlsx_worksheet` reads each of them in the same way."""

    def __init__(self, shared: SharedParts) -> None:
        """Prepare to read cells."""
        self.formula_count = 0
        self._shared = shared
        self._by_type = {
            "s": self._read_shared,
            "n": self._read_numbers,
            "str": _read_texts,
            "inlineStr": _read_texts,
            "b": _read_booleans,
            "e": _read_errors,
            "d": _read_dates,
        }

    def read(self, cells: pl.DataFrame, kind: str, style: str) -> list[pl.DataFrame]:
        """Return the cells that are not blank: `row`, `column`, `text`, `kind` CELL; perhaps `shown`.

        Args:
            cells: `row` UInt32, `column` UInt16, `value`; perhaps `inline`, `tag` of the formula, and `formula`.
            kind: The type of all cells, as in their tag.
            style: The style of all cells.

        Raises:
            OtherShapeError: The careful reader has to read them.
        """
        if kind not in self._by_type:
            raise OtherShapeError
        if "inline" in cells.columns:
            if kind == "inlineStr":
                cells = cells.with_columns(pl.coalesce("inline", "value").alias("value"))
            elif cells["inline"].null_count() < cells.height:
                raise OtherShapeError
        if "tag" not in cells.columns or cells["tag"].null_count() == cells.height:
            return [self._read_values(cells, kind, style)]
        has_formula = pl.col("tag").is_not_null()
        lacks_value = pl.lit(value=True)
        if self._shared.trusts_formulas:
            lacks_value = pl.col("value").is_null() if kind == "str" else pl.col("value").fill_null("") == ""
        text = pl.concat_str(pl.lit("="), pl.col("formula").fill_null("")).str.head(_MAX_FORMULA_CHARS)
        uncalculated = cells.filter(has_formula & lacks_value).select(
            "row", "column", text.alias("text"), pl.lit("uncalculated", CELL).alias("kind")
        )
        calculated = self._read_values(cells.filter(has_formula & ~lacks_value), kind, style)
        self.formula_count += calculated.height
        return [self._read_values(cells.filter(~has_formula), kind, style), calculated, uncalculated]

    def _read_values(self, cells: pl.DataFrame, kind: str, style: str) -> pl.DataFrame:
        texts = self._by_type[kind](cells["value"], style)
        return cells.select("row", "column").hstack(texts).filter(pl.col("text") != "")

    def _read_shared(self, values: pl.Series, _style: str) -> pl.DataFrame:
        values = values.replace("", None)
        if not values.str.contains(_INDEX).all():
            raise OtherShapeError
        index = values.cast(pl.Int64)
        if not (index < len(self._shared.texts)).all():
            raise OtherShapeError
        return _with_kind(self._shared.texts.gather(index.cast(pl.UInt32)), "text")

    def _read_numbers(self, values: pl.Series, style: str) -> pl.DataFrame:
        is_plain = values.str.contains(_PLAIN) & (values.str.len_bytes() <= MAX_DIGITS)
        numbers = convert_some(values, ~is_plain, _to_plain)
        kind = "percent" if style in self._shared.formats.percents else "number"
        special = numbers.filter(self._find_special(numbers, style)).unique()
        if special.is_empty():
            return _with_kind(numbers, kind)
        return _look_up(numbers, {number: self._describe(number, style) for number in special}, kind)

    def _find_special(self, numbers: pl.Series, style: str) -> pl.Series:
        """Return which numbers may be no plain number: by their style, or because they are too large."""
        formats = self._shared.formats
        if style in formats.dates or style in formats.patterns:
            return numbers != ""
        is_too_large = numbers == _NUM_ERROR
        if style in formats.percents or style not in formats.decimals:
            return is_too_large
        places, _code = formats.decimals[style]
        decimals = numbers.str.len_bytes().cast(pl.Int32) - numbers.str.find(".", literal=True).cast(pl.Int32) - 1
        is_rounded = (decimals > places).fill_null(value=False)
        return is_too_large | is_rounded

    def _describe(self, number: str, style: str) -> Cell:
        if number == _NUM_ERROR:
            return number, "error"
        return self._shared.formats.describe(style, number, since_1904=self._shared.since_1904)


def _to_plain(raw: str) -> str:
    """Return a number as plain digits; "" for a blank cell."""
    stripped = raw.strip()
    plain = to_plain_number(stripped) if stripped else stripped
    if plain is None:
        raise OtherShapeError
    return plain or (_NUM_ERROR if stripped else "")


def _read_texts(values: pl.Series, _style: str) -> pl.DataFrame:
    return _with_kind(unescape_texts(values), "text")


def _read_booleans(values: pl.Series, _style: str) -> pl.DataFrame:
    stripped = values.str.strip_chars()
    if not stripped.is_in(list(BOOLEANS)).all():
        raise OtherShapeError
    return _with_kind(stripped.replace(BOOLEANS), "boolean")


def _read_errors(values: pl.Series, _style: str) -> pl.DataFrame:
    texts = values.fill_null("").str.strip_chars().str.head(_MAX_ERROR_CHARS)
    return _with_kind(texts.replace("", "#N/A"), "error")


def _read_dates(values: pl.Series, _style: str) -> pl.DataFrame:
    stripped = values.fill_null("").str.strip_chars()
    return _look_up(stripped, {each: parse_iso_date(each) for each in stripped.unique()}, "date")


def _with_kind(texts: pl.Series, kind: str) -> pl.DataFrame:
    return texts.to_frame("text").with_columns(pl.lit(kind, CELL).alias("kind"))


def _look_up(values: pl.Series, known: dict[str, Cell], kind: str) -> pl.DataFrame:
    """Return the cells of values: those that are known, and the others with their own text and one kind."""
    table = pl.DataFrame(
        [(value, cell[0], cell[1], cell[2] if len(cell) > 2 else None) for value, cell in known.items()],
        schema={"value": pl.String, "text": pl.String, "kind": CELL, "shown": pl.String},
        orient="row",
    )
    cells = values.to_frame("value").join(table, on="value", how="left", maintain_order="left")
    columns = (pl.coalesce("text", "value").alias("text"), pl.col("kind").fill_null(kind))
    shown = ("shown",) if table["shown"].null_count() < table.height else ()
    return cells.select(*columns, *shown)
