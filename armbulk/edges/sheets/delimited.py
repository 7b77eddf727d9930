"""CSV and its kin, as they stand: every cell is text, every record keeps the line it began on."""

import csv
import io
import re

import polars as pl

from armbulk.edges.sheets.columns import LONGEST, frame_of, letter_of
from armbulk.errors import FileError
from armbulk.model import CELL

_SEPARATORS = ";\t,|"
_SPACES = " \t\r\n\u00a0\u2007\u202f\ufeff"


def read(content: bytes, name: str, encoding: str | None) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Read a delimited file: the frame of model.Sheet, and its column letters."""
    text = decode(content, name, encoding).replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise FileError("nul-byte", f"{name} line {line} holds a NUL byte", "Save the file again as CSV")
    first, _, rest = text.partition("\n")
    told = re.fullmatch(r'"?sep=(.)"?', first.strip())
    separator = told.group(1) if told else find_separator(text)
    if told:
        text = "\n" + rest  # the line keeps its number, and is blank
    if '"' in text:
        return _careful(text, separator, name)
    return _fast(text, separator, name)


def decode(content: bytes, name: str, encoding: str | None) -> str:
    """BOM, else strict UTF-8, else Windows-1252; `encoding` overrides."""
    try:
        if encoding:
            return content.decode(encoding).removeprefix("\ufeff")
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        if encoding or content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
            raise FileError(
                "wrong-encoding", f"{name} is not in {encoding or 'the encoding it says'}", "Say another --encoding"
            ) from None
    except LookupError:
        raise FileError("wrong-encoding", f"There is no encoding {encoding!r}", "Use utf-8 or cp1252") from None
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        raise FileError(
            "wrong-encoding", f"{name} is neither UTF-8 nor Windows-1252", "Save it as UTF-8, or say --encoding"
        ) from None


def find_separator(text: str) -> str:
    """The separator by which the first lines fall into the most, and the same number of, columns."""
    lines = [line for line in text.split("\n", 50)[:50] if line.strip()][:20]
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines] or [""]

    def score(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in bare]
        return (sum(1 for count in counts if count == counts[0] and count), counts[0])

    return max(_SEPARATORS, key=score)


def _fast(text: str, separator: str, name: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Without a quote in the file a line is a record: split all of it at once."""
    lines = pl.DataFrame({"line": text.split("\n")}).with_row_index("row", offset=1)
    lines = lines.filter(pl.col("line").str.strip_chars(_SPACES + separator) != "")
    parts = lines.with_columns(pl.col("line").str.split(separator).alias("parts"))
    width = max(parts["parts"].list.len().head(25), default=0)
    wide = parts.filter(pl.col("parts").list.len() > width)
    for row, cells in wide.select("row", "parts").iter_rows():
        if any(cell.strip(_SPACES) for cell in cells[width:]):
            raise _ragged(name, row, len(cells), width)
    columns = []
    for index in range(width):
        letter = letter_of(index)
        columns.append(_clean(pl.col("parts").list.get(index, null_on_oob=True)).alias(letter))
    frame = parts.select(pl.col("row").cast(pl.Int64), *columns)
    return _typed(frame, [letter_of(index) for index in range(width)], name)


def _clean(cell: pl.Expr) -> pl.Expr:
    bare = cell.str.strip_chars(_SPACES)
    return pl.when(bare != "").then(bare)


def _typed(frame: pl.DataFrame, letters: list[str], name: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    used = [letter for letter in letters if frame[letter].null_count() < frame.height]
    kinds = [pl.when(pl.col(one).is_not_null()).then(pl.lit("text")).cast(CELL).alias(f"{one}.cell") for one in used]
    order = ["row"] + [column for letter in used for column in (letter, f"{letter}.cell")]
    longest = max((frame[letter].str.len_chars().max() or 0 for letter in used), default=0)
    if isinstance(longest, int) and longest > LONGEST:
        raise FileError("too-long", f"{name} has a cell of more than {LONGEST} characters", "Shorten it")
    return frame.with_columns(kinds).select(order), tuple(used)


def _careful(text: str, separator: str, name: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """With quotes, records may span lines: Python's own reader, strict."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    csv.field_size_limit(1 << 20)
    rows: list[int] = []
    cells: dict[int, tuple[list[int], list[str], list[str]]] = {}
    width = 0
    before = 0
    try:
        for record in reader:
            at, before = before + 1, reader.line_num
            values = [value.strip(_SPACES) for value in record]
            if not any(values):
                continue
            rows.append(at)
            width = max(width, len(values)) if len(rows) <= 25 else width
            if any(values[width:]):
                raise _ragged(name, at, len(values), width)
            for index, value in enumerate(values):
                if value:
                    place = cells.setdefault(index, ([], [], []))
                    place[0].append(len(rows) - 1)
                    place[1].append(value)
                    place[2].append("text")
    except csv.Error as error:
        raise FileError(
            "quote-open",
            f"{name}: the record that begins on line {before + 1} has a quote that is not closed ({error})",
            "Close the quote, or write a quote inside a text as two",
        ) from None
    frame, letters = frame_of(rows, cells)
    return _typed(frame.select("row", *letters), list(letters), name)


def _ragged(name: str, row: int, found: int, width: int) -> FileError:
    return FileError(
        "ragged",
        f"{name} line {row} has {found} fields, the others have {width}",
        "Put quotes around a text that holds the separator",
    )
