"""What both ways of writing share: words, colours, widths, and text that stays text."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from armbulk.findings.frame import RenderedFinding
from armbulk.i18n import Words
from armbulk.mapping.headers import fold_header
from armbulk.model.sheet import Sheet
from armbulk.writers.provenance import Provenance

FIELDS = ("outcome", "message", "warnings", "reference", "batch", "time")
HEADERS = {
    "outcome": Words("ARM outcome", "ARM utfall"),
    "message": Words("ARM message", "ARM melding"),
    "warnings": Words("ARM warnings", "ARM varsler"),
    "reference": Words("ARM reference", "ARM referanse"),
    "batch": Words("ARM batch", "ARM batch"),
    "time": Words("ARM time", "ARM tid"),
}
WIDTHS = {"outcome": 22, "message": 44, "warnings": 44, "reference": 14, "batch": 10, "time": 24}

GREEN, YELLOW, RED, ORANGE, GREY = "DDF0DC", "FFF3C4", "F8D3CF", "FBDDB5", "E7E7E7"
FONT = "Calibri"
HEAD, INK, PALE, RULE, MUTED = "1F3A4D", "FFFFFF", "E3ECF2", "D0D5DA", "66757F"
COLOURS = {
    "created": GREEN,
    "updated": GREEN,
    "unchanged": GREEN,
    "created with warnings": YELLOW,
    "updated with warnings": YELLOW,
    "rejected": RED,
    "held back": RED,
    "conflict": RED,
    "in doubt": ORANGE,
    "not sent": GREY,
    "already sent": GREY,
}

SUMMARY = Words("Summary", "Sammendrag")
PROBLEMS = Words("Problems", "Problemer")
PROBLEM_COLUMNS = (
    (Words("Severity", "Alvor"), 11),
    (Words("Sheet", "Ark"), 16),
    (Words("Cell", "Celle"), 18),
    (Words("Column", "Kolonne"), 20),
    (Words("Value", "Verdi"), 24),
    (Words("What is wrong", "Hva er galt"), 60),
    (Words("What to do", "Hva du gjør"), 60),
    (Words("Code", "Kode"), 22),
)
SEVERITIES = {"error": Words("error", "feil"), "warning": Words("warning", "varsel")}
MARK = "armbulk result"
"""The title property by which armbulk knows its own Summary and Problems sheets again."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")
EXCEL_MAX_CELL_CHARS = 32_767
MOST_SAID = 2_000
"""Characters of a comment; more than people read."""


@dataclass(frozen=True, slots=True)
class SummarySection:
    """A part of the Summary sheet: a title, and labels with values."""

    title: str
    rows: tuple[tuple[str, str | int | Decimal], ...]


@dataclass(frozen=True, slots=True)
class SummarySheet:
    """The first sheet's sections, and what the workbook is to remember of the store."""

    sections: Sequence[SummarySection]
    memory: Provenance | None = None


def inert(text: str) -> str:
    """A text as it may stand in a cell: control characters made visible; never longer than Excel keeps."""
    safe = _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
    return (
        safe
        if len(safe) <= EXCEL_MAX_CELL_CHARS
        else safe[: EXCEL_MAX_CELL_CHARS - 40] + f" … (→ {PROBLEMS.en}/{PROBLEMS.no})"
    )


def rows_of(outcomes: pl.DataFrame, index: int) -> dict[int, tuple[str | None, ...]]:
    """The outcomes of one sheet: row → values in the order of FIELDS."""
    mine = outcomes.filter(pl.col("sheet") == index).select("row", *FIELDS)
    return {row[0]: row[1:] for row in mine.iter_rows()}


def outcome_letters(sheet: Sheet, header_row: int) -> dict[str, str]:
    """The outcome columns an earlier result left in the sheet: field → letter."""
    header = sheet.frame.filter(pl.col("row") == header_row)
    by_name = {fold_header(text): name for name, words in HEADERS.items() for text in (words.en, words.no)}
    found: dict[str, str] = {}
    for letter in sheet.letters:
        text = header[letter][0] if header.height else None
        if text and fold_header(text) in by_name:
            found.setdefault(by_name[fold_header(text)], letter)
    return found


def problem_row(told: RenderedFinding, headers: Mapping[str, Words], lang: str) -> tuple[str, ...]:
    """One problem as the cells of its row."""
    name = told["field"] or ""
    column = headers[name].text(lang) if name in headers else (told["column"] or "")
    return (
        SEVERITIES[told["severity"]].text(lang),
        told["sheet"],
        told["cell"] or (f"{told['sheet']}!{told['row']}" if told["row"] else ""),
        column,
        told["value"] or "",
        told["message"],
        told["fix"],
        told["code"],
    )


def marks(
    problems: Sequence[RenderedFinding], sheet: Sheet, header_row: int | None
) -> dict[tuple[int, str], tuple[str, str]]:
    """Where a sheet's problems are: (row, letter) → (colour, what to say there).

    What has no cell of its own is told at the first cell of its row, or of the header.
    """
    found: dict[tuple[int, str], tuple[str, str]] = {}
    for told in problems:
        if told["file"] != sheet.file or told["sheet"] != sheet.name or not sheet.letters:
            continue
        place = (told["row"] or header_row or 1, told["column"] or sheet.letters[0])
        colour, text = found.get(place, (YELLOW, ""))
        said = f"{told['message']}\n→ {told['fix']}"
        found[place] = (RED if told["severity"] == "error" else colour, f"{text}\n\n{said}".strip()[:MOST_SAID])
    return found


def titles(sheets: Sequence[Sheet], taken: Sequence[str]) -> list[str]:
    """Sheet names that Excel accepts, each of its own."""
    used = {name.casefold() for name in taken}
    found = []
    for sheet in sheets:
        base = re.sub(r"[\[\]:*?/\\']", "_", sheet.name)[:31] or "Sheet"
        name, number = base, 2
        while name.casefold() in used:
            name, number = f"{base[:27]} ({number})", number + 1
        used.add(name.casefold())
        found.append(name)
    return found
