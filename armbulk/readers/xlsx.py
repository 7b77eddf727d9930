"""Excel workbooks, read as a stream: the exact text of every value, and what kind of cell it was.

Our own reader, because values must be exact: numbers stay the digits of the file (never floats), error cells and
formulas without a value are told apart from blanks, and dates are dates by the cell's format.
"""

from dataclasses import dataclass, field

from armbulk.errors import FileError
from armbulk.model.excel import EXCEL_MAX_CELL_CHARS
from armbulk.model.sheet import ReadIssue, Sheet
from armbulk.readers.xlsx_archive import MAX_PARTS, WorkbookArchive
from armbulk.readers.xlsx_worksheet import MAX_RAW_CHARS, SharedParts, Worksheet

_MOST_FORMATS = 100_000  # Excel keeps 65,490
_FROM_ELSEWHERE = ("/externallinks/", "/querytables/", "xl/connections.xml")
_LONGEST_FORMAT = 1_000  # Excel keeps 255 characters


@dataclass(slots=True)
class _Opened:
    """A workbook while it is read: its archive, what all sheets share, and its parts by relation."""

    archive: WorkbookArchive
    book: SharedParts
    relations: dict[str, tuple[str, str]] = field(default_factory=dict)
    sheets: list[tuple[str, str, str]] = field(default_factory=list)  # name, relation, state


def read_workbook(content: bytes, name: str, sha256: str) -> list[Sheet]:
    """Read the worksheets of a workbook, the hidden ones marked as such; FileError when it cannot be read."""
    archive = WorkbookArchive(content, name)
    try:
        return _sheets(_open(archive), name, sha256)
    except (ValueError, KeyError, IndexError, OverflowError) as error:
        raise archive.damaged(f"it holds what no workbook holds ({type(error).__name__})") from None
    finally:
        archive.close()


def _open(archive: WorkbookArchive) -> _Opened:
    opened = _Opened(archive, SharedParts(archive))
    top = _relations(archive, "_rels/.rels")
    main = next((target for kind, target in top.values() if kind.endswith("/officeDocument")), "xl/workbook.xml")
    folder, _, leaf = main.rpartition("/")
    opened.relations = _relations(archive, f"{folder}/_rels/{leaf}.rels".lstrip("/"), folder)
    _workbook(opened, main)
    for what, read_part in (("sharedStrings", _strings), ("styles", _styles)):
        found = [target for kind, target in opened.relations.values() if kind.endswith(f"/{what}")]
        if len(found) > 1:
            raise archive.damaged(f"it names more than one part of {what}")
        for target in found:
            read_part(opened.book, target)
    return opened


def _sheets(opened: _Opened, name: str, sha256: str) -> list[Sheet]:
    _refuse_same_names(opened, name)
    faults = _about(opened)
    found = []
    used: set[str] = set()
    for title, relation, state in opened.sheets:
        kind, target = opened.relations.get(relation, ("", ""))
        if not kind.endswith("/worksheet"):
            continue  # a chart sheet has no cells
        if target.lower() in used:
            raise opened.archive.damaged(f"two sheets are the same part {target}")
        used.add(target.lower())
        page = Worksheet(opened.book, title)
        frame, letters = page.read(target)
        mine = (*faults, *page.faults()) if state == "visible" else tuple(page.faults())
        faults = () if state == "visible" else faults
        shown = state == "visible"
        found.append(
            Sheet(
                name,
                title,
                frame,
                letters,
                "xlsx",
                sha256,
                None,
                page.hidden(),
                tuple(page.merged),
                mine,
                visible=shown,
            )
        )
    return found


def _refuse_same_names(opened: _Opened, name: str) -> None:
    seen: dict[str, str] = {}
    for title, _, _ in opened.sheets:
        key = " ".join(title.split()).casefold()
        if key in seen:
            what = f"{name} has two sheets whose names do not differ: {seen[key]!r} and {title!r}"
            raise FileError("same-sheet-names", what, "Give each a name of its own; case and spaces do not count")
        seen[key] = title


def _about(opened: _Opened) -> tuple[ReadIssue, ...]:
    """What is to be told of the whole workbook; it is told at its first visible sheet."""
    parts = opened.archive.parts
    told = []
    if opened.book.since_1904:
        told.append(ReadIssue("dates-1904"))
    if any(part.endswith("vbaproject.bin") for part in parts):
        told.append(ReadIssue("macros-ignored"))
    if any(any(mark in part for mark in _FROM_ELSEWHERE) for part in parts):
        told.append(ReadIssue("external-links"))
    return tuple(told)


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _nothing(*_: object) -> None:
    """Handler for what does not matter."""


def _relations(archive: WorkbookArchive, part: str, folder: str = "") -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, given: dict[str, str]) -> None:
        if _local(tag) == "Relationship" and given.get("TargetMode") != "External":
            target = given.get("Target", "")
            path = target[1:] if target.startswith("/") else f"{folder}/{target}".lstrip("/")
            found[given.get("Id", "")] = (given.get("Type", ""), _plain(path))
        if len(found) > MAX_PARTS:
            raise archive.damaged(f"{part} names more than {MAX_PARTS} parts")

    if part.lower() in archive.parts:
        archive.parse(part, start, _nothing, _nothing)
    return found


def _plain(path: str) -> str:
    parts: list[str] = []
    for piece in path.split("/"):
        if piece == "..":
            parts = parts[:-1]
        elif piece not in {"", "."}:
            parts.append(piece)
    return "/".join(parts)


def _workbook(opened: _Opened, part: str) -> None:
    def start(tag: str, given: dict[str, str]) -> None:
        match _local(tag):
            case "workbookPr":
                opened.book.since_1904 = given.get("date1904", "0") in {"1", "true"}
            case "sheet":
                relation = next((value for key, value in given.items() if _local(key) == "id" and ":" in key), "")
                opened.sheets.append((given.get("name", ""), relation, given.get("state", "visible")))
                if len(opened.sheets) > MAX_PARTS:
                    raise opened.archive.damaged(f"it has more than {MAX_PARTS} sheets")

    opened.archive.parse(part, start, _nothing, _nothing)


def _strings(book: SharedParts, part: str) -> None:
    """The shared texts; phonetic readings are left out, runs of formatting are put together."""
    pieces: list[str] = []
    inside = {"t": False, "rPh": False}
    size = 0

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal size
        name = _local(tag)
        if name == "si":
            pieces.clear()
            size = 0
        elif name in inside:
            inside[name] = True

    def end(tag: str) -> None:
        name = _local(tag)
        if name in inside:
            inside[name] = False
        elif name == "si":
            book.add_string("".join(pieces))

    def text(piece: str) -> None:
        nonlocal size
        if inside["t"] and not inside["rPh"]:
            size += len(piece)
            if size > MAX_RAW_CHARS:
                raise book.archive.damaged(
                    f"the shared text {len(book.filled)} is longer than {EXCEL_MAX_CELL_CHARS} characters"
                )
            pieces.append(piece)

    book.archive.parse(part, start, end, text)
    book.shared = book.texts.series()


def _styles(book: SharedParts, part: str) -> None:
    """The cell formats, as far as they change what a number is."""
    codes: dict[int, str] = {}
    formats: list[int] = []
    inside = [False]

    def start(tag: str, given: dict[str, str]) -> None:
        name = _local(tag)
        if name == "numFmt":
            codes[int(given.get("numFmtId", "0"))] = given.get("formatCode", "")[:_LONGEST_FORMAT]
        elif name == "cellXfs":
            inside[0] = True
        elif name == "xf" and inside[0]:
            formats.append(int(given.get("numFmtId", "0")))
        if len(formats) > _MOST_FORMATS or len(codes) > _MOST_FORMATS:
            raise book.too_large("more than 100,000 cell formats")

    def end(tag: str) -> None:
        if _local(tag) == "cellXfs":
            inside[0] = False

    book.archive.parse(part, start, end, _nothing)
    for style, number in enumerate(formats):
        book.formats.add(str(style), number, codes.get(number))
