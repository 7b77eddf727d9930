"""A migration: the files of another ledger become one workbook for review. Nothing is sent."""

import math
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypedDict, Unpack

import polars as pl

from armbulk.app.customer_categories import read_categories
from armbulk.app.dialog import ReportProgress
from armbulk.app.existing_customers import ExistingCustomers
from armbulk.app.item_list import read_item_list
from armbulk.app.number_table import read_number_table
from armbulk.clock import Clock
from armbulk.errors import FileError, UsageError
from armbulk.i18n import _
from armbulk.migration.customer_rows import CustomerChoices
from armbulk.migration.derive import Migration, derive_migration
from armbulk.migration.document_rows import DEFAULT_PREFIX, DocumentChoices
from armbulk.migration.listed_migration import derive_listed_migration
from armbulk.migration.questions import Question, ask_about_existing, list_questions
from armbulk.migration.report_rows import (
    NOTICES,
    build_file_sections,
    build_left_out_sheet,
    build_proof_sheet,
    name_company,
)
from armbulk.migration.table_rows import build_tables, write_json
from armbulk.model.exact_sums import sum_amounts
from armbulk.model.progress import Phase, Progress
from armbulk.model.read_options import DEFAULT_READ_OPTIONS, ReadOptions
from armbulk.model.result_columns import QUESTION_CODES, QUESTIONS
from armbulk.readers.saft import read_ledger_export
from armbulk.resources.code_lists import COUNTRIES
from armbulk.resources.migration_questions import is_answer
from armbulk.writers.atomic import replace_atomically, temporary_file, verify_writable
from armbulk.writers.migration_workbook import MigrationBook, QuestionRow, SourcedTable, write_migration
from armbulk.writers.section import Section
from armbulk.writers.template import TemplateTable

_MEGABYTE = 1_000_000

BASE_CURRENCY = "NOK"
"""The base currency of a list of open items without an accounting file; the workbook asks whether it is right."""


@dataclass(frozen=True, slots=True)
class MigrationChoices:
    """What the user decides.

    Attributes:
        customers: About the fields of customers.
        documents: About the fields of documents.
        answers: Key of a question → answer, from the settings.
        reading: How unclear dates and amounts of a list of open items are read; the mapping of its columns.
        strict: Whether nothing is written unless everything is proved.
    """

    customers: CustomerChoices = field(default_factory=CustomerChoices)
    documents: DocumentChoices = field(default_factory=DocumentChoices)
    answers: Mapping[str, str] = field(default_factory=dict)
    reading: ReadOptions = DEFAULT_READ_OPTIONS
    strict: bool = False


@dataclass(frozen=True, slots=True)
class MigrationFiles:
    """What is read, and what is written.

    Attributes:
        files: The parts of one export.
        earlier: Exports of earlier periods, each in one file.
        target: The workbook.
        items: The ledger's list of open items, if there is one.
        replace: Whether a file of that name may be replaced; it is kept as .bak.
    """

    files: tuple[Path, ...]
    earlier: tuple[Path, ...]
    target: Path
    items: Path | None = None
    replace: bool = False


@dataclass(frozen=True, slots=True)
class MigrationFile:
    """A workbook that was written, and what is in it.

    Attributes:
        migration: What moves, and how it is proved.
        questions: The questions.
        answers: Those that the settings answer.
        path: The workbook.
        sheets: The names of its sheets.
        existing: The customers that ARM has already; None: they were not looked up.
    """

    migration: Migration
    questions: tuple[Question, ...]
    answers: Mapping[str, str]
    path: Path
    sheets: Sequence[str]
    existing: ExistingCustomers | None = None

    @property
    def open_questions(self) -> int:
        """How many questions have no answer yet."""
        return sum(question.key not in self.answers for question in self.questions)

    @property
    def ok(self) -> bool:
        """Whether everything is proved and answered."""
        return self.migration.is_proved and not self.open_questions

    def to_json(self, lang: str) -> dict[str, Any]:
        """Return the report, as the JSON of `armbulk migrate` has it."""
        migration, documents = self.migration, self.migration.documents
        currency = migration.header.currency
        return {
            "file": str(self.path),
            "sheets": list(self.sheets),
            "company": migration.header.company_name,
            "period": [str(day) if day else None for day in (migration.header.start, migration.header.end)],
            "currency": currency,
            "items": _describe_list(migration),
            "customers": migration.customers.height,
            "existing": self.existing.to_json() if self.existing else None,
            "documents": documents.rows.height,
            "documents_sum": str(sum_amounts(documents.rows["base_amount"])),
            "documents_by_currency": _sum_by_currency(documents.rows),
            "left_out": documents.left_out.height,
            "left_out_sum": str(sum_amounts(documents.left_out["base_amount"])),
            "left_out_by_currency": _sum_by_currency(documents.left_out),
            "closing_sum": str(sum_amounts(migration.proof["closing"])),
            "not_proved": migration.unproved.height,
            "not_proved_sum": str(sum_amounts(migration.unproved["listed" if migration.source else "closing"])),
            "proved": migration.is_proved,
            "credits": migration.credit_count,
            "linked_credits": migration.linked_credits,
            "notices": [
                {"code": notice.replace(" ", "-"), "text": NOTICES[notice].fill(currency=currency).text(lang)}
                for notice in migration.notices
            ],
            "questions": [
                {"code": question.key, "text": question.text.text(lang), "answer": self.answers.get(question.key)}
                for question in self.questions
            ],
        }


def _sum_by_currency(rows: pl.DataFrame) -> dict[str, str]:
    """Return currency → the exact sum of the documents in it."""
    by_currency = rows.drop_nulls("incl_vat").partition_by("currency", as_dict=True)
    return {currency: write_json(sum_amounts(own["incl_vat"])) for (currency,), own in sorted(by_currency.items())}


def _describe_list(migration: Migration) -> dict[str, Any] | None:
    """Return what the list of open items has; None without one."""
    if migration.source is None:
        return None
    items = migration.source.items
    return {
        "file": migration.source.file,
        "count": items.items.height,
        "sum": str(items.total),
        "subtotals": items.subtotals.height,
        "wrong_subtotals": items.subtotals.filter(~pl.col("is_subtotal_right")).height,
        "has_ledger": migration.has_ledger,
        "unread_columns": list(migration.source.unread_headers),
    }


class _MegabyteReport:
    """Reports how much of an export was read, in megabytes, at most a hundred times."""

    def __init__(self, progress: ReportProgress) -> None:
        self._progress, self._shown = progress, (-1, 0)

    def __call__(self, done: int, total: int) -> None:
        share = (done * 100 // max(total, 1), total)
        if share == self._shown:
            return
        self._shown = share
        read, size = (math.ceil(count / _MEGABYTE) for count in (min(done, total), total))
        self._progress(
            Progress("reading files", done=read, total=size, phase=Phase.READ, records={Phase.READ: (read, size)})
        )


class MigrationOptions(TypedDict, total=False):
    """The options of the command.

    Attributes:
        prefix: Beginning of the numbers of balances.
        due_days: Days to the due date, where the ledger has none.
        default_country: Country of addresses without one.
        numbers: File with a table of customer numbers.
        uses_email: Whether e-mail addresses are taken.
        uses_national_ids: Whether persons' identity numbers are taken.
        categories: Type of customer and category code, as Private=CONS.
        drops_kid: Whether payment references are left out.
        mapping: Mapping of the list of open items.
        dates: Order of day and month in unclear dates of the list.
        decimal: Decimal separator of unclear amounts of the list.
        encoding: Encoding of the list, if it is a CSV file.
        strict: Whether nothing is written unless everything is proved.
    """

    prefix: str
    due_days: int | None
    default_country: str
    numbers: str | None
    uses_email: bool
    uses_national_ids: bool
    categories: Sequence[str]
    drops_kid: bool
    mapping: str | None
    dates: str | None
    decimal: str | None
    encoding: str | None
    strict: bool


def build_choices(answers: Mapping[str, str], **options: Unpack[MigrationOptions]) -> MigrationChoices:
    """Return what the user decides, from the options of the command and the answers in the settings.

    Raises:
        UsageError: The country is no code of two letters, or a category is not written TYPE=CODE.
        FileError: The table of numbers cannot be read, or has a number twice.
    """
    country = options.get("default_country", "").upper()
    if country and country not in COUNTRIES:
        raise UsageError(
            "country-unknown",
            _('"{country}" is not a country code', country=country),
            _("Use the two letters of ISO 3166, such as NO"),
        )
    table_file = options.get("numbers")
    numbers = read_number_table(Path(table_file)) if table_file else {}
    customers = CustomerChoices(
        default_country=country,
        uses_email=options.get("uses_email", False),
        uses_national_ids=options.get("uses_national_ids", False),
        categories=read_categories(options.get("categories", ()), answers),
        numbers=numbers,
    )
    documents = DocumentChoices(
        prefix=options.get("prefix", DEFAULT_PREFIX),
        due_days=options.get("due_days"),
        keeps_kid=not options.get("drops_kid", False),
        numbers=numbers,
    )
    reading = ReadOptions(
        mapping=options.get("mapping"),
        dates=options.get("dates"),
        decimal=options.get("decimal"),
        encoding=options.get("encoding"),
    )
    return MigrationChoices(customers, documents, answers, reading, strict=options.get("strict", False))


def migrate_ledger(
    files: MigrationFiles,
    choices: MigrationChoices,
    clock: Clock,
    lang: str,
    look_up: Callable[[TemplateTable], ExistingCustomers | None] = lambda _table: None,
    reading: AbstractContextManager[ReportProgress | None] | None = None,
) -> MigrationFile:
    """Read the files of a ledger and write the workbook.

    Args:
        files: What is read, and what is written.
        choices: What the user decides.
        clock: For waiting when the workbook is open in another program.
        lang: Of its texts.
        look_up: Looks the customers up in ARM.
        reading: Surrounds the reading of the files, and shows its progress.

    Raises:
        UsageError: The target is no .xlsx.
        FileError: A file is refused, or the workbook cannot be written; with `strict`, something is not proved.
    """
    target = files.target
    verify_xlsx(target)
    verify_writable(target)
    if target.exists() and not files.replace:
        raise FileError(
            "file-exists",
            _("{path} already exists", path=target),
            _("Choose another file with -o, or replace this one with --yes"),
        )
    with reading or nullcontext() as progress:
        migration = _derive_in_folder(files, choices, lang, progress)
    if choices.strict and not migration.is_proved:
        raise FileError(
            "not-proved",
            _("Not everything in the files is proved, and no workbook was written"),
            _("Leave out --strict to see each difference in the workbook"),
        )
    tables = build_tables(migration, lang)
    existing = look_up(tables[0].table)
    questions = (*list_questions(migration), *(ask_about_existing(existing.count) if existing else ()))
    answers = {
        question.key: answer
        for question in questions
        if (answer := choices.answers.get(question.key, "").strip()) and is_answer(question.rule, answer)
    }
    with temporary_file(target) as temporary:
        book = _build_book(migration, tables, questions, answers, lang)
        if existing:
            book = replace(book, existing=existing.build_sheet(lang))
        sheets = write_migration(temporary, book, lang)
        path = replace_atomically(temporary, target, clock)
    return MigrationFile(migration, questions, answers, path, sheets, existing)


def verify_xlsx(target: Path) -> None:
    """Make sure that the name of a workbook ends in .xlsx; UsageError otherwise."""
    if target.suffix.lower() != ".xlsx":
        raise UsageError(
            "not-xlsx", _("{path} does not end in .xlsx", path=target), _("Use a file name that ends in .xlsx with -o")
        )


def _derive_in_folder(
    files: MigrationFiles, choices: MigrationChoices, lang: str, progress: ReportProgress | None
) -> Migration:
    """Read the files, and derive what moves; postings may be in temporary files meanwhile."""
    with tempfile.TemporaryDirectory(prefix="armbulk-migration-", ignore_cleanup_errors=True) as folder:
        return _derive(files, choices, lang, Path(folder), progress)


def _derive(
    files: MigrationFiles, choices: MigrationChoices, lang: str, folder: Path, progress: ReportProgress | None
) -> Migration:
    """Read the files, and derive what moves: by the list of open items if there is one, else from the postings.

    Args:
        files: What is read.
        choices: What the user decides.
        lang: Of texts.
        folder: For temporary files: many postings are not in memory.
        progress: Shows the progress.
    """
    if files.earlier and not files.files:
        raise UsageError(
            "no-ledger",
            _("No SAF-T file is given for the period after {file}", file=files.earlier[0]),
            _("Give the latest SAF-T file without --earlier"),
        )
    report = _MegabyteReport(progress) if progress else None
    exports = []
    for number, paths in enumerate([*([files.files] if files.files else []), *((path,) for path in files.earlier)]):
        own = folder / str(number)
        own.mkdir()
        exports.append(read_ledger_export(paths, report=report, folder=own))
    if files.items is None:
        return derive_migration(exports, choices.customers, choices.documents)
    currency = exports[0].header.currency if exports else BASE_CURRENCY
    source = read_item_list(files.items, choices.reading, currency, lang)
    if not exports and source.items.customers["name"].count() == 0:
        raise FileError(
            "no-names",
            _("{file}: the list has no customers with number and name", file=source.file),
            _("Add the SAF-T file of the ledger: it has the customers"),
        )
    return derive_listed_migration(exports, source, currency, choices.customers, choices.documents)


def _build_book(
    migration: Migration,
    tables: Sequence[SourcedTable],
    questions: Sequence[Question],
    answers: Mapping[str, str],
    lang: str,
) -> MigrationBook:
    return MigrationBook(
        questions=[
            QuestionRow(each.key, each.text, each.risk, each.rule.answers, answers.get(each.key, ""))
            for each in questions
        ],
        tables=tables,
        proof=build_proof_sheet(migration, lang),
        left_out=build_left_out_sheet(migration, lang),
        file_sections=[*build_file_sections(migration, lang), _list_codes(questions, lang)],
        subject=name_company(migration),
    )


def _list_codes(questions: Sequence[Question], lang: str) -> Section:
    """Return the codes of the questions: the import misses a question that was removed."""
    return Section(
        QUESTIONS.text(lang), ((QUESTION_CODES.text(lang), ", ".join(question.key for question in questions)),)
    )
