"""Read sheets of AR items with new due dates."""

from collections.abc import Sequence

import polars as pl

from armbulk.i18n import _
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import Sheet
from armbulk.resources.due_dates import DUE_DATE_CHANGES
from armbulk.validation.call_sheets import read_call_sheets

_NO_COLUMNS = (
    "no-due-date-columns",
    _("No sheet has the columns AR item id, Customer no, Document no and New due date"),
    _("Add these columns to a sheet, with an AR item in each row. `armbulk export ar-items` has the ids."),
)
_NO_ROWS = ("no-due-dates", _("The files have no rows with AR items"), _("Fill in the rows"))


def read_due_date_rows(
    files: Sequence[str], options: ReadOptions
) -> tuple[tuple[Sheet, ...], pl.DataFrame, pl.DataFrame]:
    """Read the rows of files, and find what is wrong with them.

    Returns:
        All sheets of the files; the rows: `sheet`, `row`, `ar_item_id`, `customer_no`, `document_no` (String) and
        `due_date` (Date), null where a cell has no usable value; and their errors (`findings.frame.SCHEMA`).

    Raises:
        FileError: A file cannot be read, no sheet has the columns, or there are no rows.
    """
    sheets, table, errors = read_call_sheets(files, options, DUE_DATE_CHANGES, "due-date-hidden", _NO_COLUMNS, _NO_ROWS)
    names = [field.name for field in DUE_DATE_CHANGES.fields]
    return sheets, table.rows.select("sheet", "row", *names), errors
