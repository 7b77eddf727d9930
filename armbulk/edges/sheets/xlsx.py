"""Excel workbooks, read as a stream: the exact text of every value, and what kind of cell it was.

Our own reader, because values must be exact: numbers stay the digits of the file (never floats), error cells and
formulas without a value are told apart from blanks, and dates are dates by the cell's format.
"""

import re
from dataclasses import dataclass, field

from armbulk.edges.sheets.gate import Archive
from armbulk.edges.sheets.worksheet import Book, Worksheet, text_of
from armbulk.errors import FileError
from armbulk.model import Fault, Sheet

_BUILTIN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_BUILTIN_PERCENT = frozenset({9, 10})


@dataclass(slots=True)
class _Opened:
    """A workbook while it is read: its archive, what all sheets share, and its parts by relation."""

    archive: Archive
    book: Book
    relations: dict[str, tuple[str, str]] = field(default_factory=dict)
    sheets: list[tuple[str, str, str]] = field(default_factory=list)  # name, relation, state


def read(content: bytes, name: str, sha256: str) -> list[Sheet]:
    """Read the worksheets of a workbook, the hidden ones marked as such; FileError when it cannot be read."""
    archive = Archive(content, name)
    try:
        return _sheets(_open(archive), name, sha256)
    except (ValueError, KeyError, IndexError, OverflowError) as error:
        raise archive.damaged(f"it holds what no workbook holds ({type(error).__name__})") from None
    finally:
        archive.close()


def _open(archive: Archive) -> _Opened:
    opened = _Opened(archive, Book(archive))
    top = _relations(archive, "_rels/.rels")
    main = next((target for kind, target in top.values() if kind.endswith("/officeDocument")), "xl/workbook.xml")
    folder, _, leaf = main.rpartition("/")
    opened.relations = _relations(archive, f"{folder}/_rels/{leaf}.rels".lstrip("/"), folder)
    _workbook(opened, main)
    for kind, target in opened.relations.values():
        if kind.endswith("/sharedStrings"):
            _strings(opened.book, target)
        elif kind.endswith("/styles"):
            _styles(opened.book, target)
    return opened


def _sheets(opened: _Opened, name: str, sha256: str) -> list[Sheet]:
    names = [" ".join(title.split()).casefold() for title, _, _ in opened.sheets]
    double = next(
        (title for (title, _, _), key in zip(opened.sheets, names, strict=True) if names.count(key) > 1), None
    )
    if double is not None:
        raise FileError("same-sheet-names", f"{name} has two sheets called {double!r}", "Give each a name of its own")
    faults = _about(opened)
    found = []
    for title, relation, state in opened.sheets:
        kind, target = opened.relations.get(relation, ("", ""))
        if not kind.endswith("/worksheet"):
            continue  # a chart sheet has no cells
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


def _about(opened: _Opened) -> tuple[Fault, ...]:
    """What is to be told of the whole workbook; it is told at its first visible sheet."""
    parts = [part.lower() for part in opened.archive.parts]
    told = []
    if opened.book.since_1904:
        told.append(Fault("dates-1904"))
    if any(part.endswith("vbaproject.bin") for part in parts):
        told.append(Fault("macros-ignored"))
    if any("/externallinks/" in part or part.endswith("xl/connections.xml") for part in parts):
        told.append(Fault("external-links"))
    return tuple(told)


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _nothing(*_: object) -> None:
    """Handler for what does not matter."""


def _relations(archive: Archive, part: str, folder: str = "") -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, given: dict[str, str]) -> None:
        if _local(tag) == "Relationship" and given.get("TargetMode") != "External":
            target = given.get("Target", "")
            path = target[1:] if target.startswith("/") else f"{folder}/{target}".lstrip("/")
            found[given.get("Id", "")] = (given.get("Type", ""), _plain(path))

    if part in archive.parts:
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

    opened.archive.parse(part, start, _nothing, _nothing)


def _strings(book: Book, part: str) -> None:
    """The shared texts; phonetic readings are left out, runs of formatting are put together."""
    pieces: list[str] = []
    inside = {"t": False, "rPh": False}

    def start(tag: str, _: dict[str, str]) -> None:
        name = _local(tag)
        if name == "si":
            pieces.clear()
        elif name in inside:
            inside[name] = True

    def end(tag: str) -> None:
        name = _local(tag)
        if name in inside:
            inside[name] = False
        elif name == "si":
            book.add_string(text_of(book, "".join(pieces)))

    def text(piece: str) -> None:
        if inside["t"] and not inside["rPh"]:
            pieces.append(piece)

    book.archive.parse(part, start, end, text)


def _styles(book: Book, part: str) -> None:
    """What cell formats make of a number: a date or time, a percentage, zeros in front."""
    codes: dict[int, str] = {}
    formats: list[int] = []
    inside = [False]

    def start(tag: str, given: dict[str, str]) -> None:
        name = _local(tag)
        if name == "numFmt":
            codes[int(given.get("numFmtId", "0"))] = given.get("formatCode", "")
        elif name == "cellXfs":
            inside[0] = True
        elif name == "xf" and inside[0]:
            formats.append(int(given.get("numFmtId", "0")))

    def end(tag: str) -> None:
        if _local(tag) == "cellXfs":
            inside[0] = False

    book.archive.parse(part, start, end, _nothing)
    for style, number in enumerate(formats):
        _style(book, str(style), number, codes.get(number))


def _style(book: Book, style: str, number: int, code: str | None) -> None:
    """Remember what one cell format makes of a number; `code` is null for Excel's built-in formats."""
    if code is None:
        if number in _BUILTIN_DATES:
            book.dates.add(style)
        elif number in _BUILTIN_PERCENT:
            book.percents.add(style)
        return
    first = code.split(";", maxsplit=1)[0]
    if is_date_format(code):
        book.dates.add(style)
    elif "%" in _bare(code):
        book.percents.add(style)
    elif re.fullmatch(r"0{2,15}", first):
        book.widths[style] = len(first)


def _bare(code: str) -> str:
    """A format code's first section, without what it prints as it stands."""
    return re.sub(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', "", code.split(";", maxsplit=1)[0])


def is_date_format(code: str) -> bool:
    """Whether a number format shows a date or a time: d, m, y, h or s outside quotes, brackets and escapes."""
    first = code.split(";", maxsplit=1)[0]
    if re.search(r"\[(h+|m+|s+)\]", first, re.IGNORECASE):
        return True
    bare = _bare(code)
    return bool(re.search(r"[dmyhs]", bare, re.IGNORECASE)) and "general" not in bare.lower()
