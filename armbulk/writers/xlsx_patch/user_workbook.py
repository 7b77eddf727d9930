"""The user's own workbook, any size, with the outcome columns, or with its problems marked."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

import polars as pl

from armbulk.findings.frame import RenderedFinding
from armbulk.i18n import list_languages
from armbulk.mapping.own_sheets import is_list_of_cells
from armbulk.model.corrected_cell import CorrectedCell
from armbulk.model.result_columns import CHANGES, CUSTOMER_OUTCOMES, PROBLEMS, SIGN_OFF, SUMMARY, with_prefix
from armbulk.model.sheet import Sheet
from armbulk.writers import style
from armbulk.writers.customer_sheet import CustomerLine
from armbulk.writers.problem_sheet import PROBLEM_COLUMNS, ProblemLine, ProblemSheet, list_finding_lines
from armbulk.writers.provenance import RESULT_CATEGORY
from armbulk.writers.report_sheets import ReportSheet
from armbulk.writers.sign_off import VERSION_LABEL
from armbulk.writers.style import SheetHeader, SummarySheet
from armbulk.writers.workbook_options import TEMPLATE_TITLE
from armbulk.writers.xlsx_patch import comments, doc_props
from armbulk.writers.xlsx_patch.own_sheets import OwnSheet
from armbulk.writers.xlsx_patch.package import Package
from armbulk.writers.xlsx_patch.refusal import PatchRefusedError
from armbulk.writers.xlsx_patch.sheet_patch import SheetPatch, build_marks, build_outcomes
from armbulk.writers.xlsx_patch.style_book import StyleBook
from armbulk.writers.xlsx_patch.workbook_part import WorkbookPart
from armbulk.writers.xlsx_patch.xml_part import XmlPart

_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_REVISIONS = "xl/revisions/"  # a shared workbook lists its sheets elsewhere, too


def write_results(
    target: Path,
    content: bytes,
    sheets: Sequence[Sheet],
    outcomes: pl.DataFrame,
    problems: ProblemSheet,
    summary: SummarySheet,
    lang: str,
    headers: Mapping[int, SheetHeader],
) -> None:
    """Write a workbook with the outcome columns, the summary and the problems.

    Args:
        target: The file to write.
        content: The user's workbook.
        sheets: Its sheets as they were read.
        outcomes: A row for each row read (see `workbooks.write_results`).
        problems: What is wrong, and the lines of the Problems sheet.
        summary: The Summary sheet.
        lang: The language of texts.
        headers: Sheet index → its header.

    Raises:
        PatchRefusedError: The workbook has something that is not changed in its XML.
    """
    with _Copy(content, sheets[0].file, sheets) as copy:
        for index, sheet in enumerate(sheets):
            rows = _rows_of(outcomes, index)
            if index in headers and rows.height:
                patch = build_outcomes(sheet, headers[index], rows, lang)
                patch.add_marks(style.cell_marks(problems.findings, sheet, headers[index].row))
                copy.patch(sheet, patch)
        provenance = summary.provenance.text if summary.provenance else ""
        copy.finish(target, lang, problems.lines, summary=summary, customers=problems.customers, provenance=provenance)


def _rows_of(outcomes: pl.DataFrame, index: int) -> pl.DataFrame:
    """Return the outcomes of a sheet, ordered by row; without a copy where they are the only ones, and in order."""
    is_only = outcomes["sheet"].n_unique() == 1 and outcomes["sheet"][0] == index
    rows = outcomes if is_only else outcomes.filter(pl.col("sheet") == index)
    return rows if rows["row"].is_sorted() else rows.sort("row")


def mark_problems(
    target: Path,
    content: bytes,
    sheets: Sequence[Sheet],
    findings: Sequence[RenderedFinding],
    lang: str,
    header_rows: Mapping[int, int],
    changes: Sequence[CorrectedCell] = (),
) -> None:
    """Write a workbook whose cells with findings are coloured and have comments, and the Problems sheet.

    Corrected cells are changed and coloured; with `changes` there is a Changes sheet, too.

    Raises:
        PatchRefusedError: The workbook has something that is not changed in its XML.
    """
    with _Copy(content, sheets[0].file, sheets) as copy:
        for index, sheet in enumerate(sheets):
            own = [change for change in changes if change.sheet == sheet.name]
            marks = style.cell_marks(findings, sheet, header_rows.get(index))
            had_marks = copy.is_result and index in header_rows
            if (own or marks or had_marks) and not copy.replaces(sheet):
                copy.patch(sheet, build_marks(sheet, header_rows.get(index), marks, own, lang))
        copy.finish(target, lang, list_finding_lines(findings), changes=changes)


def add_report(target: Path, content: bytes, file: str, report: ReportSheet) -> None:
    """Write a workbook with one more sheet, the first; everything else stays.

    Args:
        target: The file to write.
        content: The workbook.
        file: Its name, for messages.
        report: The sheet.

    Raises:
        PatchRefusedError: The workbook has something that is not changed in its XML.
    """
    with _Copy(content, file) as copy:
        copy.add_report(target, report)


def is_own_page(sheet: Sheet) -> bool:
    """Return whether a sheet is armbulk's Summary or Sign-off: by its name, and a text that only armbulk writes."""
    if not sheet.letters:
        return False
    first = set(sheet.frame[sheet.letters[0]].drop_nulls())
    for words, mark in ((SUMMARY, style.LEGEND), (SIGN_OFF, VERSION_LABEL)):
        names = {text for name in words.all() for text in (name, with_prefix(name))}
        if sheet.name in names and any(mark.text(lang) in first for lang in list_languages()):
            return True
    return False


def _is_own_list(sheet: Sheet) -> bool:
    """Whether a sheet is Problems or Changes of armbulk: a program may have lost the properties that say so."""
    if not is_list_of_cells(sheet):
        return False
    headers = {sheet.frame[letter][0] for letter in sheet.letters}
    lists = (PROBLEM_COLUMNS, style.CHANGE_COLUMNS)
    return any(headers >= {words.text(lang) for words, _ in columns} for columns in lists for lang in list_languages())


class _Copy:
    """A copy of the user's workbook while it is changed."""

    def __init__(self, content: bytes, file: str, sheets: Sequence[Sheet] = ()) -> None:
        """Open it; with its `sheets` as they were read, those that armbulk added before are removed."""
        self._package = Package(content, file)
        if any(name.lower().startswith(_REVISIONS) for name in self._package.archive.names):
            message = "it is a shared workbook"
            raise PatchRefusedError(message)
        self._book = WorkbookPart(self._package)
        self._own_before = doc_props.read_own_sheets(self._package, RESULT_CATEGORY) if sheets else ()
        self._is_template = doc_props.is_template(self._package, TEMPLATE_TITLE)
        others = (sheet for sheet in sheets if sheet.name not in self._own_before)
        again = (sheet.name for sheet in others if is_own_page(sheet) or _is_own_list(sheet))
        self._own_before = (*self._own_before, *again)
        for name in self._own_before:
            self._book.remove_sheet(name)
        self._style_part = next(iter(self._book.relations.targets("styles")), "") or self._add_styles()
        if not self._package.has(self._style_part):
            self._package.content_types.set(self._style_part, _STYLES_TYPE)
            self.styles = StyleBook(XmlPart(f'<styleSheet xmlns="{self._book.namespace}"></styleSheet>'.encode()))
        else:
            self.styles = StyleBook(self._package.xml(self._style_part, depth=4))
        self._package.put(self._style_part, self._render_styles)
        self._package.put(self._book.name, self._render_book)
        self._patches: dict[str, SheetPatch] = {}
        self._block = comments.find_last_block(self._package)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._package.close()

    def _add_styles(self) -> str:
        part = self._package.new_name("xl/styles{}.xml")
        self._book.relations.add("styles", part, is_strict=self._book.is_strict)
        return part

    def _render_styles(self) -> Iterator[bytes]:
        yield self.styles.render()

    def _render_book(self) -> Iterator[bytes]:
        """Yield the main part: it is written after the worksheets, whose filters have grown."""
        for name, patch in self._patches.items():
            if patch.filtered:
                self._book.set_filter(name, patch.filtered)
            if patch.is_wide:
                self._book.repeat_columns(name, patch.key_letter)
        yield self._book.finish()

    @property
    def is_result(self) -> bool:
        """Whether the workbook is an earlier result, or a copy with its problems marked."""
        return bool(self._own_before)

    def replaces(self, sheet: Sheet) -> bool:
        """Return whether a sheet is one of armbulk's own, of an earlier result."""
        return sheet.name in self._own_before

    def patch(self, sheet: Sheet, patch: SheetPatch) -> None:
        """Change a worksheet when the file is written."""
        entry = next((entry for entry in self._book.sheets if entry.name == sheet.name), None)
        if entry is None or sheet.name not in self._book.names or not self._package.has(entry.part):
            message = "a sheet that was read is not found"
            raise PatchRefusedError(message)
        patch.is_own, patch.is_result = self._is_template, self.is_result
        patch.grow_tables(self._package, entry.part)
        drawing = comments.find_drawing(self._package, entry.part)
        patch.drawing_id = comments.add_comments(
            self._package,
            entry.part,
            self._book.namespace,
            patch.comments,
            drawing,
            self._block + 1,
            is_result=self.is_result,
        )
        if patch.drawing_id:
            self._block += comments.count_blocks(len(patch.comments))
        self._package.put(entry.part, lambda: patch.write(self._package.stream(entry.part), self.styles))
        self._patches[sheet.name] = patch
        self._drop_calculations(patch)

    def _drop_calculations(self, patch: SheetPatch) -> None:
        """Remove the order of calculations if a cell in it is no formula any more; Excel makes a new one."""
        for part in self._book.relations.targets("calcChain"):
            if self._package.has(part) and patch.replaces_formula(self._package.read(part)):
                self._package.drop(part)
                self._book.relations.remove_type("calcChain")

    def add_report(self, target: Path, report: ReportSheet) -> None:
        """Add one sheet, and write the file."""
        (title,) = self._choose_titles([report.name])
        part = self._book.add_sheet(title)
        page = OwnSheet(self._book.namespace, self.styles, is_shown=False)
        filtered = page.add_report(report)
        self._book.set_filter(title, filtered)
        self._package.put(part, lambda: page.render(filtered, report.header_row))
        doc_props.forget_titles(self._package)
        self._package.remove_signatures()
        self._package.write(target, (self._book.name, self._style_part))

    def finish(
        self,
        target: Path,
        lang: str,
        lines: Sequence[ProblemLine],
        *,
        summary: SummarySheet | None = None,
        customers: Sequence[CustomerLine] = (),
        changes: Sequence[CorrectedCell] = (),
        provenance: str = "",
    ) -> None:
        """Add armbulk's own sheets, and write the file."""
        sign_off = summary.sign_off if summary else None
        first = [SUMMARY] if summary else [CHANGES] if changes else []
        wanted = (
            *first,
            PROBLEMS,
            *([CUSTOMER_OUTCOMES] if customers else []),
            *([SIGN_OFF] if sign_off else []),
        )
        titles = self._choose_titles([words.text(lang) for words in wanted])
        parts = [self._book.add_sheet(title) for title in titles]
        is_shown = self._book.shows_removed_sheet
        pages = [
            OwnSheet(self._book.namespace, self.styles, is_shown=is_shown and index == 0) for index in range(len(parts))
        ]
        middle = len(first)
        problems = pages[middle].add_problems(lines, lang, frozenset(self._book.names))
        self._book.set_filter(titles[middle], problems)
        for patch in self._patches.values():
            patch.problems = titles[middle]
        self._package.put(parts[middle], lambda: pages[middle].render(problems))
        if customers:
            listed = pages[middle + 1].add_customers(customers, lang, frozenset(self._book.names))
            self._book.set_filter(titles[middle + 1], listed)
            self._package.put(parts[middle + 1], lambda: pages[middle + 1].render(listed))
        if summary:
            pages[0].add_sections(summary.sections, titles[middle])
            self._package.put(parts[0], pages[0].render)
        elif changes:
            changed = pages[0].add_changes(changes, lang)
            self._book.set_filter(titles[0], changed)
            self._package.put(parts[0], lambda: pages[0].render(changed))
        if sign_off:
            pages[-1].add_sign_off(sign_off)
            self._package.put(parts[-1], pages[-1].render)
        doc_props.write_core(self._package, RESULT_CATEGORY, "; ".join(titles))
        doc_props.forget_titles(self._package)
        if provenance:
            doc_props.write_property(self._package, provenance, is_strict=self._book.is_strict)
        self._package.remove_signatures()
        self._package.write(target, (self._book.name, self._style_part))

    def _choose_titles(self, titles: Sequence[str]) -> list[str]:
        """Return names for armbulk's sheets that no other sheet has."""
        taken = {name.casefold() for name in self._book.names}
        chosen = []
        for title in titles:
            name, number = title, 0
            while name.casefold() in taken:
                number += 1
                name = with_prefix(title) if number == 1 else f"{with_prefix(title)} {number}"
            chosen.append(name)
        return chosen
