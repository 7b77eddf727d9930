"""A migration in the browser: the files of another ledger, the answers, and the workbook for review."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armbulk.app.drafts import Draft
from armbulk.app.migrate import MigrationFile, MigrationFiles, MigrationOptions, build_choices, migrate_ledger
from armbulk.errors import UsageError
from armbulk.i18n import Text, _, format_amount, format_date
from armbulk.migration.report_rows import build_left_out_sheet, build_proof_sheet
from armbulk.model.fields import FieldType
from armbulk.package_data import data_path
from armbulk.resources.migration_questions import AnswerForm, is_answer
from armbulk.writers.report_sheets import ReportSheet
from armbulk.writers.section import Link, ReportValue

if TYPE_CHECKING:
    from armbulk.app.session import Session
    from armbulk.model.progress import Progress

LEDGER, EARLIER, ITEMS = "ledger", "earlier", "items"
"""What a file of a migration is: the period's accounting file, one of an earlier period, or the list of open items."""

WORKBOOK = "migration.xlsx"
_AMOUNTS = {FieldType.AMOUNT}
_FLAGS = ("uses_email", "uses_national_ids", "drops_kid")
_TEXTS = ("prefix", "default_country")
_MAX_DAYS = 365


@dataclass(frozen=True, slots=True)
class ReviewTable:
    """A table of the workbook as a page shows it.

    Attributes:
        title: Its title.
        notes: Texts above it.
        headings: Header of each column, and whether it has amounts.
        rows: Texts, and whether the row is marked as wrong; the wrong ones first, as the workbook has them.
        total: The texts of the last row; empty: there is none.
        count: How many rows there are; `rows` may have fewer.
    """

    title: str
    notes: Sequence[str]
    headings: Sequence[tuple[str, bool]]
    rows: Sequence[tuple[Sequence[str], bool]]
    total: Sequence[str]
    count: int


def read_migration_options(values: Mapping[str, str]) -> dict[str, Any]:
    """Return the options of a migration from a form: only those that are filled in.

    Raises:
        UsageError: The days are no number from 0 to 365.
    """
    options: dict[str, Any] = {name: values[name].strip() for name in _TEXTS if values.get(name, "").strip()}
    options |= {name: True for name in _FLAGS if values.get(name)}
    days = values.get("due_days", "").strip()
    if days:
        if not (days.isascii() and days.isdecimal() and int(days) <= _MAX_DAYS):
            raise UsageError(
                "due-days",
                _('"{text}" is not a number of days from 0 to {most}', text=days, most=_MAX_DAYS),
                _("Use a whole number, such as 14"),
            )
        options["due_days"] = int(days)
    return options


def run_migration(
    session: "Session", draft: Draft, progress: "Callable[[Progress], None] | None" = None
) -> MigrationFile:
    """Read the files of a draft, and write its workbook for review.

    Raises:
        FileError: A file is refused, or the workbook cannot be written.
        UsageError: An option is wrong.
    """
    ledger, earlier, items = (
        tuple(path for path in draft.paths if draft.uses.get(path.name) == use) for use in (LEDGER, EARLIER, ITEMS)
    )
    files = MigrationFiles(ledger, earlier, draft.folder / WORKBOOK, items[0] if items else None, replace=True)
    answers = {**session.profile.migration, **draft.answers}
    options: MigrationOptions = dict(draft.options)  # type: ignore[assignment] # made by read_migration_options
    choices = build_choices(answers, **options)
    return migrate_ledger(files, choices, session.clock, session.profile.lang, reading=nullcontext(progress))


def describe_questions(written: MigrationFile, answers: Mapping[str, str], lang: str) -> list[dict[str, Any]]:
    """Return each question with its text, what can happen, what an answer may be, and its answer.

    Args:
        written: The migration.
        answers: What a person has typed, also what is no answer.
        lang: The language of the texts.
    """
    return [
        {
            "key": question.key,
            "text": question.text.text(lang),
            "risk": question.risk.text(lang),
            "allowed": question.rule.answers.text(lang),
            "is_confirmation": question.rule.form is AnswerForm.CONFIRMATION,
            "answer": written.answers.get(question.key) or answers.get(question.key, ""),
            "is_wrong": bool(answers.get(question.key)) and not is_answer(question.rule, answers[question.key]),
            "is_open": question.key not in written.answers,
        }
        for question in written.questions
    ]


def show_proof(written: MigrationFile, lang: str, start: int, count: int) -> ReviewTable:
    """Return a part of the proof of each customer's balance."""
    return _show_sheet(build_proof_sheet(written.migration, lang), lang, start, count)


def show_left_out(written: MigrationFile, lang: str, start: int, count: int) -> ReviewTable:
    """Return a part of what is not sent, each with its reason."""
    return _show_sheet(build_left_out_sheet(written.migration, lang), lang, start, count)


def _show_sheet(sheet: ReportSheet, lang: str, start: int, count: int) -> ReviewTable:
    rows = [
        ([_write(value, lang) for value in row], index in sheet.bad_rows)
        for index, row in enumerate(sheet.rows[start : start + count], start=start)
    ]
    return ReviewTable(
        title=sheet.title,
        notes=sheet.notes,
        headings=[(header, kind in _AMOUNTS) for header, kind in sheet.headings],
        rows=rows,
        total=[_write(value, lang) for value in sheet.total or ()],
        count=len(sheet.rows),
    )


def _write(value: ReportValue, lang: str) -> str:
    """Return a value of a report as text."""
    match value:
        case None:
            return ""
        case Decimal():
            return format_amount(value, lang)
        case date():
            return format_date(value, lang)
        case Link():
            return value.text
        case Text():
            return value.text(lang)
    return str(value)


def locate_workbook(draft: Draft) -> Path:
    """Return the path of the workbook for review; UsageError while there is none."""
    path = draft.folder / WORKBOOK
    if not path.exists():
        raise UsageError("no-workbook", _("The workbook is not written yet"), _("Wait until the files are read"))
    return path


def locate_sample() -> Path:
    """Return the accounting file of the samples, to try."""
    return data_path("samples") / "saft-ledger.xml"
