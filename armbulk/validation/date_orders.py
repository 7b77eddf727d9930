"""Date columns in which day and month were swapped in some cells, or are written in two orders."""

from dataclasses import replace

import polars as pl

from armbulk.findings.frame import empty_findings, make_finding
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.fields import FieldType
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import Sheet
from armbulk.validation.dates import unpack_dates

_WRITTEN = r"^(?<first>[0-9]{1,2})[./-](?<second>[0-9]{1,2})[./-](?:[0-9]{4}|[0-9]{2})(?:[T ].*)?$"
_ISO = r"^[0-9]{4}-(?<month>[0-9]{2})-(?<day>[0-9]{2})(?:[T ].*)?$"
_PACKED = "^[0-9]{7,8}$"
_LAST_MONTH = 12
_PROOFS_AGAINST = {"dmy": "is_month_first", "mdy": "is_day_first"}
_MIN_DATES_WITH_DOTS = 4
"""How many dates before the 13th are no chance beside a text with dots."""


def find_mixed_orders(sheet: Sheet, index: int, match: HeaderMatch, order: str | None) -> pl.DataFrame:
    """Return one finding for each date column whose cells contradict each other; it stops the sheet.

    A program that reads 01/02/2025 with the wrong order swaps day and month, and leaves 27/02/2025 as a text: then no
    date of the column has a day after the 12th, and every text has one. Dates with dots are nearly always day
    first, so that a few dates before the 13th prove nothing there.

    Args:
        sheet: The sheet.
        index: Its index, for the findings.
        match: What was recognised of it.
        order: The order of day and month that the user named; then texts in another order are findings of their own.
    """
    fields = {field.name for field in match.recognised_resource.fields if field.type is FieldType.DATE}
    columns = {
        name: _read_cells(sheet, letter, match.header_row) for name, letter in match.columns.items() if name in fields
    }
    findings = [empty_findings()]
    for name, cells in columns.items():
        others = [other for other_name, other in columns.items() if other_name != name]
        code, examples = _judge(cells, others, order)
        if code:
            values = {"row": match.header_row, "column": match.columns[name], "field": name}
            detail = ", ".join(f"{cell} {text}" for cell, text in examples)
            findings.append(make_finding(index, code, **values, value=examples[-1][1], detail=detail))
    return pl.concat(findings)


def drop_contradicted(sheet: Sheet, match: HeaderMatch, options: ReadOptions) -> ReadOptions:
    """Return the options with the order of dates: the usual one counts where no date of the sheet contradicts it."""
    usual = options.usual_dates
    if options.dates or usual not in _PROOFS_AGAINST or match.resource is None:
        return replace(options, dates=options.dates or usual)
    fields = {field.name for field in match.recognised_resource.fields if field.type is FieldType.DATE}
    letters = [letter for name, letter in match.columns.items() if name in fields]
    against = _PROOFS_AGAINST[usual]
    cells = [_read_cells(sheet, letter, match.header_row) for letter in letters]
    is_contradicted = any(_without_dots(each)[against].any() for each in cells)
    return options if is_contradicted else replace(options, dates=usual)


def _read_cells(sheet: Sheet, letter: str, header_row: int | None) -> pl.DataFrame:
    """Return `row`, `cell` (such as F2) and `text` of each distinct cell, and how it is written.

    `is_day_first` and `is_month_first` Boolean, where the text proves it; `month` and `day` of a date. `is_packed`
    Boolean: a text without separators, such as 30112026, which no program converts.
    """
    body = sheet.frame.filter((pl.col("row") > header_row) & pl.col(letter).is_not_null())
    each = body.group_by(pl.col(letter).str.strip_chars().alias("text"), pl.col(f"{letter}.cell").alias("kind"))
    text = pl.col("text")
    is_packed = pl.col("kind").is_in(["text", "number"]) & text.str.contains(_PACKED)
    written = pl.when(is_packed).then(unpack_dates(text)).when(pl.col("kind") == "text").then(text)
    cells = (
        each.agg(pl.col("row").min())
        .sort("row")
        .select(
            "row",
            pl.concat_str(pl.lit(letter), "row").alias("cell"),
            text,
            is_packed.alias("is_packed"),
            written.str.extract_groups(_WRITTEN).struct.unnest(),
            text.str.extract_groups(_ISO).struct.unnest(),
        )
        .with_columns(pl.col("first", "second", "month", "day").cast(pl.Int8, strict=False))
    )
    return cells.with_columns(
        is_day_first=((pl.col("first") > _LAST_MONTH) & (pl.col("second") <= _LAST_MONTH)).fill_null(value=False),
        is_month_first=((pl.col("second") > _LAST_MONTH) & (pl.col("first") <= _LAST_MONTH)).fill_null(value=False),
    )


def _judge(cells: pl.DataFrame, others: list[pl.DataFrame], order: str | None) -> tuple[str, list[tuple[str, str]]]:
    """Return the finding's code and two cells that show it; "" for a column without contradictions.

    Args:
        cells: The cells of the column.
        others: Those of the other date columns of the sheet: a program has read them with the same order.
        order: The order of day and month that the user named.
    """
    if not any(part[name].any() for part in (cells, *others) for name in ("is_day_first", "is_month_first")):
        return "", []  # nothing proves an order
    day_first, month_first = cells.filter("is_day_first"), cells.filter("is_month_first")
    if order is None and day_first.height and month_first.height:
        return "dates-mixed", _examples(day_first, month_first)
    dates = cells.filter(pl.col("day").is_not_null())
    may_be_swapped = dates.filter(pl.col("day") != pl.col("month"))
    unconverted = pl.concat([day_first, month_first]).filter(~pl.col("is_packed"))
    if may_be_swapped.height < _MIN_DATES_WITH_DOTS:
        unconverted = unconverted.filter(~pl.col("text").str.contains(".", literal=True))
    if unconverted.height and may_be_swapped.height and dates.filter(pl.col("day") > _LAST_MONTH).is_empty():
        return "dates-half-converted", _examples(may_be_swapped, unconverted)
    elsewhere = [_find_unconverted(other) for other in others]
    shown = [part for part in elsewhere if part.height]
    is_converted = any((part["day"] > _LAST_MONTH).any() for part in (dates, *others))
    if shown and may_be_swapped.height and dates.height == cells.height and not is_converted:
        return "dates-half-converted", _examples(may_be_swapped, shown[0])
    return "", []


def _find_unconverted(cells: pl.DataFrame) -> pl.DataFrame:
    """Return texts without dots that prove their order: a program that reads the other order leaves them as texts."""
    return _without_dots(cells).filter(pl.any_horizontal("is_day_first", "is_month_first") & ~pl.col("is_packed"))


def _without_dots(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells whose order is not shown by dots: those are day first."""
    return cells.filter(~pl.col("text").str.contains(".", literal=True))


def _examples(*parts: pl.DataFrame) -> list[tuple[str, str]]:
    return [part.select("cell", "text").row(0) for part in parts]
