"""CSV and its kin, as they stand: every cell is text, every record keeps the line it began on."""

import csv
import io
import re

import polars as pl

from armbulk.edges.sheets.columns import LONGEST, Cells, frame_of, letter_of
from armbulk.errors import FileError
from armbulk.model import CELL, Fault

_SEPARATORS = ";\t,|"
_SPACES = " \t\r\n\u00a0\u2007\u202f\ufeff"
_TWICE = re.compile("Ã[\u0080-\u00bf\u0152-\u0178\u02c6\u02dc\u2013-\u2122]|â€|Â[\u00a0-\u00bf]")
_SAMPLES = 3
_MARK = b"\xef\xbb\xbf"
_MOST_FAULTS = 10_000

Table = tuple[pl.DataFrame, tuple[str, ...], tuple[Fault, ...]]


def read(content: bytes, name: str, encoding: str | None) -> Table:
    """Read a delimited file: the frame of model.Sheet, its column letters, and what is to be told."""
    text, faults = decode(content, name, encoding)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x00" in text:
        at = text.index("\x00")
        line = text[:at].count("\n") + 1
        raise FileError("nul-byte", f"{name} line {line} holds a NUL byte (character {at})", "Save it again as CSV")
    first, _, rest = text.partition("\n")
    told = re.fullmatch(r'"?sep=(.)"?', first.strip())
    separator = told.group(1) if told else find_separator(text)
    if told:
        text = "\n" + rest  # the line keeps its number, and is blank
    frame, letters, more = _careful(text, separator, name) if '"' in text else _fast(text, separator)
    return _typed(frame, letters, (*faults, *more))


def decode(content: bytes, name: str, encoding: str | None) -> tuple[str, list[Fault]]:
    """BOM, else strict UTF-8, else Windows-1252, which is told with samples; `encoding` overrides."""
    try:
        if encoding:
            return content.decode(encoding).removeprefix("\ufeff"), []
        if content.startswith((b"\xff\xfe", b"\xfe\xff")):
            return content.decode("utf-16"), []
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if encoding or content.startswith((b"\xff\xfe", b"\xfe\xff", _MARK)):
            line = content[: error.start + len(_MARK)].count(b"\n") + 1
            what = encoding or "the encoding its first bytes name"
            raise FileError(
                "wrong-encoding", f"{name} is not in {what} (line {line})", "Say another --encoding"
            ) from None
        return _windows(content, name)
    except LookupError:
        raise FileError("wrong-encoding", f"There is no encoding {encoding!r}", "Use utf-8 or cp1252") from None
    _refuse_wide(content, name)
    return text, _twice(text)


def _windows(content: bytes, name: str) -> tuple[str, list[Fault]]:
    _refuse_wide(content, name)
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FileError(
            "wrong-encoding", f"{name} is neither UTF-8 nor Windows-1252 (line {line})", "Say its --encoding"
        ) from None
    words = dict.fromkeys(re.findall(r"[\w .-]*[\u0080-\uffff][\w .-]*", text[:200_000]))
    samples = [word.strip()[:40] for word in words if word.strip()][:_SAMPLES]
    return text, [Fault("encoding-guessed", value=" · ".join(samples))]


def _refuse_wide(content: bytes, name: str) -> None:
    """UTF-16 without its mark: every other byte of a plain text is zero."""
    head = content[:4096]
    if len(head) >= 4 and max(head[::2].count(0), head[1::2].count(0)) > len(head) // 4:
        raise FileError(
            "wrong-encoding", f"{name} looks like UTF-16 without a mark", "Say --encoding utf-16-le, or save as UTF-8"
        )


def _twice(text: str) -> list[Fault]:
    """Letters that were encoded twice, so that one became two: the file was damaged before it came here."""
    found = _TWICE.search(text)
    if found is None:
        return []
    line = text[: found.start()].count("\n") + 1
    start = max(text.rfind("\n", 0, found.start()) + 1, found.start() - 15)
    sample = text[start : found.end() + 15].split("\n", maxsplit=1)[0]
    return [Fault("encoded-twice", line, None, sample)]


def find_separator(text: str) -> str:
    """The separator by which the first lines fall into the most, and the same number of, columns."""
    lines = [line for line in text.split("\n", 50)[:50] if line.strip()][:20]
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines] or [""]

    def score(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in bare]
        usual = max(set(counts), key=lambda count: (counts.count(count) * bool(count), count))
        return (sum(1 for count in counts if count == usual and count), usual)

    return max(_SEPARATORS, key=score)


def _fast(text: str, separator: str) -> Table:
    """Without a quote in the file a line is a record: split all of it at once."""
    lines = pl.DataFrame({"line": text.split("\n")}).with_row_index("row", offset=1)
    lines = lines.filter(pl.col("line").str.strip_chars(_SPACES + separator) != "")
    parts = lines.select(pl.col("row").cast(pl.Int64), pl.col("line").str.split(separator).alias("parts"))
    counts = parts.select("row", pl.col("parts").list.len().alias("n"))
    width = int(counts["n"].max() or 0)  # type: ignore[arg-type]
    columns = [
        _clean(pl.col("parts").list.get(index, null_on_oob=True)).alias(letter_of(index)) for index in range(width)
    ]
    frame = parts.select("row", *columns)
    return frame, tuple(letter_of(index) for index in range(width)), _ragged(counts, frame)


def _clean(cell: pl.Expr) -> pl.Expr:
    bare = cell.str.strip_chars(_SPACES)
    return pl.when(bare != "").then(bare)


def _ragged(counts: pl.DataFrame, frame: pl.DataFrame) -> tuple[Fault, ...]:
    """Records that have not as many fields as the others; a title line above, or blanks at the end, are no fault."""
    body = counts.filter(pl.col("n") > 1)
    if body.is_empty():
        return ()
    usual = int(body["n"].mode().max() or 0)  # type: ignore[arg-type]
    first = body.filter(pl.col("n") == usual)["row"].min()
    beyond = [letter_of(index) for index in range(usual, frame.width - 1)]
    full = pl.any_horizontal([pl.col(one).is_not_null() for one in beyond] or [pl.lit(value=False)])
    long = set(frame.filter(full)["row"])
    odd = counts.filter((pl.col("row") > first) & (pl.col("n") != usual)).head(_MOST_FAULTS)
    return tuple(
        Fault("ragged-row", row, None, str(n), str(usual)) for row, n in odd.iter_rows() if n < usual or row in long
    )


def _typed(frame: pl.DataFrame, letters: tuple[str, ...], faults: tuple[Fault, ...]) -> Table:
    used = [letter for letter in letters if frame[letter].null_count() < frame.height]
    kinds = [pl.when(pl.col(one).is_not_null()).then(pl.lit("text")).cast(CELL).alias(f"{one}.cell") for one in used]
    order = ["row"] + [column for letter in used for column in (letter, f"{letter}.cell")]
    told = list(faults)
    for letter in used:
        long = frame.filter(pl.col(letter).str.len_chars() > LONGEST)["row"]
        told += [Fault("text-too-long", row, letter, None, str(LONGEST)) for row in long.head(_MOST_FAULTS)]
        marks = frame.filter(pl.col(letter).str.contains("\ufeff", literal=True))["row"]
        told += [Fault("mark-in-the-middle", row, letter) for row in marks.head(_MOST_FAULTS)]
    return frame.with_columns(kinds).select(order), tuple(used), tuple(told)


def _careful(text: str, separator: str, name: str) -> Table:
    """With quotes, records may span lines: Python's own reader, strict."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    csv.field_size_limit(1 << 24)
    rows: list[int] = []
    widths: list[int] = []
    cells: dict[int, Cells] = {}
    before = 0
    try:
        for record in reader:
            at, before = before + 1, reader.line_num
            values = [value.strip(_SPACES) for value in record]
            if not any(values):
                continue
            rows.append(at)
            widths.append(len(values))
            for index, value in enumerate(values):
                if value:
                    if index not in cells:
                        cells[index] = Cells()
                    cells[index].add(len(rows) - 1, value, "text")
    except csv.Error:
        raise _quote(text, separator, before + 1, name) from None
    frame, letters = frame_of(rows, cells)
    whole = frame.select("row", *letters)
    missing = [letter_of(index) for index in range(max(widths, default=0)) if index not in cells]
    full = whole.with_columns(pl.lit(None, pl.String).alias(letter) for letter in missing)
    places = tuple(letter_of(index) for index in range(max(widths, default=0)))
    counts = pl.DataFrame({"row": rows, "n": widths}, schema={"row": pl.Int64, "n": pl.UInt32})
    return full.select("row", *places), places, _ragged(counts, full.select("row", *places))


def _quote(text: str, separator: str, line: int, name: str) -> FileError:
    """Say which quote is wrong: one that is never closed, or one with text behind it."""
    at = sum(len(one) + 1 for one in text.split("\n")[: line - 1])
    opened, inside, fresh = line, False, True
    while at < len(text):
        char = text[at]
        if inside and char == '"':
            if text[at + 1 : at + 2] == '"':
                at += 1
            else:
                inside = False
                after = text[at + 1 : at + 2]
                if after not in {separator, "\n", ""}:
                    return FileError(
                        "quote-inside",
                        f"{name} line {line}: there is text after a closing quote",
                        "Write a quote inside a text as two",
                    )
        elif not inside and char == '"' and fresh:
            inside, opened = True, line
        fresh = not inside and char in {separator, "\n"}
        line += char == "\n"
        at += 1
    return FileError(
        "quote-open",
        f"{name} line {opened}: a quote is opened here and never closed",
        "Close the quote, or write a quote inside a text as two",
    )
