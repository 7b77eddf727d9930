"""Files with the same records: a result beside the file it is of, or a copy with changes."""

from collections.abc import Sequence

import polars as pl

from armbulk.findings.frame import SCHEMA
from armbulk.mapping.own_sheets import is_outcome_header
from armbulk.model.sheet import Sheet

_MIN_SHARED = 2
_HEADER_ROWS = 50


def name_files(duplicates: pl.DataFrame, keyed: pl.DataFrame, sheets: Sequence[Sheet]) -> pl.DataFrame:
    """Return findings of keys that occur twice; of files with the same records they name the files.

    A result and another file need one record in common. Of two other files at least half of the records of the smaller
    one must be in both.

    Args:
        duplicates: The findings of one resource, each at the key of a row.
        keyed: `sheet`, `row` and `norm` (comparable key) of every record of the resource.
        sheets: The sheets.
    """
    files = list(dict.fromkeys(sheet.file for sheet in sheets))
    if len(files) == 1 or duplicates.is_empty():
        return duplicates
    numbers = [files.index(sheet.file) for sheet in sheets]
    of_sheet = pl.DataFrame(
        {"sheet": range(len(sheets)), "file": numbers}, schema={"sheet": pl.UInt16, "file": pl.Int64}
    )
    rows = keyed.drop_nulls("norm").select("sheet", "row", "norm").join(of_sheet, on="sheet")
    of_files = rows.select("file", "norm").unique()
    shared = of_files.join(of_files.rename({"file": "other"}), on="norm").filter(pl.col("file") < pl.col("other"))
    sizes = dict(of_files.group_by("file").len().iter_rows())
    results = {files.index(sheet.file) for sheet in sheets if _is_result(sheet)}
    pairs = []
    for first, second, count in shared.group_by("file", "other").len().sort("file", "other").iter_rows():
        is_copy = count >= _MIN_SHARED and 2 * count >= min(sizes[first], sizes[second])
        if (first in results) != (second in results):
            result, other = (first, second) if first in results else (second, first)
            pairs.append((first, second, "result-beside-input", files[result], files[other]))
        elif is_copy:
            pairs.append((first, second, "same-records-twice", files[second], files[first]))
    names = {"new_code": pl.String, "new_value": pl.String, "new_detail": pl.String}
    named = shared.join(
        pl.DataFrame(pairs, schema={"file": pl.Int64, "other": pl.Int64, **names}, orient="row"), on=["file", "other"]
    )
    both = pl.concat(
        [named.drop("other"), named.drop("file").rename({"other": "file"}).select(named.drop("other").columns)]
    )
    cells = rows.join(both.unique(["file", "norm"], keep="first", maintain_order=True), on=["file", "norm"])
    renamed = duplicates.join(
        cells.select("sheet", "row", *names), on=["sheet", "row"], how="left", maintain_order="left"
    )
    is_named = pl.col("new_code").is_not_null()
    return renamed.with_columns(
        pl.when(is_named).then(f"new_{name}").otherwise(name).alias(name) for name in ("code", "value", "detail")
    ).select(list(SCHEMA))


def _is_result(sheet: Sheet) -> bool:
    """Return whether a sheet has the columns with outcomes that armbulk writes."""
    top = sheet.frame.head(_HEADER_ROWS)
    return any(is_outcome_header(text) for letter in sheet.letters for text in top[letter].drop_nulls())
