"""The result workbook of a run of single calls: each row with its outcome."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic

import xlsxwriter

from armbulk.i18n import Text, Words, _, unpack_text
from armbulk.model.call_rows import CallRow, translate_call_outcome
from armbulk.model.fields import FieldType
from armbulk.model.outcome import Outcome
from armbulk.model.plain_text import to_one_line
from armbulk.model.result_columns import OUTCOME_HEADERS, PLACE_HEADERS
from armbulk.store.call_runs import RowT
from armbulk.writers.report_sheets import ReportSheet, add_report_sheet
from armbulk.writers.section import ReportValue
from armbulk.writers.workbook_options import WORKBOOK_CREATED, text_options

_MAX_MESSAGE_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class CallSheet(Generic[RowT]):
    """What the workbooks of one kind of call have of their own.

    Attributes:
        name: the sheet's name.
        title: the title, of the run {run}.
        empty_title: the title where nothing was sent.
        note: what a person has to know.
        columns: the kind's own columns, between the row number and the outcome.
        values: their values in a row, in a language.
    """

    name: Words
    title: Text
    empty_title: Text
    note: Text
    columns: Sequence[tuple[Words | Text, FieldType]]
    values: Callable[[RowT, str], tuple[ReportValue, ...]]


def write_call_workbook(
    target: Path, kind: CallSheet[RowT], rows: Sequence[RowT], number: int | None, lang: str
) -> None:
    """Write the rows and their outcomes; `number` is the run's, None: nothing was sent."""
    title = kind.title.fill(run=number) if number else kind.empty_title
    headings = (
        (PLACE_HEADERS[0].text(lang), FieldType.TEXT),
        (_("Row").text(lang), FieldType.INTEGER),
        *((header.text(lang), value_type) for header, value_type in kind.columns),
        *((OUTCOME_HEADERS[name].text(lang), FieldType.TEXT) for name in ("outcome", "message", "time")),
    )
    values = [(row.sheet, row.row, *kind.values(row, lang), *_show_outcome(row, lang)) for row in rows]
    bad = frozenset(
        index for index, row in enumerate(rows) if row.shown_outcome not in {row.success, Outcome.UNCHANGED}
    )
    with xlsxwriter.Workbook(str(target), text_options(target)) as book:
        book.set_properties({"created": WORKBOOK_CREATED})
        notes = (kind.note.text(lang),)
        add_report_sheet(
            book, ReportSheet(kind.name.text(lang), title.text(lang), headings, values, None, notes, bad), lang
        )


def _show_outcome(row: CallRow, lang: str) -> tuple[str | None, ...]:
    """Return outcome, message and time of a row."""
    time = datetime.fromtimestamp(row.decided_at, UTC).astimezone() if row.decided_at else None
    return (
        translate_call_outcome(row.shown_outcome, lang),
        to_one_line(write_call_message(row, lang), _MAX_MESSAGE_CHARS),
        f"{time:%Y-%m-%d %H:%M:%S}" if time else None,
    )


def write_call_message(row: CallRow, lang: str) -> str:
    """Return why a row has its outcome, in a language; "" where there is nothing to say."""
    text = unpack_text(row.message)
    return text.text(lang) if hasattr(text, "text") else text
