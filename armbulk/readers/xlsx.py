"""Read Excel workbooks as a stream: the exact text of every value, and the kind of its cell.

A reader of our own, because values must be exact: numbers keep the digits of the file (never floats), error cells and
formulas without a value are distinct from blanks, and a cell is a date by its format.
"""

from dataclasses import dataclass, field

from armbulk.errors import FileError
from armbulk.model.excel import EXCEL_MAX_CELL_CHARS
from armbulk.model.sheet import ReadIssue, Sheet
from armbulk.readers.xlsx_archive import MAX_PARTS, WorkbookArchive
from armbulk.readers.xlsx_worksheet import MAX_RAW_CHARS, SharedParts, WorksheetReader

_MAX_FORMATS = 100_000  # Excel keeps 65,490
_MAX_FORMAT_CHARS = 1_000  # Excel keeps 255 characters
_EXTERNAL_PARTS = ("/externallinks/", "/querytables/", "xl/connections.xml")


@dataclass(slots=True)
class _OpenWorkbook:
    """A workbook while it is read.

    Attributes:
        shared: What its sheets share.
        relations: Relation id → (type, part).
        sheets: (name, relation id, state) of each sheet.
    """

    archive: WorkbookArchive
    shared: SharedParts
    relations: dict[str, tuple[str, str]] = field(default_factory=dict)
    sheets: list[tuple[str, str, str]] = field(default_factory=list)


def read_workbook(content: bytes, name: str, sha256: str) -> list[Sheet]:
    """Read the worksheets of a workbook, hidden ones included; FileError when it cannot be read."""
    archive = WorkbookArchive(content, name)
    try:
        return _read_sheets(_open(archive), name, sha256)
    except (ValueError, KeyError, IndexError, OverflowError) as error:
        raise archive.damaged_error(f"it holds what no workbook holds ({type(error).__name__})") from None
    finally:
        archive.close()


def _open(archive: WorkbookArchive) -> _OpenWorkbook:
    workbook = _OpenWorkbook(archive, SharedParts(archive))
    top = _read_relations(archive, "_rels/.rels")
    main = next((target for kind, target in top.values() if kind.endswith("/officeDocument")), "xl/workbook.xml")
    folder, _, file_name = main.rpartition("/")
    workbook.relations = _read_relations(archive, f"{folder}/_rels/{file_name}.rels".lstrip("/"), folder)
    _read_main_part(workbook, main)
    for part_type, read_part in (("sharedStrings", _read_strings), ("styles", _read_styles)):
        targets = [target for kind, target in workbook.relations.values() if kind.endswith(f"/{part_type}")]
        if len(targets) > 1:
            raise archive.damaged_error(f"it names more than one part of {part_type}")
        for target in targets:
            read_part(workbook.shared, target)
    return workbook


def _read_sheets(workbook: _OpenWorkbook, name: str, sha256: str) -> list[Sheet]:
    _refuse_same_names(workbook, name)
    workbook_issues = _find_issues(workbook)
    sheets = []
    read_parts: set[str] = set()
    for title, relation, state in workbook.sheets:
        kind, target = workbook.relations.get(relation, ("", ""))
        if not kind.endswith("/worksheet"):
            continue  # a chart sheet has no cells
        if target.lower() in read_parts:
            raise workbook.archive.damaged_error(f"two sheets are the same part {target}")
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
                merged_ranges=tuple(reader.merged_ranges),
                issues=issues,
                visible=is_visible,
            )
        )
    return sheets


def _refuse_same_names(workbook: _OpenWorkbook, name: str) -> None:
    titles: dict[str, str] = {}
    for title, _, _ in workbook.sheets:
        key = " ".join(title.split()).casefold()
        if key in titles:
            what = f"{name} has two sheets whose names do not differ: {titles[key]!r} and {title!r}"
            raise FileError("same-sheet-names", what, "Give each a name of its own; case and spaces do not count")
        titles[key] = title


def _find_issues(workbook: _OpenWorkbook) -> tuple[ReadIssue, ...]:
    """Return the issues of the whole workbook; they are reported with its first visible sheet."""
    parts = workbook.archive.parts
    issues = []
    if workbook.shared.since_1904:
        issues.append(ReadIssue("dates-1904"))
    if any(part.endswith("vbaproject.bin") for part in parts):
        issues.append(ReadIssue("macros-ignored"))
    if any(name in part for part in parts for name in _EXTERNAL_PARTS):
        issues.append(ReadIssue("external-links"))
    return tuple(issues)


# --- the parts of a workbook ----------------------------------------------------------------------------


def _local_name(tag: str) -> str:
    return tag.rpartition(":")[2]


def _ignore(*_: object) -> None:
    """Ignore an event of the parser."""


def _read_relations(archive: WorkbookArchive, part: str, folder: str = "") -> dict[str, tuple[str, str]]:
    """Return relation id → (type, part) of a relations part; {} if there is no such part."""
    relations: dict[str, tuple[str, str]] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if _local_name(tag) == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target[1:] if target.startswith("/") else f"{folder}/{target}".lstrip("/")
            relations[attributes.get("Id", "")] = (attributes.get("Type", ""), _resolve_path(path))
        if len(relations) > MAX_PARTS:
            raise archive.damaged_error(f"{part} names more than {MAX_PARTS} parts")

    if part.lower() in archive.parts:
        archive.parse(part, start, _ignore, _ignore)
    return relations


def _resolve_path(path: str) -> str:
    """Return a path without `.` and `..`."""
    resolved: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            resolved = resolved[:-1]
        elif segment not in {"", "."}:
            resolved.append(segment)
    return "/".join(resolved)


def _read_main_part(workbook: _OpenWorkbook, part: str) -> None:
    """Read the names and states of the sheets, and the epoch of dates."""

    def start(tag: str, attributes: dict[str, str]) -> None:
        match _local_name(tag):
            case "workbookPr":
                workbook.shared.since_1904 = attributes.get("date1904", "0") in {"1", "true"}
            case "sheet":
                ids = (value for key, value in attributes.items() if _local_name(key) == "id" and ":" in key)
                sheet = (attributes.get("name", ""), next(ids, ""), attributes.get("state", "visible"))
                workbook.sheets.append(sheet)
                if len(workbook.sheets) > MAX_PARTS:
                    raise workbook.archive.damaged_error(f"it has more than {MAX_PARTS} sheets")

    workbook.archive.parse(part, start, _ignore, _ignore)


def _read_strings(shared: SharedParts, part: str) -> None:
    """Read the shared texts; runs of formatting are joined, phonetic readings are left out."""
    pieces: list[str] = []
    inside = {"t": False, "rPh": False}
    size = 0

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal size
        name = _local_name(tag)
        if name == "si":
            pieces.clear()
            size = 0
        elif name in inside:
            inside[name] = True

    def end(tag: str) -> None:
        name = _local_name(tag)
        if name in inside:
            inside[name] = False
        elif name == "si":
            shared.add_text("".join(pieces))

    def text(piece: str) -> None:
        nonlocal size
        if inside["t"] and not inside["rPh"]:
            size += len(piece)
            if size > MAX_RAW_CHARS:
                what = f"the shared text {len(shared.is_filled)} is longer than {EXCEL_MAX_CELL_CHARS} characters"
                raise shared.archive.damaged_error(what)
            pieces.append(piece)

    shared.archive.parse(part, start, end, text)
    shared.finish_texts()


def _read_styles(shared: SharedParts, part: str) -> None:
    """Read the cell styles, as far as they change what a number means."""
    codes: dict[int, str] = {}
    formats: list[int] = []
    in_cell_styles = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal in_cell_styles
        name = _local_name(tag)
        if name == "numFmt":
            codes[int(attributes.get("numFmtId", "0"))] = attributes.get("formatCode", "")[:_MAX_FORMAT_CHARS]
        elif name == "cellXfs":
            in_cell_styles = True
        elif name == "xf" and in_cell_styles:
            formats.append(int(attributes.get("numFmtId", "0")))
        if len(formats) > _MAX_FORMATS or len(codes) > _MAX_FORMATS:
            raise shared.too_large_error("more than 100,000 cell formats")

    def end(tag: str) -> None:
        nonlocal in_cell_styles
        if _local_name(tag) == "cellXfs":
            in_cell_styles = False

    shared.archive.parse(part, start, end, _ignore)
    for style, number in enumerate(formats):
        shared.formats.add(str(style), number, codes.get(number))
