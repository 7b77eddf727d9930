"""Excel workbooks, read as a stream: the exact text of every value, and what kind of cell it was.

Our own reader, because values must be exact: numbers stay the digits of the file (never floats), error cells and
formulas without a value are told apart from blanks, and dates are dates by the cell's format.
"""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import Any
from xml.parsers import expat

import polars as pl

from armbulk.edges.sheets.columns import LONGEST, frame_of
from armbulk.errors import FileError

MOST_PARTS = 2_000
MOST_BYTES = 256 * 1024 * 1024
MOST_CELLS = 5_000_000
_CHUNK = 1 << 16
_BUILTIN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's dates have no time zone
_LAST_SERIAL = 2_958_466

Table = tuple[str, pl.DataFrame, tuple[str, ...]]


@dataclass(slots=True)
class _Book:
    """An open workbook: its zip, its name in messages, its texts and date formats."""

    zip: zipfile.ZipFile
    name: str
    left: int = MOST_BYTES
    cells: int = 0
    strings: list[str] = field(default_factory=list)
    dates: frozenset[int] = frozenset()
    since_1904: bool = False

    def damaged(self, what: str) -> FileError:
        return FileError("damaged", f"{self.name} is damaged: {what}", "Open it in Excel and save it again")


def read(content: bytes, name: str) -> list[Table]:
    """Read the visible worksheets of a workbook: (name, frame, letters) of each, as model.Sheet tells."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _tables(_Book(archive, name))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError) as error:
        raise FileError(
            "damaged", f"{name} is damaged or not a workbook ({type(error).__name__})", "Save it again as .xlsx"
        ) from None


def _tables(book: _Book) -> list[Table]:
    names = [info.filename.lower() for info in book.zip.infolist()]
    if len(names) > MOST_PARTS or len(set(names)) != len(names):
        raise book.damaged("it has too many parts, or one part twice")
    top = _relations(book, "_rels/.rels")
    main = next((target for kind, target in top.values() if kind.endswith("/officeDocument")), "xl/workbook.xml")
    folder = main.rpartition("/")[0]
    relations = _relations(book, f"{folder}/_rels/{main.rpartition('/')[2]}.rels", folder)
    sheets = _workbook(book, main)
    for kind, target in relations.values():
        if kind.endswith("/sharedStrings"):
            _strings(book, target)
        elif kind.endswith("/styles"):
            _styles(book, target)
    found = []
    for title, relation, state in sheets:
        kind, target = relations.get(relation, ("", ""))
        if state == "visible" and kind.endswith("/worksheet"):
            found.append((title, *_Worksheet(book, title).read(target)))
    return found


def _parse(
    book: _Book, part: str, start: Callable[..., Any], end: Callable[..., Any], text: Callable[..., Any]
) -> None:
    """Run one part through expat, refusing DTDs, counting bytes as they unpack."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text

    def refuse(*_: object) -> None:
        raise book.damaged(f"{part} contains a DTD")

    parser.StartDoctypeDeclHandler = refuse
    try:
        with book.zip.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                book.left -= len(chunk)
                if book.left < 0:
                    raise book.damaged(f"{part} expands past 256 MiB")
                parser.Parse(chunk, False)  # noqa: FBT003 - expat's own signature
            parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, zipfile.BadZipFile, LookupError) as error:
        if isinstance(error, KeyError):
            raise book.damaged(f"{part} is missing") from None
        raise book.damaged(f"{part}: {error}") from None


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _nothing(*_: object) -> None:
    """Handler for what does not matter."""


def _relations(book: _Book, part: str, folder: str = "") -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}

    def start(tag: str, given: dict[str, str]) -> None:
        if _local(tag) == "Relationship" and given.get("TargetMode") != "External":
            target = given.get("Target", "")
            path = target[1:] if target.startswith("/") else f"{folder}/{target}".lstrip("/")
            found[given.get("Id", "")] = (given.get("Type", ""), _plain(path))

    if part in book.zip.namelist():
        _parse(book, part, start, _nothing, _nothing)
    return found


def _plain(path: str) -> str:
    parts: list[str] = []
    for piece in path.split("/"):
        if piece == "..":
            parts = parts[:-1]
        elif piece not in {"", "."}:
            parts.append(piece)
    return "/".join(parts)


def _workbook(book: _Book, part: str) -> list[tuple[str, str, str]]:
    found = []

    def start(tag: str, given: dict[str, str]) -> None:
        match _local(tag):
            case "workbookPr":
                book.since_1904 = given.get("date1904", "0") in {"1", "true"}
            case "sheet":
                relation = next((value for key, value in given.items() if _local(key) == "id" and ":" in key), "")
                found.append((given.get("name", ""), relation, given.get("state", "visible")))

    _parse(book, part, start, _nothing, _nothing)
    return found


def _strings(book: _Book, part: str) -> None:
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
            book.strings.append(_text(book, "".join(pieces)))

    def text(piece: str) -> None:
        if inside["t"] and not inside["rPh"]:
            pieces.append(piece)

    _parse(book, part, start, end, text)


def _text(book: _Book, text: str) -> str:
    if len(text) > LONGEST:
        raise book.damaged(f"a text is longer than {LONGEST} characters")
    if "_x" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), text)
    return text.strip()


def _styles(book: _Book, part: str) -> None:
    """Which cell formats show a number as a date or a time."""
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

    _parse(book, part, start, end, _nothing)
    book.dates = frozenset(
        style
        for style, number in enumerate(formats)
        if (is_date_format(codes[number]) if number in codes else number in _BUILTIN_DATES)
    )


def is_date_format(code: str) -> bool:
    """Whether a number format shows a date or a time: d, m, y, h or s outside quotes, brackets and escapes."""
    first = code.split(";", maxsplit=1)[0]
    if re.search(r"\[(h+|m+|s+)\]", first, re.IGNORECASE):
        return True
    bare = re.sub(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]', "", first)
    return bool(re.search(r"[dmyhs]", bare, re.IGNORECASE)) and "general" not in bare.lower()


class _Worksheet:
    """One worksheet, as its events go by."""

    def __init__(self, book: _Book, title: str) -> None:
        self._book, self._title = book, title
        self._rows: list[int] = []
        self._cells: dict[int, tuple[list[int], list[str], list[str]]] = {}
        self._row = 0
        self._column = -1
        self._given: dict[str, str] = {}
        self._pieces: list[str] = []
        self._formula: list[str] | None = None
        self._wanted: list[str] | None = None
        self._skip = False

    def read(self, part: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
        _parse(self._book, part, self._start, self._end, self._text)
        return frame_of(self._rows, self._cells)

    def _start(self, tag: str, given: dict[str, str]) -> None:
        name = _local(tag) if ":" in tag else tag
        if name == "c":
            self._begin_cell(given)
        elif name in {"v", "t"}:
            self._wanted = self._pieces
        elif name == "f":
            self._formula = self._wanted = []
        elif name == "row":
            self._begin_row(given)
        elif name == "rPh":
            self._skip = True

    def _text(self, piece: str) -> None:
        if self._wanted is not None and not self._skip:
            self._wanted.append(piece)

    def _end(self, tag: str) -> None:
        name = _local(tag) if ":" in tag else tag
        if name == "c":
            self._end_cell()
        elif name in {"v", "t", "f"}:
            self._wanted = None
        elif name == "rPh":
            self._skip = False

    def _begin_row(self, given: dict[str, str]) -> None:
        number = int(given.get("r", self._row + 1))
        if not self._row < number <= 1_048_576:
            raise self._book.damaged(f"the rows of {self._title} are out of order at row {number}")
        self._row, self._column = number, -1

    def _begin_cell(self, given: dict[str, str]) -> None:
        column = self._column + 1
        if "r" in given:
            column = self._place(given["r"])
        if column <= self._column:
            raise self._book.damaged(f"{self._title}!{given.get('r')} stands twice or out of order")
        self._column, self._given = column, given
        self._pieces, self._formula = [], None
        self._book.cells += 1
        if self._book.cells > MOST_CELLS:
            raise FileError("too-large", f"{self._book.name} has more than 5,000,000 cells", "Split the file")

    def _place(self, reference: str) -> int:
        found = re.fullmatch(r"([A-Z]{1,3})([0-9]+)", reference)
        if found is None or int(found.group(2)) != self._row:
            raise self._book.damaged(f"the cell {reference} stands in row {self._row} of {self._title}")
        index = 0
        for letter in found.group(1):
            index = index * 26 + ord(letter) - 64
        return index - 1

    def _end_cell(self) -> None:
        text, kind = self._value("".join(self._pieces))
        if not text:
            return
        if not self._rows or self._rows[-1] != self._row:
            self._rows.append(self._row)
        cells = self._cells.get(self._column)
        if cells is None:
            cells = self._cells[self._column] = ([], [], [])
        cells[0].append(len(self._rows) - 1)
        cells[1].append(text)
        cells[2].append(kind)

    def _value(self, raw: str) -> tuple[str, str]:
        kind = self._given.get("t", "n")
        if self._formula is not None and not raw and kind != "str":
            return f"={''.join(self._formula)}"[:100], "uncalculated"
        match kind:
            case "s":
                return self._shared(raw), "text"
            case "inlineStr" | "str":
                return _text(self._book, raw), "text"
            case "b":
                return ("TRUE" if raw.strip() in {"1", "true"} else "FALSE") if raw.strip() else "", "boolean"
            case "e":
                return raw.strip() or "#N/A", "error"
            case "d":
                return _iso(raw.strip())
            case "n":
                return self._number(raw.strip())
            case _:
                raise self._book.damaged(f"{self._title} row {self._row} has a cell of unknown type {kind!r}")

    def _shared(self, raw: str) -> str:
        if not raw.strip():
            return ""
        index = int(raw)
        if not 0 <= index < len(self._book.strings):
            raise self._book.damaged(f"row {self._row} of {self._title} refers to text {index}, which does not exist")
        return self._book.strings[index]

    def _number(self, raw: str) -> tuple[str, str]:
        if raw and int(self._given.get("s", "0")) in self._book.dates:
            return serial_date(raw, since_1904=self._book.since_1904)
        if "e" in raw or "E" in raw:
            raw = format(Decimal(raw), "f")
        elif raw and not re.fullmatch(r"-?[0-9]*\.?[0-9]+", raw):
            raise self._book.damaged(f"row {self._row} of {self._title} has a number that is none")
        return raw, "number"


def serial_date(raw: str, *, since_1904: bool) -> tuple[str, str]:
    """Turn Excel's day number into ISO text and its kind; 29 February 1900 never was."""
    try:
        days = Decimal(raw)
    except InvalidOperation:
        return f"serial {raw}", "error"
    whole = int(days)
    seconds = round((days - whole) * 86_400)
    if days < 0 or (whole == 60 and not since_1904) or whole >= _LAST_SERIAL:
        return f"serial {raw}", "error"
    if whole == 0 and not since_1904:
        return str(timedelta(seconds=seconds)), "time"
    if since_1904:
        whole += 1462
    elif whole < 60:
        whole += 1
    moment = _EPOCH + timedelta(days=whole, seconds=seconds)
    return (moment.isoformat(), "datetime") if seconds else (moment.date().isoformat(), "date")


def _iso(raw: str) -> tuple[str, str]:
    try:
        return (
            (date.fromisoformat(raw).isoformat(), "date")
            if len(raw) == 10
            else (
                datetime.fromisoformat(raw).isoformat(),
                "datetime",
            )
        )
    except ValueError:
        return raw or "#DATE", "error"
