"""Read Excel workbooks as a stream: the exact text of every value, and the kind of its cell.

A reader of our own, because values must be exact: numbers keep the digits of the file (never floats), error cells and
formulas without a value are distinct from blanks, and a cell is a date by its format.
"""

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.model.sheet import ReadIssue, Sheet
from armbulk.readers.xlsx_archive import WorkbookArchive
from armbulk.readers.xlsx_outline import Worksheet
from armbulk.readers.xlsx_parts import OpenWorkbook, open_workbook
from armbulk.readers.xlsx_pieces import UNREADABLE
from armbulk.readers.xlsx_shared import SharedParts
from armbulk.readers.xlsx_tables import find_table_totals
from armbulk.readers.xlsx_vectorised import VectorisedReader
from armbulk.readers.xlsx_worksheet import WorksheetReader

_EXTERNAL_PARTS = ("/externallinks/", "/querytables/", "xl/connections.xml")


def read_workbook(archive: WorkbookArchive, sha256: str) -> list[Sheet]:
    """Read the worksheets of a workbook, hidden ones included; FileError when it cannot be read."""
    try:
        return _read_sheets(open_workbook(archive), archive.name, sha256)
    except (ValueError, KeyError, IndexError, OverflowError) as error:
        raise archive.damaged_error(
            _("it contains something that no workbook contains ({error})", error=type(error).__name__)
        ) from None


def _read_sheets(workbook: OpenWorkbook, name: str, sha256: str) -> list[Sheet]:
    refuse_same_names([sheet[0] for sheet in workbook.sheets], name)
    workbook_issues = _find_issues(workbook)
    sheets = []
    read_parts: set[str] = set()
    for title, relation, state in workbook.sheets:
        if relation not in workbook.relations:
            raise workbook.archive.damaged_error(_("the sheet {sheet} has no content", sheet=title))
        kind, target = workbook.relations[relation]
        if kind != "worksheet":
            continue  # a chart sheet has no cells
        if target.lower() in read_parts:
            raise workbook.archive.damaged_error(_("two sheets use the same part {part}", part=target))
        read_parts.add(target.lower())
        worksheet = _read_worksheet(workbook.shared, title, target)
        count = worksheet.formula_count
        issues = (ReadIssue("formula-values", value=str(count)),) if count else ()
        is_visible = state == "visible"
        if is_visible:
            issues, workbook_issues = (*workbook_issues, *issues), ()
        sheets.append(
            Sheet(
                file=name,
                name=title,
                frame=worksheet.frame,
                letters=worksheet.letters,
                format="xlsx",
                sha256=sha256,
                hidden_rows=worksheet.hidden_rows,
                hidden_columns=worksheet.hidden_columns,
                merged_ranges=worksheet.merged_ranges,
                table_totals=find_table_totals(workbook.archive, target),
                issues=issues,
                visible=is_visible,
            )
        )
    return sheets


def _read_worksheet(shared: SharedParts, title: str, part: str) -> Worksheet:
    """Read a sheet, vectorised if it has the usual shape; FileError when it cannot be read."""
    limits = shared.cells_left, shared.archive.bytes_left
    try:
        return VectorisedReader(shared, title).read(part)
    except UNREADABLE:  # the careful reader reads what is unusual, and names what is wrong
        shared.cells_left, shared.archive.bytes_left = limits
        return WorksheetReader(shared, title).read(part)


def refuse_same_names(titles: list[str], name: str) -> None:
    """Refuse sheets whose names differ only by case and spaces (FileError)."""
    known: dict[str, str] = {}
    for title in titles:
        key = " ".join(title.split()).casefold()
        if key in known:
            what = _(
                "{name} has two sheets with the same name: '{known}' and '{title}'",
                name=name,
                known=known[key],
                title=title,
            )
            raise FileError(
                "same-sheet-names",
                what,
                _("Give each sheet its own name. Upper and lower case and spaces make no difference."),
            )
        known[key] = title


def _find_issues(workbook: OpenWorkbook) -> tuple[ReadIssue, ...]:
    """Return the issues of the whole workbook; they are reported with its first visible sheet."""
    parts = workbook.archive.parts
    issues = []
    if workbook.shared.since_1904:
        issues.append(ReadIssue("dates-1904"))
    if any(part.endswith("vbaproject.bin") for part in parts):
        issues.append(ReadIssue("macros-ignored"))
    if any(part.startswith("_xmlsignatures/") for part in parts):
        issues.append(ReadIssue("signature-removed"))
    if any(name in part for part in parts for name in _EXTERNAL_PARTS):
        issues.append(ReadIssue("external-links"))
    return tuple(issues)
