"""The workbook of a migration (xlsxwriter): questions, the import sheets, and the sheets that explain them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from armbulk.errors import FileError
from armbulk.i18n import Text, _
from armbulk.model.excel import EXCEL_MAX_ROWS
from armbulk.model.result_columns import (
    CODES,
    LEDGER_FILE,
    QUESTION_HEADERS,
    QUESTIONS,
    QUESTIONS_TITLE,
    SOURCE_HEADER,
)
from armbulk.writers import style
from armbulk.writers.data_validation import CodeLists
from armbulk.writers.print_setup import set_up_page
from armbulk.writers.report_sheets import ReportSheet, add_report_sheet
from armbulk.writers.report_summary import add_section_sheet
from armbulk.writers.section import Section
from armbulk.writers.template import TemplateTable, write_row, write_rows, write_table
from armbulk.writers.template_formats import LINE_HEIGHT, count_lines, create_formats
from armbulk.writers.template_guide import write_codes
from armbulk.writers.workbook_options import WORKBOOK_CREATED, text_options

MIGRATION_CATEGORY = "armbulk migration"
"""The category property of the workbook."""

MANY_ROWS = 20_000
"""Rows of a workbook from which it is written row by row."""

_QUESTION_WIDTHS = {"key": 18, "question": 44, "risk": 48, "answers": 24, "answer": 26}
_SOURCE_WIDTH = 52
_BOLD_SHARE = 0.85  # bold text is wider
_NOTE = _(
    "The import waits for all answers. An answer fills the empty cells of its column; a cell that you fill in yourself "
    "counts. You can write the same answers in the settings, in the section [migration]."
)


@dataclass(frozen=True, slots=True)
class SourcedTable:
    """An import sheet, and where each of its rows comes from."""

    table: TemplateTable
    sources: Sequence[str]


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question, as the sheet shows it. `answer` is "" until somebody has answered."""

    key: str
    question: Text
    risk: Text
    answers: Text
    answer: str = ""


@dataclass(frozen=True, slots=True)
class MigrationBook:
    """The sheets of the workbook."""

    questions: Sequence[QuestionRow]
    tables: Sequence[SourcedTable]
    proof: ReportSheet
    left_out: ReportSheet
    file_sections: Sequence[Section]
    subject: str = ""
    existing: ReportSheet | None = None


def write_migration(target: Path, migration: MigrationBook, lang: str) -> list[str]:
    """Write the workbook; return the names of its sheets.

    A large one is written row by row: only one row of it is in memory.

    Raises:
        FileError: A sheet would have more rows than Excel allows.
    """
    counts = {sourced.table.resource.title.text(lang): len(sourced.sources) + 1 for sourced in migration.tables}
    counts |= {sheet.name: sheet.header_row + len(sheet.rows) + 1 for sheet in (migration.proof, migration.left_out)}
    _refuse_too_many_rows(target, counts)
    book = xlsxwriter.Workbook(
        str(target), {**text_options(target), "constant_memory": sum(counts.values()) > MANY_ROWS}
    )
    book.use_zip64()
    book.set_properties({"category": MIGRATION_CATEGORY, "created": WORKBOOK_CREATED})
    formats = create_formats(book, lang)
    lists = CodeLists(CODES.text(lang), lang)
    _write_questions(book.add_worksheet(QUESTIONS.text(lang)), migration.questions, lang, formats)
    for sourced in migration.tables:
        page = book.add_worksheet(sourced.table.resource.title.text(lang))
        write_table(page, sourced.table, lang, lists, formats)
        _write_sourced_rows(page, sourced, lang, formats)
    if migration.existing is not None:
        add_report_sheet(book, migration.existing, lang, migration.subject)
    add_report_sheet(book, migration.proof, lang, migration.subject)
    add_report_sheet(book, migration.left_out, lang, migration.subject)
    add_section_sheet(book, LEDGER_FILE.text(lang), migration.file_sections, lang, migration.subject)
    write_codes(book.add_worksheet(CODES.text(lang)), lists, lang, formats)
    names = [page.get_name() for page in book.worksheets()]
    book.close()
    return names


def write_table_alone(target: Path, table: TemplateTable, lang: str) -> None:
    """Write a workbook with one import sheet and nothing else."""
    with xlsxwriter.Workbook(str(target), text_options(target)) as book:
        formats = create_formats(book, lang)
        lists = CodeLists(CODES.text(lang), lang)
        page = book.add_worksheet(table.resource.title.text(lang))
        write_table(page, table, lang, lists, formats)
        write_rows(page, table, lang, formats)
        write_codes(book.add_worksheet(CODES.text(lang)), lists, lang, formats)


def _refuse_too_many_rows(target: Path, counts: Mapping[str, int]) -> None:
    """Refuse a sheet that Excel cannot have.

    Args:
        target: The workbook.
        counts: The name of a sheet → its rows.
    """
    for sheet, count in counts.items():
        if count > EXCEL_MAX_ROWS:
            raise FileError(
                "too-many-rows",
                _(
                    "{file}: the sheet {sheet} would have {count:number} rows. Excel allows {limit:number}",
                    file=target.name,
                    sheet=sheet,
                    count=count,
                    limit=EXCEL_MAX_ROWS,
                ),
                _("Move the ledger in parts: export its customers in several SAF-T files"),
            )


def _write_sourced_rows(page: Any, sourced: SourcedTable, lang: str, formats: Mapping[Any, Any]) -> None:
    """Write the rows, each with its source behind it."""
    table, column = sourced.table, len(sourced.table.columns)
    page.set_column(column, column, _SOURCE_WIDTH)
    page.write_string(0, column, SOURCE_HEADER.text(lang), formats["optional"])
    for row, (values, source) in enumerate(zip(table.rows, sourced.sources, strict=True), start=1):
        write_row(page, row, table.columns, values, lang, formats)
        page.write_string(row, column, source, formats["line"])


def _write_questions(page: Any, questions: Sequence[QuestionRow], lang: str, formats: Mapping[Any, Any]) -> None:
    """Write the questions; the cells of missing answers are red until they are filled."""
    set_up_page(page, lang)
    page.hide_gridlines(2)
    page.set_tab_color(f"#{style.HEAD}")
    page.set_row(0, 28)
    page.write_string(0, 0, QUESTIONS_TITLE.text(lang), formats["title"])
    note = _NOTE.text(lang)
    page.merge_range(1, 0, 1, len(_QUESTION_WIDTHS) - 1, note, formats["text"])
    page.set_row(1, LINE_HEIGHT * count_lines(note, sum(_QUESTION_WIDTHS.values())))
    top = 3
    for column, (name, width) in enumerate(_QUESTION_WIDTHS.items()):
        page.set_column(column, column, width)
        header = formats["required" if name == "answer" else "optional"]
        page.write_string(top, column, QUESTION_HEADERS[name].text(lang), header)
    for row, question in enumerate(questions, start=top + 1):
        texts = (question.key, *(text.text(lang) for text in (question.question, question.risk, question.answers)))
        for column, text in enumerate(texts):
            page.write_string(row, column, text, formats["guide column" if column == 1 else "guide"])
        page.write_string(row, len(texts), question.answer, formats["guide"])
        widths = tuple(_QUESTION_WIDTHS.values())
        lines = max(count_lines(text, width * _BOLD_SHARE) for text, width in zip(texts, widths[:-1], strict=True))
        page.set_row(row, LINE_HEIGHT * lines + 4)
    answers = (top + 1, len(_QUESTION_WIDTHS) - 1, top + len(questions), len(_QUESTION_WIDTHS) - 1)
    page.conditional_format(*answers, {"type": "blanks", "format": formats["red"]})
    page.freeze_panes(top + 1, 0)
    page.repeat_rows(top)
