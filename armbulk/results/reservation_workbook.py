"""The result workbook of a run that reserves payments: each row with its outcome."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from armbulk.i18n import Words, _, unpack_text
from armbulk.model.fields import FieldType
from armbulk.model.plain_text import to_one_line
from armbulk.model.reservation import ReservationOutcome, ReservationRow, translate_reservation_outcome
from armbulk.model.result_columns import OUTCOME_HEADERS, PLACE_HEADERS
from armbulk.resources.payment_reservations import PAYMENT_RESERVATIONS
from armbulk.writers.report_sheets import ReportSheet, add_report_sheet
from armbulk.writers.workbook_options import KEEP_TEXT, WORKBOOK_CREATED

_SHEET = Words("Reserved payments", "Reserverte betalinger")
_NOTE = _("A payment id is never sent twice. Look unconfirmed ones up in ARM, and settle them with: armbulk resolve")
_MAX_MESSAGE_CHARS = 2_000


def write_reservation_workbook(target: Path, rows: Sequence[ReservationRow], number: int | None, lang: str) -> None:
    """Write the rows and their outcomes; `number` is the run's, None: nothing was sent."""
    title = _("Payment reservations, run {run}", run=number) if number else _("Payment reservations, nothing sent")
    field = PAYMENT_RESERVATIONS.field
    headings = (
        (PLACE_HEADERS[0].text(lang), FieldType.TEXT),
        (_("Row").text(lang), FieldType.INTEGER),
        (field("payment_id").header.text(lang), FieldType.TEXT),
        (_("For").text(lang), FieldType.TEXT),
        (field("amount").header.text(lang), FieldType.AMOUNT),
        (field("currency").header.text(lang), FieldType.TEXT),
        *((OUTCOME_HEADERS[name].text(lang), FieldType.TEXT) for name in ("outcome", "message", "time")),
    )
    values = [
        (
            row.sheet,
            row.row,
            row.payment_id,
            f"{field(row.identified_by).header.text(lang)} {row.identification}" if row.identified_by else None,
            Decimal(row.amount) if row.amount else None,
            row.currency,
            translate_reservation_outcome(row.shown_outcome, lang),
            to_one_line(write_reservation_message(row, lang), _MAX_MESSAGE_CHARS),
            f"{datetime.fromtimestamp(row.decided_at, UTC).astimezone():%Y-%m-%d %H:%M:%S}" if row.decided_at else None,
        )
        for row in rows
    ]
    bad = frozenset(index for index, row in enumerate(rows) if row.shown_outcome is not ReservationOutcome.RESERVED)
    with xlsxwriter.Workbook(str(target), KEEP_TEXT) as book:
        book.set_properties({"created": WORKBOOK_CREATED})
        sheet = ReportSheet(_SHEET.text(lang), title.text(lang), headings, values, None, (_NOTE.text(lang),), bad)
        add_report_sheet(book, sheet, lang)


def write_reservation_message(row: ReservationRow, lang: str) -> str:
    """Return why a row has its outcome, in a language; "" where there is nothing to say."""
    text = unpack_text(row.message)
    return text.text(lang) if hasattr(text, "text") else text
