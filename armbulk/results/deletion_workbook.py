"""The result workbook of a run that deletes customers: each row with its outcome."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

from armbulk.i18n import Words, _, unpack_text
from armbulk.model.deletion import DeleteOutcome, DeleteRow, translate_delete_outcome
from armbulk.model.fields import FieldType
from armbulk.model.plain_text import to_one_line
from armbulk.model.result_columns import OUTCOME_HEADERS, PLACE_HEADERS
from armbulk.resources.customer_deletes import CUSTOMER_DELETES
from armbulk.writers.report_sheets import ReportSheet, add_report_sheet
from armbulk.writers.workbook_options import KEEP_TEXT, WORKBOOK_CREATED

_SHEET = Words("Deleted customers", "Slettede kunder")
_NOTE = _("ARM has no undelete. armbulk keeps each record as it was until `armbulk purge`.")
_MAX_MESSAGE_CHARS = 2_000


def write_deletion_workbook(target: Path, rows: Sequence[DeleteRow], number: int | None, lang: str) -> None:
    """Write the rows and their outcomes; `number` is the run's, None: nothing was sent."""
    title = _("Deletes of customers, run {run}", run=number) if number else _("Deletes of customers, nothing sent")
    headings = (
        (PLACE_HEADERS[0].text(lang), FieldType.TEXT),
        (_("Row").text(lang), FieldType.INTEGER),
        *((CUSTOMER_DELETES.field(name).header.text(lang), FieldType.TEXT) for name in ("customer_no", "name")),
        *((OUTCOME_HEADERS[name].text(lang), FieldType.TEXT) for name in ("outcome", "message", "time")),
    )
    values = [
        (
            row.sheet,
            row.row,
            row.customer_no,
            row.name,
            translate_delete_outcome(row.shown_outcome, lang),
            to_one_line(write_message(row, lang), _MAX_MESSAGE_CHARS),
            f"{datetime.fromtimestamp(row.decided_at, UTC).astimezone():%Y-%m-%d %H:%M:%S}" if row.decided_at else None,
        )
        for row in rows
    ]
    bad = frozenset(index for index, row in enumerate(rows) if row.shown_outcome is not DeleteOutcome.DELETED)
    with xlsxwriter.Workbook(str(target), KEEP_TEXT) as book:
        book.set_properties({"created": WORKBOOK_CREATED})
        sheet = ReportSheet(_SHEET.text(lang), title.text(lang), headings, values, None, (_NOTE.text(lang),), bad)
        add_report_sheet(book, sheet, lang)


def write_message(row: DeleteRow, lang: str) -> str:
    """Return why a row has its outcome, in a language; "" where there is nothing to say."""
    text = unpack_text(row.message)
    return text.text(lang) if hasattr(text, "text") else text
