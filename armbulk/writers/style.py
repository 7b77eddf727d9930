"""What both writers of result workbooks share: texts, colours, widths, and text that stays text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from armbulk.findings.frame import DECIDED_CODES, RenderedFinding, cause_of_column, is_quiet
from armbulk.i18n import _
from armbulk.model.corrected_cell import CorrectedCell
from armbulk.model.excel import EXCEL_MAX_CELL_CHARS
from armbulk.model.outcome import Outcome
from armbulk.model.result_columns import PROBLEMS
from armbulk.model.sheet import Sheet
from armbulk.writers.provenance import Provenance
from armbulk.writers.section import Section
from armbulk.writers.sign_off import SignOff

OUTCOME_WIDTHS = {"outcome": 22, "message": 44, "warnings": 44, "reference": 14, "batch": 10, "time": 24}

GREEN, YELLOW, RED, ORANGE, GREY = "DDF0DC", "FFF3C4", "F8D3CF", "FBDDB5", "E7E7E7"
BLUE = "D3E5F6"
"""The colour of corrected cells."""
FONT = "Calibri"
HEAD, INK, PALE, RULE, MUTED = "1F3A4D", "FFFFFF", "E3ECF2", "D0D5DA", "66757F"
OUTCOME_COLOURS = {
    Outcome.CREATED: GREEN,
    Outcome.UPDATED: GREEN,
    Outcome.UNCHANGED: GREEN,
    Outcome.CREATED_WITH_WARNINGS: YELLOW,
    Outcome.UPDATED_WITH_WARNINGS: YELLOW,
    Outcome.REJECTED: RED,
    Outcome.HELD_BACK: RED,
    Outcome.CONFLICT: RED,
    Outcome.IN_DOUBT: ORANGE,
    Outcome.NOT_SENT: GREY,
    Outcome.ALREADY_SENT: GREY,
}
SYMBOLS = {GREEN: "✓", YELLOW: "!", RED: "✗", ORANGE: "?"}
OUTCOME_SYMBOLS = {
    **{outcome: SYMBOLS.get(colour, "") for outcome, colour in OUTCOME_COLOURS.items()},
    Outcome.ALREADY_SENT: "✓",
}
"""The symbol that the key cell of a record shows, so that its outcome is seen without colours, too."""

COLOURED_FIELD = "outcome"
"""The outcome column whose cells are coloured by OUTCOME_COLOURS."""

CHANGE_COLUMNS = (
    (_("Sheet"), 16),
    (_("Cell"), 18),
    (_("Column"), 20),
    (_("Before"), 30),
    (_("After"), 30),
    (_("What was wrong"), 60),
    (_("Code"), 22),
)
LEGEND = _("Colours and symbols")
"""The heading on the Summary sheet above what the colours mean."""

MAX_COMMENT_CHARS = 2_000
"""Characters of a cell's comment; more than people read."""

CUT_CHARS, CUT_MARK = EXCEL_MAX_CELL_CHARS - 40, f" … (→ {'/'.join(PROBLEMS.all())})"
"""How many characters stay of a text that is too long for a cell, and what follows them."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SummarySheet:
    """The sections of the first sheet, which store the workbook comes from, and the page to sign."""

    sections: Sequence[Section]
    provenance: Provenance | None = None
    sign_off: SignOff | None = None


@dataclass(frozen=True, slots=True)
class SheetHeader:
    """The header of a sheet.

    Attributes:
        row: its row.
        key_letter: the letter of the column with the records' keys; "" for none.
    """

    row: int
    key_letter: str = ""


def escape_text(text: str) -> str:
    """Return a text that fits into a cell: control characters as their escape sequences, cut at Excel's limit."""
    safe = _CONTROL.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
    if len(safe) <= EXCEL_MAX_CELL_CHARS:
        return safe
    return safe[:CUT_CHARS] + CUT_MARK


def key_mark(outcome: Outcome) -> str:
    """Return the colour and the symbol of a key cell, such as `DDF0DC✓`; the symbol may be missing."""
    return OUTCOME_COLOURS[outcome] + OUTCOME_SYMBOLS[outcome]


def cell_marks(
    findings: Sequence[RenderedFinding], sheet: Sheet, header_row: int | None
) -> dict[tuple[int, str], tuple[str, str]]:
    """Return the cells of a sheet that have findings: (row, letter) → (colour, comment).

    A finding without a cell is at the first cell of its row, or of the header. A warning about the whole sheet is a
    comment only: the letters of a header may be white. A row that is left out as a person has decided is grey. A
    warning about many cells after which nothing has to be done is a comment of the first one.
    """
    marks: dict[tuple[int, str], tuple[str, str]] = {}
    known_causes = set()
    for finding in findings:
        if finding["file"] != sheet.file or finding["sheet"] != sheet.name or not sheet.letters:
            continue
        if is_quiet(finding):
            cause = cause_of_column(finding)
            if cause in known_causes:
                continue
            known_causes.add(cause)
        cell = (finding["row"] or header_row or 1, finding["column"] or sheet.letters[0])
        colour, text = marks.get(cell, ("", ""))
        if finding["code"] in DECIDED_CODES:
            colour = colour or GREY
        elif (finding["row"] or finding["column"]) and not is_quiet(finding):
            colour = YELLOW if colour in {"", GREY} else colour
        comment = f"{text}\n\n{finding['message']}\n→ {finding['fix']}".strip()[:MAX_COMMENT_CHARS]
        marks[cell] = (RED if finding["severity"] == "error" else colour, comment)
    return marks


def change_cells(change: CorrectedCell) -> tuple[str, ...]:
    """Return the cells of a correction's row, in the order of CHANGE_COLUMNS."""
    return (change.sheet, change.cell, change.header, change.before, change.after, change.reason, change.code)


def describe_change(change: CorrectedCell, lang: str) -> str:
    """Return the comment of a corrected cell."""
    before = _("Before: {text}", text=change.before) if change.before else _("Before: blank")
    return f"{before.text(lang)}\n{change.reason}".strip()[:MAX_COMMENT_CHARS]


def sheet_titles(sheets: Sequence[Sheet], taken: Sequence[str]) -> list[str]:
    """Return names for sheets that Excel accepts, different from each other and from those `taken`."""
    used = {name.casefold() for name in taken}
    titles = []
    for sheet in sheets:
        base = re.sub(r"[\[\]:*?/\\']", "_", sheet.name)[:31] or "Sheet"
        title, number = base, 2
        while title.casefold() in used:
            title, number = f"{base[:27]} ({number})", number + 1
        used.add(title.casefold())
        titles.append(title)
    return titles
