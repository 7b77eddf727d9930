"""The lines of the Problems sheet: what needs work first, one line for each record and cause."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from armbulk.findings.frame import RenderedFinding, cause_of_column, name_place
from armbulk.i18n import NO, YES, Words, _, ngettext
from armbulk.writers import style
from armbulk.writers.customer_sheet import CustomerLine

PROBLEM_COLUMNS = (
    (_("Needs work"), 16),
    (_("Status"), 20),
    (_("Sheet"), 13),
    (_("Cell"), 16),
    (_("Number"), 14),
    (_("Column"), 17),
    (_("Value"), 22),
    (_("What is wrong"), 46),
    (_("What to do"), 46),
    (_("Code"), 20),
)
CELL_COLUMN = 3
"""The column of PROBLEM_COLUMNS with the link to the cell."""

FIRST_ROW = 2
"""The row of the first line."""

_STATUSES = {
    "error": (_("error"), style.RED),
    "warning": (_("warning"), style.YELLOW),
}
_MANY_ROWS = 10
_LINE_HEIGHT, _MAX_ROW_HEIGHT = 15.0, 405.0  # points
_EDGE = 2  # letters less that surely fit a line than the width of its column


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """A line of the Problems sheet.

    Attributes:
        finding: What is wrong, and where.
        status: The outcome of the record in words; "": the severity of the finding.
        mark: Its colour and symbol, as `style.key_mark` has them; "": those of the severity.
        number: The number of the record.
        other_rows: More rows of the record with the same cause.
    """

    finding: RenderedFinding
    status: str = ""
    mark: str = ""
    number: str = ""
    other_rows: tuple[int, ...] = ()

    @property
    def needs_work(self) -> bool:
        """Whether a person has to do something before ARM has the record."""
        return self.finding["severity"] == "error"

    @property
    def colour(self) -> str:
        """The colour of its first cells."""
        return self.mark[:6] or _STATUSES[self.finding["severity"]][1]

    def list_cells(self, headers: Mapping[str, Words], lang: str) -> tuple[str, ...]:
        """Return its cells, in the order of PROBLEM_COLUMNS."""
        finding = self.finding
        name = finding["field"] or ""
        words, colour = _STATUSES[finding["severity"]]
        status, symbol = self.status or words.text(lang), self.mark[6:] or ("" if self.mark else style.SYMBOLS[colour])
        return (
            (YES if self.needs_work else NO).text(lang),
            f"{symbol} {status}".strip(),
            finding["sheet"],
            name_place(finding),
            self.number,
            headers[name].text(lang) if name in headers else (finding["column"] or ""),
            finding["value"] or "",
            f"{finding['message']}{self._name_other_rows(lang)}",
            finding["fix"],
            finding["code"],
        )

    def _name_other_rows(self, lang: str) -> str:
        if not self.other_rows:
            return ""
        rows = ", ".join(map(str, self.other_rows[:_MANY_ROWS]))
        if len(self.other_rows) > _MANY_ROWS:
            rows += " …"
        return "\n" + _OTHER_ROWS.fill(rows=rows, count=len(self.other_rows)).text(lang)


@dataclass(frozen=True, slots=True)
class ProblemSheet:
    """The problems of a workbook.

    Attributes:
        findings: What is wrong, at each cell.
        lines: The lines of the Problems sheet.
        customers: The lines of the sheet with the customers of a list of documents; none: there is no such sheet.
    """

    findings: Sequence[RenderedFinding]
    lines: Sequence[ProblemLine]
    customers: Sequence[CustomerLine] = ()


def list_finding_lines(findings: Sequence[RenderedFinding]) -> list[ProblemLine]:
    """Return a line for each finding, and one for warnings about a whole column; the errors come first."""
    lines: dict[tuple[object, ...], tuple[RenderedFinding, list[int]]] = {}
    ordered = sorted(findings, key=lambda finding: finding["severity"] != "error")
    for number, finding in enumerate(ordered):
        first, rows = lines.setdefault(cause_of_column(finding) or (number,), (finding, []))
        if first is not finding and finding["row"] is not None:
            rows.append(finding["row"])
    return [ProblemLine(finding, other_rows=tuple(rows)) for finding, rows in lines.values()]


_OTHER_ROWS = ngettext("Also in row {rows}.", "Also in {count} more rows: {rows}.")


def row_height(cells: Sequence[str]) -> float:
    """Return the height of a line in points, so that its sentences are read in full.

    Not every program calculates the heights of wrapped rows.
    """
    columns = zip(cells, PROBLEM_COLUMNS, strict=True)
    return min(_LINE_HEIGHT * max(count_lines(text, width - _EDGE) for text, (_, width) in columns), _MAX_ROW_HEIGHT)


def count_lines(text: str, width: int) -> int:
    """Return how many lines a text takes that is wrapped at a width."""
    if len(text) <= width and "\n" not in text:
        return 1
    return sum(max(1, len(textwrap.wrap(line, width))) for line in text.split("\n"))
