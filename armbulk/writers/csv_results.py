"""CSV files with the rows of the user's own CSV files, each with its outcome."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import polars as pl

from armbulk.mapping.own_sheets import find_outcome_columns
from armbulk.model.result_columns import OUTCOME_FIELDS, OUTCOME_HEADERS
from armbulk.model.sheet import Sheet
from armbulk.writers import style
from armbulk.writers.atomic import temporary_file
from armbulk.writers.flat_files import CSV_DIALECTS, append_csv, format_csv_text
from armbulk.writers.style import SheetHeader

_DIALECT = CSV_DIALECTS["norwegian"]


def name_csv_files(target: Path, sheets: Sequence[Sheet]) -> list[Path]:
    """Return the file of each sheet: the target itself for one, else NAME-SHEET.csv."""
    if len(sheets) == 1:
        return [target]
    titles = style.sheet_titles(sheets, ())
    return [target.with_name(f"{target.stem}-{title}{target.suffix}") for title in titles]


def write_csv_results(
    target: Path,
    sheets: Sequence[Sheet],
    outcomes: pl.DataFrame,
    headers: Mapping[int, SheetHeader],
    lang: str,
    move: Callable[[Path, Path], Path],
) -> list[Path]:
    """Write the rows of each sheet with the outcome columns after the user's own, as Excel in Norwegian opens them.

    Args:
        target: the file, as `name_csv_files` has it.
        sheets: the sheets as they were read.
        outcomes: a row for each row read (see `workbooks.write_results`).
        headers: sheet index → its header.
        lang: language of the headers.
        move: moves a finished file to its name; returns the path it got.

    Returns:
        The paths they got.
    """
    paths = []
    for index, (sheet, path) in enumerate(zip(sheets, name_csv_files(target, sheets), strict=True)):
        rows = _join(sheet, outcomes.filter(pl.col("sheet") == index), headers.get(index), lang)
        with temporary_file(path) as temporary:
            with temporary.open("wb") as file:
                file.write(_DIALECT.byte_order_mark)
                append_csv(file, rows, _DIALECT)
            paths.append(move(temporary, path))
    return paths


def _join(sheet: Sheet, outcomes: pl.DataFrame, header: SheetHeader | None, lang: str) -> pl.DataFrame:
    """The cells of a sheet as they were, and those of the outcome; the outcomes of an earlier result are left out."""
    old = find_outcome_columns(sheet, header.row).values() if header else ()
    own = [letter for letter in sheet.letters if letter not in old]
    titles = pl.DataFrame(
        {
            "row": [header.row if header else 0],
            **{name: [OUTCOME_HEADERS[name].text(lang)] for name in OUTCOME_FIELDS},
        },
        schema={"row": pl.Int64, **dict.fromkeys(OUTCOME_FIELDS, pl.String)},
    )
    added = outcomes.select("row", *(format_csv_text(pl.col(name), _DIALECT).alias(name) for name in OUTCOME_FIELDS))
    joined = sheet.frame.select("row", *own).join(
        pl.concat([titles, added]), on="row", how="left", maintain_order="left"
    )
    return _keep_row_numbers(joined, own).drop("row")


def _keep_row_numbers(rows: pl.DataFrame, own: Sequence[str]) -> pl.DataFrame:
    """Add the blank lines of the file again: a row is named by its first line, and a cell may have several lines."""
    lines = pl.sum_horizontal(pl.col(letter).str.count_matches("\n", literal=True).fill_null(0) for letter in own)
    before = (pl.col("row") + 1 + lines.cast(pl.Int64)).shift(1, fill_value=1)
    blank = rows.select(pl.int_ranges(before, pl.col("row")).alias("row")).explode("row").drop_nulls()
    return pl.concat([rows, blank], how="diagonal").sort("row") if blank.height else rows
