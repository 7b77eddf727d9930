"""Read CSV and other delimited files: every cell is text, every record keeps the line it begins on."""

import re
from collections.abc import Callable

import polars as pl

from armbulk.errors import FileError
from armbulk.i18n import _, pack_text
from armbulk.model.excel import EXCEL_MAX_CELL_CHARS
from armbulk.model.sheet import CELL, ReadIssue
from armbulk.readers import csv_quotes
from armbulk.readers.cell_buffer import to_letters
from armbulk.readers.csv_records import SPACES, Records, split_records
from armbulk.readers.csv_rectangle import read_rectangle
from armbulk.readers.encoding import DOUBLE_ENCODED, decode_text

_SEPARATORS = ";\t,|"
_SEPARATOR_LINE = re.compile(r'"?sep=([^\w\s"]|\t)"?[\s;,]*', re.IGNORECASE)
_END_OF_FILE = "\x1a"  # what DOS programs write behind the last line
_WRAPPED_TEXT = r'(?s)^="((?:[^"]|"")*)"$'
_SINGLE_QUOTED = r"(?s)^'(?:[^']|'')*'$"
_MIN_QUOTED_COLUMNS = 2
_MAX_ISSUES = 10_000
_MAX_SAMPLED_CHARS = 1 << 20  # the length of the text that shows the separator
_MAX_HEADER_ROWS = 50  # how many records may be titles above the header
_MAX_SPARSE_CELLS = 5_000_000  # how many cells (lines times columns) a mostly empty table may have


def read_csv(
    content: bytes, name: str, encoding: str | None
) -> tuple[pl.DataFrame, tuple[str, ...], tuple[ReadIssue, ...]]:
    """Read a delimited file: (frame and letters of `model.sheet.Sheet`, issues); FileError if it cannot be read."""
    text, issues = decode_text(content, name, encoding)
    text = text.rstrip(_END_OF_FILE).replace("\r\n", "\n").replace("\r", "\n")
    first, _, rest = text.partition("\n")
    separator_line = _SEPARATOR_LINE.fullmatch(first)
    separator = separator_line.group(1) if separator_line else find_separator(text)
    if separator_line:
        text = "\n" + rest  # a blank line, so that the line numbers stay
        issues.append(ReadIssue("separator-told", 1, value=separator))
    inner_separator = separator if separator_line else find_separator(text[:_MAX_SAMPLED_CHARS].replace('"', ""))
    unwrapped = csv_quotes.unwrap_lines(text, inner_separator)
    if unwrapped is not None:
        text, separator = unwrapped, inner_separator
        issues.append(ReadIssue("rows-in-quotes"))
    may_be_encoded_twice = encoding is None and any(character in text for character in "ÃâÂ")
    records = (
        read_rectangle(text, separator)
        or split_records(text, separator, name)
        or csv_quotes.split_strictly(text, separator, name)
    )
    frame, letters = _to_frame(records, name)
    if '="' in text:
        frame = frame.with_columns(_unwrap_text(letter) for letter in letters)
    frame = _strip_single_quotes(frame, letters)
    issues += [*_find_ragged(records.counts, frame), *_find_narrow_headers(records.counts, frame)]
    issues += [*_find_inner_marks(records), *_find_loose_quotes(records), *_find_long_texts(frame, letters)]
    if may_be_encoded_twice:
        issues += _find_encoded_twice(frame, letters)
    issues += _find_swallowed_rows(records, frame, letters, separator)
    if frame.height <= 1:
        issues.append(ReadIssue("no-data-rows"))
    return *_add_kinds(frame, letters), tuple(issues)


def find_separator(text: str) -> str:
    """Return the separator that splits the first lines into the most columns, the same number in each."""
    lines = [line for line in text[:_MAX_SAMPLED_CHARS].split("\n", 50)[:50] if line.strip()][:20]
    unquoted = [re.sub(r'"[^"]*"', "", line) for line in lines] or [""]

    def score(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in unquoted]
        usual = max(set(counts), key=lambda count: (counts.count(count) * bool(count), count))
        return (sum(1 for count in counts if count == usual and count), usual)

    return max(_SEPARATORS, key=score)


def _to_frame(records: Records, name: str) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return (the records as columns, the letters); FileError if most cells would be empty."""
    fields, width = int(records.counts["n"].sum()), records.width
    if records.counts.height * width > max(_MAX_SPARSE_CELLS, 4 * fields):
        line = records.counts.filter(pl.col("n") == width)["row"][0]
        what = _(
            "{name}: line {line} has {width:number} fields, most other lines far fewer",
            name=name,
            line=line,
            width=width,
        )
        raise FileError(
            "too-large", what, _("Check the separator and the quotation marks, or split the file into smaller files")
        )
    letters = tuple(to_letters(index) for index in range(width))
    return records.to_frame(letters), letters


def _unwrap_text(letter: str) -> pl.Expr:
    """Return a column with the text of cells such as `="0585"`: a formula by which programs keep leading zeros."""
    cell = pl.col(letter)
    text = cell.str.extract(_WRAPPED_TEXT).str.replace_all('""', '"', literal=True).str.strip_chars(SPACES)
    unwrapped = pl.when(text != "").then(text)
    return pl.when(cell.str.contains(_WRAPPED_TEXT)).then(unwrapped).otherwise(cell).alias(letter)


def _strip_single_quotes(frame: pl.DataFrame, letters: tuple[str, ...]) -> pl.DataFrame:
    """Return the frame without the quotes of a file in which all values are in single ones, as databases write them."""
    if len(letters) < _MIN_QUOTED_COLUMNS or not str(frame[letters[0]].first()).startswith("'"):
        return frame
    is_quoted = pl.all_horizontal(pl.col(letter).str.contains(_SINGLE_QUOTED).all() for letter in letters)
    if not frame.select(is_quoted).item():
        return frame
    inner = [pl.col(letter).str.slice(1, pl.col(letter).str.len_chars() - 2) for letter in letters]
    values = [text.str.replace_all("''", "'", literal=True).str.strip_chars(SPACES) for text in inner]
    return frame.with_columns(
        pl.when(value != "").then(value).alias(letter) for letter, value in zip(letters, values, strict=True)
    )


def _find_ragged(counts: pl.DataFrame, frame: pl.DataFrame) -> list[ReadIssue]:
    """Return issues for records with another number of fields than most, except a title above and trailing blanks."""
    usual = _find_usual_width(counts)
    if usual is None or _are_alike(counts):
        return []
    first = counts.filter(pl.col("n") == usual)["row"].min()
    beyond = [to_letters(index) for index in range(usual, frame.width - 1)]
    has_more = pl.any_horizontal([pl.col(letter).is_not_null() for letter in beyond] or [pl.lit(value=False)])
    long = set(frame.filter(has_more)["row"])
    different = counts.filter((pl.col("row") > first) & (pl.col("n") != usual))
    is_short = pl.col("n") < usual
    ragged = different.filter(is_short | pl.col("row").is_in(list(long))).head(_MAX_ISSUES)
    return [ReadIssue("ragged-row", row, None, str(n), str(usual)) for row, n in ragged.iter_rows()]


def _find_narrow_headers(counts: pl.DataFrame, frame: pl.DataFrame) -> list[ReadIssue]:
    """Return issues for the first records that have fewer fields than most below, where these have values beyond.

    One of them may be the header: then a separator inside of values has moved every row.
    """
    if _are_alike(counts):
        return []
    usual = _find_usual_width(counts) or 0
    issues = []
    for row, n in counts.head(_MAX_HEADER_ROWS).filter(pl.col("n").is_between(2, usual - 1)).iter_rows():
        record = frame.filter(pl.col("row") == row).select(pl.exclude("row")).row(0)
        filled = max((index + 1 for index, text in enumerate(record) if text is not None), default=0)
        beyond = [to_letters(index) for index in range(filled, usual)]
        is_wider = pl.any_horizontal(pl.col(letter).is_not_null() for letter in beyond)
        wider = frame.filter((pl.col("row") > row) & is_wider)["row"]
        if wider.len():
            wider_line = _("line {line} has {count}", line=wider[0], count=usual)
            issues.append(ReadIssue("narrow-header", row, None, str(n), pack_text(wider_line)))
    return issues


def _are_alike(counts: pl.DataFrame) -> bool:
    """Return whether all records have the same number of fields; there is at least one."""
    return not counts.is_empty() and counts["n"].min() == counts["n"].max()


def _find_usual_width(counts: pl.DataFrame) -> int | None:
    """Return how many fields most records have; None where none has more than one."""
    if _are_alike(counts):
        width = int(counts["n"][0])
        return width if width > 1 else None
    body = counts.filter(pl.col("n") > 1)
    return max(body["n"].mode().to_list(), default=None)


def _find_inner_marks(records: Records) -> list[ReadIssue]:
    """Return issues for byte order marks inside the file: files were concatenated."""
    return [ReadIssue("mark-in-the-middle", row) for row in records.marked[:_MAX_ISSUES]]


def _find_loose_quotes(records: Records) -> list[ReadIssue]:
    """Return issues for texts with quotes of their own, which a program should have doubled."""
    texts = [quotes for quotes in records.loose if quotes.is_text][:_MAX_ISSUES]
    return [ReadIssue("quotes-in-text", quotes.row, to_letters(quotes.index), quotes.text) for quotes in texts]


def _find_long_texts(frame: pl.DataFrame, letters: tuple[str, ...]) -> list[ReadIssue]:
    """Return issues for texts that are longer than a cell of Excel."""

    def is_long(letter: str) -> pl.Expr:
        text = pl.col(letter)
        return (text.str.len_bytes() > EXCEL_MAX_CELL_CHARS) & (text.str.len_chars() > EXCEL_MAX_CELL_CHARS)

    cells = _find_cells(frame, letters, is_long, pl.lit(None, pl.String))
    limit = str(EXCEL_MAX_CELL_CHARS)
    return [ReadIssue("text-too-long", row, letter, None, limit) for letter, row, _ in cells]


def _find_encoded_twice(frame: pl.DataFrame, letters: tuple[str, ...]) -> list[ReadIssue]:
    """Return issues for texts that were encoded twice."""
    cells = _find_cells(frame, letters, lambda letter: pl.col(letter).str.contains(DOUBLE_ENCODED), pl.col("text"))
    return [ReadIssue("encoded-twice", row, letter, text) for letter, row, text in cells]


def _find_swallowed_rows(
    records: Records, frame: pl.DataFrame, letters: tuple[str, ...], separator: str
) -> list[ReadIssue]:
    """Return issues for quoted texts with as many separators as whole records: a stray quote has swallowed rows."""
    usual = _find_usual_width(records.counts)
    if not records.spanning or usual is None or usual <= 2:
        return []

    def has_records(letter: str) -> pl.Expr:
        breaks = pl.col(letter).str.count_matches("\n", literal=True)
        return (breaks > 0) & (pl.col(letter).str.count_matches(separator, literal=True) == breaks * (usual - 1))

    cells = _find_cells(frame, letters, has_records, pl.col("text").str.count_matches("\n", literal=True))
    return [ReadIssue("rows-in-a-cell", row, letter, None, text) for letter, row, text in cells]


def _find_cells(
    frame: pl.DataFrame, letters: tuple[str, ...], is_wanted: Callable[[str], pl.Expr], value: pl.Expr
) -> list[tuple[str, int, str]]:
    """Return (letter, row, value of `text`) of the first wanted cells of each column.

    The whole sheet is searched at once: a file may have very many columns.
    """
    if not letters:
        return []
    has_some = frame.select(is_wanted(letter).any().alias(letter) for letter in letters).row(0)
    wanted: list[tuple[str, int, str]] = []
    for letter in (letter for letter, is_there in zip(letters, has_some, strict=True) if is_there):
        cells = frame.select("row", letter).filter(is_wanted(letter)).head(_MAX_ISSUES)
        texts = cells.select("row", pl.col(letter).alias("text")).select("row", value.cast(pl.String))
        wanted += [(letter, row, text) for row, text in texts.iter_rows()]
    return wanted


def _add_kinds(frame: pl.DataFrame, letters: tuple[str, ...]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return (the used columns with a column for the kind of each cell, the letters); every cell is a text."""
    used = tuple(letter for letter in letters if frame[letter].null_count() < frame.height)
    text = pl.lit("text", CELL)
    kinds = [pl.when(pl.col(letter).is_not_null()).then(text).alias(f"{letter}.cell") for letter in used]
    order = ["row"] + [column for letter in used for column in (letter, f"{letter}.cell")]
    return frame.with_columns(kinds)[order], used
