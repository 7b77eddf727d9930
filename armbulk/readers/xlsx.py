"""Read Excel workbooks as a stream: the exact text of every value, and the kind of its cell.

A reader of our own, because values must be exact: numbers keep the digits of the file (never floats), error cells and
formulas without a value are distinct from blanks, and a cell is a date by its format.
"""

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.model.sheet import ReadIssue, Sheet
from armbulk.readers.xlsx_archive import WorkbookArchive
from armbulk.readers.xlsx_parts import OpenWorkbook, open_workbook
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
        reader = WorksheetReader(workbook.shared, title)
        frame, letters = reader.read(target)
        issues = tuple(reader.list_issues())
        is_visible = state == "visible"
        if is_visible:
            issues, workbook_issues = (*workbook_issues, *issues), ()
        sheets.append(
            Sheet(
                file=name,
                name=title,
                frame=frame,
                letters=letters,
                format="xlsx",
                sha256=sha256,
                hidden_rows=reader.find_hidden_rows(),
                hidden_columns=reader.find_hidden_columns(),
                merged_ranges=tuple(reader.merged_ranges),
                issues=issues,
                visible=is_visible,
            )
        )
    return sheets


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
