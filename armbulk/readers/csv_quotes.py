"""Split CSV records with irregular quotes one by one, or refuse them with their line number."""

import csv
import io
import re
from dataclasses import replace

import polars as pl

from armbulk.errors import FileError
from armbulk.i18n import _
from armbulk.model.excel import EXCEL_MAX_COLUMNS
from armbulk.readers.csv_records import SPACES, LooseQuotes, Records, too_wide_error

_BATCH = 50_000
_SCHEMA = pl.Schema({"row": pl.Int64(), "fields": pl.List(pl.String)})
_WRAPPED_LINE = re.compile(r'"(?:[^"]|"")*"')
_QUOTED = r'"[^"]*+(?:""[^"]*+)*+"'


def unwrap_lines(text: str, separator: str) -> str | None:
    """Return a text whose lines are each in quotes as a whole, without these; None if it is none.

    A program that took a CSV for a table of one column writes it so: `"F1;""A;B"";125"`. The first line may be without
    quotes, and every line must have as many separators outside of its own quotes.
    """
    first, second = re.match(r"\n*([^\n]*)(?:\n+([^\n]*))?", text).groups("")  # type: ignore[union-attr]
    if not _WRAPPED_LINE.fullmatch(second) or separator not in second:
        return None
    lines = text.split("\n")
    unwrapped = [line[1:-1].replace('""', '"') if _WRAPPED_LINE.fullmatch(line) else line for line in lines]
    is_whole = all(old != new or not old.strip() or old == first for old, new in zip(lines, unwrapped, strict=True))
    counts = {re.sub(r'"[^"]*"', "", line).count(separator) for line in unwrapped if line.strip()}
    return "\n".join(unwrapped) if is_whole and len(counts) == 1 and counts != {0} else None


def split_strictly(text: str, separator: str, name: str) -> Records:
    """Split a text into records with Python's strict reader; FileError names the line of a wrong quote.

    Two kinds of irregular quotes are read, because only one reading gives the record as many fields as the others have:
    `"Kari" AS` is that text, with its quotes; in `K1, "Kari, AS"` the blank belongs to no value.
    """
    has_blanks = _blanks_before_quote(separator).search(text)
    try:
        records = None if has_blanks else _read(text, separator, name)
    except csv.Error:
        records = None
    if records is not None:
        return records
    regular, loose = _enclose_loose_quotes(text, separator, name)
    records = replace(_read(regular, separator, name), loose=loose)
    body = records.counts.filter(pl.col("n") > 1)
    usual = max(body["n"].mode().to_list(), default=1)
    loose_rows = [quotes.row for quotes in loose]
    wrong = records.counts.filter(pl.col("row").is_in(loose_rows) & (pl.col("n") != usual))["row"]
    if wrong.len():
        raise _text_after_quote_error(name, wrong[0])
    return records


def _read(text: str, separator: str, name: str) -> Records:
    """Split a text with Python's strict reader; csv.Error at a wrong quote."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    csv.field_size_limit(max(len(text), 1 << 17))
    rows: list[int] = []
    fields: list[list[str]] = []
    batches: list[pl.DataFrame] = []
    previous_line, spanning = 0, False
    for record in reader:
        line, previous_line = previous_line + 1, reader.line_num
        spanning = spanning or previous_line > line
        if len(record) > EXCEL_MAX_COLUMNS:
            raise too_wide_error(name, line)
        if any(value.strip(SPACES) for value in record):
            rows.append(line)
            fields.append(record)
        if len(rows) >= _BATCH:
            batches.append(pl.DataFrame({"row": rows, "fields": fields}, schema=_SCHEMA))
            rows, fields = [], []
    batches.append(pl.DataFrame({"row": rows, "fields": fields}, schema=_SCHEMA))
    records = pl.concat(batches)
    counts = records.select("row", pl.col("fields").list.len().alias("n"))
    mark = pl.element().str.contains("\ufeff", literal=True)
    is_marked = pl.col("fields").list.eval(mark).list.any()
    marked = records.filter(is_marked)["row"].to_list() if "\ufeff" in text else []
    return Records(counts, batches, marked, spanning)


# --- irregular quotes ---------------------------------------------------------------------------------


def _blanks_before_quote(separator: str) -> re.Pattern[str]:
    return re.compile(rf'(?:^|{re.escape(separator)})[{_blanks(separator)}]+"', re.MULTILINE)


def _blanks(separator: str) -> str:
    return " \u00a0".replace(separator, "")


def _enclose_loose_quotes(text: str, separator: str, name: str) -> tuple[str, list[LooseQuotes]]:
    """Return (the text with regular quotes around every field that has irregular ones, these fields).

    A field may begin with a quoted part if no quote in it is doubled, it does not end with a quote, and it does not
    contain the separator: then the quotes can only be its own. FileError at any other wrong quote.
    """
    mark, blanks = re.escape(separator), _blanks(separator)
    part = rf'"[^"{mark}\n]*+"'
    field = re.compile(
        rf"(?:{_QUOTED}"
        rf'|[{blanks}]*+(?P<inner>"[^"\n]*+(?:""[^"\n]*+)*+")[{blanks}]*+'
        rf'|(?P<loose>(?![^{mark}\n]*"")(?:{part}[^"{mark}\n]++)+)'
        rf'|[^"{mark}\n][^{mark}\n]*+|)(?P<end>{mark}|\n|\Z)'
    )
    pieces, loose = [], []
    copied = position = record = index = 0
    for match in field.finditer(text):
        if match.start() != position:
            break
        raw = match["loose"] or match["inner"]
        if raw is not None:
            line = text.count("\n", 0, record) + 1
            loose.append(LooseQuotes(line, index, raw, is_text=bool(match["loose"])))
            enclosed = '"' + raw.replace('"', '""') + '"' if match["loose"] else raw
            pieces += [text[copied : match.start()], enclosed]
            copied = match.start("end")
        position = match.end()
        index += 1
        if match["end"] == "\n":
            record, index = position, 0
    if position < len(text):
        raise _quote_error(text, position, name)
    return "".join([*pieces, text[copied:]]), loose


def _quote_error(text: str, position: int, name: str) -> FileError:
    """Return the error for the wrong quote at `position`: one never closed, or one followed by text."""
    line = text.count("\n", 0, position) + 1
    closed = re.compile(_QUOTED).match(text, position)
    if closed is None:
        return FileError(
            "quote-open",
            _("{name}: the quotation mark in line {line} is never closed", name=name, line=line),
            _("Add the closing quotation mark. If it belongs to the text, write it twice."),
        )
    return _text_after_quote_error(name, line + text.count("\n", position, closed.end()))


def _text_after_quote_error(name: str, line: int) -> FileError:
    return FileError(
        "quote-inside",
        _("{name}: there is text after a closing quotation mark in line {line}", name=name, line=line),
        _("Write quotation marks inside a text twice"),
    )
