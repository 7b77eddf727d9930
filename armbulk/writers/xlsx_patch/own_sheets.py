"""The sheets that armbulk adds to a workbook: Summary, Problems, Changes."""

from collections.abc import Sequence
from decimal import Decimal

from armbulk.findings.frame import RenderedFinding
from armbulk.i18n import Text
from armbulk.model.corrected_cell import CorrectedCell
from armbulk.readers.cell_buffer import to_letters
from armbulk.resources import list_field_headers
from armbulk.writers import style
from armbulk.writers.section import Row, Section, Value
from armbulk.writers.xlsx_patch.style_book import OwnStyle, StyleBook
from armbulk.writers.xlsx_patch.texts import escape_cell_text
from armbulk.writers.xlsx_patch.xml_part import escape_attribute

_MAX_LINKS = 65_000  # Excel keeps 65,530 in a sheet
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_LABEL_WIDTH, _VALUE_WIDTH = 48, 70
_TITLE_HEIGHT, _SECTION_HEIGHT, _TEXT_HEIGHT = 26, 18, 30


class OwnSheet:
    """A sheet of armbulk's own while it is built."""

    def __init__(self, namespace: str, styles: StyleBook, *, is_shown: bool) -> None:
        """Begin a sheet; `is_shown`: it is the one that is shown when the file is opened."""
        self._namespace, self._styles, self._is_shown = namespace, styles, is_shown
        self._rows: list[str] = []
        self._links: list[str] = []
        self._merged: list[str] = []
        self._widths: list[float] = []

    def _cell(self, row: int, column: int, value: Value, own: OwnStyle) -> str:
        start = f'<c r="{to_letters(column)}{row}" s="{self._styles.add(own)}"'
        if isinstance(value, int | Decimal):
            return f"{start}><v>{Decimal(value).normalize():f}</v></c>"
        if not value:
            return f"{start}/>"
        return f'{start} t="inlineStr"><is><t xml:space="preserve">{escape_cell_text(value)}</t></is></c>'

    def _add_row(self, cells: str, height: float = 0) -> None:
        number = len(self._rows) + 1
        custom = f' ht="{height:g}" customHeight="1"' if height else ""
        self._rows.append(f'<row r="{number}"{custom}>{cells}</row>')

    def _add_head(self, columns: Sequence[tuple[Text, int]], lang: str) -> None:
        head = OwnStyle(style.HEAD, "head")
        self._add_row("".join(self._cell(1, index, words.text(lang), head) for index, (words, _) in enumerate(columns)))
        self._widths = [width for _, width in columns]

    def _link(self, row: int, column: int, sheet: str, cell: str) -> None:
        if len(self._links) < _MAX_LINKS:
            quoted = sheet.replace("'", "''")
            location = escape_attribute(f"'{quoted}'!{cell}")
            self._links.append(f'<hyperlink ref="{to_letters(column)}{row}" location="{location}"/>')

    def add_sections(self, sections: Sequence[Section]) -> None:
        """Add the sections of the Summary sheet."""
        self._widths = [_LABEL_WIDTH, _VALUE_WIDTH]
        for section in sections:
            is_first = not self._rows
            own = OwnStyle(font="title" if is_first else "section")
            self._add_row(
                self._cell(len(self._rows) + 1, 0, section.title, own), _TITLE_HEIGHT if is_first else _SECTION_HEIGHT
            )
            for values in section.rows:
                self._add_values(values)
            self._add_row("")

    def _add_values(self, values: Row) -> None:
        label, value = values
        row = len(self._rows) + 1
        if not label:
            self._merged.append(f"A{row}:B{row}")
            self._add_row(self._cell(row, 0, str(value), OwnStyle(is_wrapped=True)), _TEXT_HEIGHT)
            return
        number = "@" if isinstance(value, str) else "#,##0" if isinstance(value, int) else "#,##0.00"
        own = OwnStyle(number_format=number, is_left=True, has_line=True)
        self._add_row(self._cell(row, 0, str(label), OwnStyle(has_line=True)) + self._cell(row, 1, value, own))

    def add_problems(self, findings: Sequence[RenderedFinding], lang: str, sheet_names: frozenset[str]) -> str:
        """Add the rows of the Problems sheet; return their range."""
        self._add_head(style.PROBLEM_COLUMNS, lang)
        headers = list_field_headers()
        wrapped, link = OwnStyle(is_wrapped=True), OwnStyle(font="link", is_wrapped=True)
        for row, finding in enumerate(findings, start=2):
            texts = style.problem_cells(finding, headers, lang)
            colour = style.RED if finding["severity"] == "error" else style.YELLOW
            styles = [OwnStyle(colour, is_wrapped=True), *[wrapped] * (len(texts) - 1)]
            if finding["row"] and finding["sheet"] in sheet_names:
                self._link(row, 2, finding["sheet"], f"{finding['column'] or 'A'}{finding['row']}")
                styles[2] = link
            cells = (
                self._cell(row, index, text, own) for index, (text, own) in enumerate(zip(texts, styles, strict=True))
            )
            self._add_row("".join(cells), style.problem_row_height(texts))
        return self._range()

    def add_changes(self, changes: Sequence[CorrectedCell], lang: str) -> str:
        """Add the rows of the Changes sheet; return their range."""
        self._add_head(style.CHANGE_COLUMNS, lang)
        wrapped, link = OwnStyle(is_wrapped=True), OwnStyle(font="link", is_wrapped=True)
        for row, change in enumerate(changes, start=2):
            self._link(row, 1, change.sheet, f"{change.column}{change.row}")
            texts = enumerate(style.change_cells(change))
            self._add_row(
                "".join(self._cell(row, index, text, link if index == 1 else wrapped) for index, text in texts)
            )
        return self._range()

    def _range(self) -> str:
        return f"A1:{to_letters(len(self._widths) - 1)}{len(self._rows)}"

    def render(self, filtered: str = "") -> bytes:
        """Return the sheet; with a range to be filtered its first row stays in sight."""
        shown = ' tabSelected="1"' if self._is_shown else ""
        pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if filtered else ""
        grid = "" if filtered else ' showGridLines="0"'
        cols = "".join(
            f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
            for number, width in enumerate(self._widths, start=1)
        )
        merged = "".join(f'<mergeCell ref="{area}"/>' for area in self._merged)
        pieces = [
            f'{_HEAD}<worksheet xmlns="{self._namespace}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>',
            f'<sheetViews><sheetView{grid}{shown} workbookViewId="0">{pane}</sheetView></sheetViews>',
            f"<cols>{cols}</cols><sheetData>{''.join(self._rows)}</sheetData>",
            f'<autoFilter ref="{filtered}"/>' if filtered else "",
            f'<mergeCells count="{len(self._merged)}">{merged}</mergeCells>' if merged else "",
            f"<hyperlinks>{''.join(self._links)}</hyperlinks>" if self._links else "",
            '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>',
            '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>',
        ]
        return "".join(pieces).encode()
