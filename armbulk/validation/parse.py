"""Cells to typed columns. What cannot be read is a finding, never a guess; what is read is the cell's own value."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import assert_never

import polars as pl

from armbulk.findings.catalogue import CATALOGUE
from armbulk.findings.frame import SCHEMA, empty_findings
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.fields import Field, FieldRole, FieldType, Severity
from armbulk.model.sheet import DEFAULT_READ_OPTIONS, ReadOptions, Sheet
from armbulk.validation import clear_marker

DTYPES: dict[FieldType, pl.DataType] = {
    FieldType.TEXT: pl.String(),
    FieldType.IDENTIFIER: pl.String(),
    FieldType.DATE: pl.Date(),
    FieldType.AMOUNT: pl.Decimal(38, 2),
    FieldType.QUANTITY: pl.Decimal(38, 6),
    FieldType.INTEGER: pl.Int64(),
    FieldType.BOOLEAN: pl.Boolean(),
    FieldType.TEXT_LIST: pl.List(pl.String),
    FieldType.TIME: pl.String(),
}
"""The dtype of a parsed column."""

_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_TIMED = r"^[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}[T ][0-9]{1,2}:[0-9]{2}"
_MIDNIGHT = r"[T ]00:00(:00)?(\.0+)?$"
_MAY_BEGIN_WITH_ZERO = {"kid"}
_KEYS = {"customer_no", "document_no", "parent_customer_no", "sub_customer_no"}
_NUMBERS = {FieldType.AMOUNT, FieldType.QUANTITY, FieldType.INTEGER}
_DECIMALS = {FieldType.AMOUNT: 2, FieldType.QUANTITY: 6}
_SURE_DIGITS = 15  # what Excel keeps of a number
_ZEROS = {"postal_code": 4, "bank_account_no": 11, "ssn": 11}  # a number with fewer digits has lost a leading zero
_YES = ["yes", "y", "ja", "j", "true", "sann", "1", "x"]
_NO = ["no", "n", "nei", "false", "usann", "0"]
_EXACT = Context(prec=_SURE_DIGITS, rounding=ROUND_HALF_EVEN)
_SPACES = "[ \u00a0\u2007\u2009\u202f]"
_SCIENTIFIC = r"^-?[0-9]([.,][0-9]+)?[eE]\+?[0-9]{1,3}$"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{FFFE}\x{FFFF}]"
_BREAK = r"[\t\r\n]"
_UNSEEN = r"[\x{AD}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{2066}-\x{2069}\x{FEFF}\x{FFFD}]"
_FOREIGN_DIGIT = r"[\p{Nd}&&[^0-9]]"
_NOT_ASCII = r"[^\x00-\x7F]"
_CHARACTERS = {"control-character", "invisible-character", "unusable-character", "not-ascii"}  # detail: the character
_NUMERIC = ("number", "padded")
_WARNINGS = [code for code, entry in CATALOGUE.items() if entry.severity is Severity.WARNING]


@dataclass(frozen=True, slots=True)
class CellColumn:
    """One column while it is read: a frame of row, text, was (what the cell was), and for numbers `plain`."""

    sheet: int
    field: Field
    letter: str
    reading: ReadOptions

    @property
    def text(self) -> pl.Expr:
        """The cell's text."""
        return pl.col("text")

    def was(self, *kinds: str) -> pl.Expr:
        """Whether the cell was one of `kinds` in the file."""
        return pl.col("was").is_in(list(kinds)).fill_null(value=False)


Read = tuple[pl.Expr, list[tuple[str, pl.Expr, pl.Expr | None]]]
"""A column's value, and its faults: (code, where, detail). The first fault that holds is the one reported.

An error takes the value away; a warning leaves it.
"""


def parse_sheet(
    sheet: Sheet, index: int, match: HeaderMatch, options: ReadOptions = DEFAULT_READ_OPTIONS
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the rows below the header: (typed rows as Table.rows tells, findings)."""
    assert match.resource is not None  # noqa: S101 - callers parse recognised sheets only
    frame = sheet.frame.filter(pl.col("row") > match.header_row)
    used = [one for one in match.columns.values() if one.isalpha()] or list(match.columns.values())
    if used:
        frame = frame.filter(pl.any_horizontal(pl.col(one).is_not_null() for one in used))
    columns: list[pl.Series] = []
    findings = [empty_findings()]
    blanked: list[pl.Series] = []
    for one in match.resource.fields:
        if one.role is not FieldRole.READ_ONLY:
            cells = CellColumn(index, one, match.columns.get(one.name, ""), options)
            asked = clear_marker.take_clear_markers(
                frame, cells.letter, one, match.resource, change=options.update is not False
            )
            column, found = _column(asked.frame, cells)
            columns.append(column)
            blanked += asked.blanked
            findings += [*found, clear_marker.refuse_markers(asked, index, cells.letter, one)]
    rows = frame.select(pl.lit(index).cast(pl.UInt16).alias("sheet"), "row").with_columns(columns)
    if match.resource.updatable:
        rows = rows.with_columns(clear_marker.list_cleared(blanked, frame.height))
    return rows, pl.concat(findings)


def _column(frame: pl.DataFrame, cells: CellColumn) -> tuple[pl.Series, list[pl.DataFrame]]:
    dtype = DTYPES[cells.field.type]
    if not cells.letter:
        return pl.Series(cells.field.name, [None] * frame.height, dtype=dtype), []
    frame = frame.select(
        "row", pl.col(cells.letter).alias("text"), pl.col(f"{cells.letter}.cell").cast(pl.String).alias("was")
    )
    if cells.field.type in _NUMBERS:
        frame = _plain(_exact_digits(frame), cells.reading.decimal)
    elif cells.field.type is FieldType.DATE:
        frame = _dated(frame, cells)
    value, faults = _reader(cells.field.type)(cells)
    faults = [
        ("error-cell", cells.was("error"), None),
        ("not-calculated", cells.was("uncalculated"), None),
        *faults,
    ]
    code = pl.coalesce([pl.when(where.fill_null(value=False)).then(pl.lit(name)) for name, where, _ in faults])
    details = [pl.when(code == name).then(detail) for name, _, detail in faults if detail is not None]
    detail = pl.coalesce(details) if details else pl.lit(None, pl.String)
    read = frame.select(
        "row", cells.text.alias("value"), code.alias("code"), detail.cast(pl.String).alias("detail"),
        value.alias("parsed"),
    )  # fmt: skip
    kept = read["code"].is_null() | read["code"].is_in(_WARNINGS)
    good = read["parsed"].zip_with(kept, pl.Series([None], dtype=read["parsed"].dtype))
    return good.cast(dtype).alias(cells.field.name), [_findings(read, cells)] if read["code"].count() else []


def _findings(read: pl.DataFrame, cells: CellColumn) -> pl.DataFrame:
    severity = {code: entry.severity.value for code, entry in CATALOGUE.items()}
    found = read.filter(pl.col("code").is_not_null())
    characters = found.filter(pl.col("code").is_in(_CHARACTERS))["detail"].unique()
    points = [f"U+{ord(one):04X}" for one in characters]
    return (
        found.with_columns(pl.col("detail").replace(characters, pl.Series(points, dtype=pl.String)))
        .with_columns(
            sheet=pl.lit(cells.sheet),
            column=pl.lit(cells.letter),
            field=pl.lit(cells.field.name),
            severity=pl.col("code").replace_strict(severity),
        )
        .select(list(SCHEMA))
        .cast(SCHEMA)
    )


def _reader(kind: FieldType) -> Callable[[CellColumn], Read]:
    match kind:
        case FieldType.TEXT | FieldType.TIME:
            return _text
        case FieldType.IDENTIFIER:
            return _identifier
        case FieldType.DATE:
            return _date
        case FieldType.AMOUNT | FieldType.QUANTITY:
            return _number
        case FieldType.INTEGER:
            return _integer
        case FieldType.BOOLEAN:
            return _flag
        case FieldType.TEXT_LIST:
            return _texts
        case _:
            assert_never(kind)


def _has(code: str, cells: CellColumn, characters: str) -> tuple[str, pl.Expr, pl.Expr | None]:
    """A fault for texts with one of `characters`; its detail is the first of them."""
    return code, cells.text.str.contains(characters), cells.text.str.extract(f"({characters})")


def _text(cells: CellColumn) -> Read:
    faults = [_has("control-character", cells, _CONTROL), _has("invisible-character", cells, _UNSEEN)]
    return cells.text.str.normalize("NFC"), faults


def _identifier(cells: CellColumn) -> Read:
    text, name = cells.text, cells.field.name
    number = cells.was(*_NUMERIC)
    digits = text.str.strip_chars_start("-0").str.replace_all(".", "", literal=True)
    length = text.str.len_chars()
    zeros = _ZEROS.get(name, 0)
    short = cells.was("number") & (length < zeros) & (length >= (zeros - 1 if zeros > 4 else 1))
    padded = short if cells.reading.pad_postal_codes and name == "postal_code" else pl.lit(value=False)
    breaks = [] if cells.field.type is FieldType.TEXT_LIST else [_has("control-character", cells, _BREAK)]
    faults: list[tuple[str, pl.Expr, pl.Expr | None]] = [
        ("date-in-identifier", cells.was("date", "datetime", "time"), None),
        ("wrong-cell-type", cells.was("boolean"), pl.lit("yes/no")),
        ("wrong-cell-type", cells.was("percent"), pl.lit("%")),
        ("digits-lost", number & (digits.str.len_chars() > _SURE_DIGITS), None),
        ("wrong-cell-type", number & text.str.contains(r"^-|\."), pl.lit("number")),
        ("leading-zero-lost", short & ~padded, pl.lit(str(zeros))),
        ("scientific-notation", cells.was("text") & text.str.contains(_SCIENTIFIC) & _long_exponent(cells), None),
        _has("control-character", cells, _CONTROL),
        *breaks,
        _has("unusable-character", cells, _UNSEEN),
        _has("unusable-character", cells, _FOREIGN_DIGIT),
        ("zeros-from-format", cells.was("padded"), None),
        ("postal-code-padded", padded, text.str.zfill(zeros)),
        ("stored-as-number", cells.was("number") & pl.lit(name in _MAY_BEGIN_WITH_ZERO), None),
        *([_has("not-ascii", cells, _NOT_ASCII)] if name in _KEYS else []),
    ]
    value = pl.when(padded).then(text.str.zfill(zeros)).otherwise(text)
    return value.str.normalize("NFC"), faults


def _long_exponent(cells: CellColumn) -> pl.Expr:
    """1E5 may be an article number; 5,00222E+20 never is one."""
    return cells.text.str.contains(r"[.,][0-9]+[eE]") & cells.text.str.contains(r"[eE]\+?[0-9]")


def _texts(cells: CellColumn) -> Read:
    split = cells.text.str.normalize("NFC").str.replace_all(r"[;\r\n]+", ";").str.split(";")
    trimmed = split.list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != ""))
    _, faults = _identifier(cells)
    return trimmed, faults


def _flag(cells: CellColumn) -> Read:
    word = cells.text.str.to_lowercase()
    value = pl.when(word.is_in(_YES)).then(pl.lit(value=True)).when(word.is_in(_NO)).then(pl.lit(value=False))
    return value, [("not-yes-or-no", cells.text.is_not_null() & ~word.is_in(_YES + _NO), None)]


def _date(cells: CellColumn) -> Read:
    text = cells.text
    value = pl.col("date")
    timed = text.str.contains(_TIMED) & ~text.str.contains(_MIDNIGHT)
    return value, [
        ("date-with-time", timed & cells.was("datetime", "text"), None),
        ("ambiguous-date", pl.col("unclear"), None),
        ("not-a-date", text.is_not_null() & value.is_null(), None),
    ]


def _dated(frame: pl.DataFrame, cells: CellColumn) -> pl.DataFrame:
    """Add `date`, and `unclear` where a text may be two dates. Only what is not plain ISO is looked at twice."""
    iso = pl.col("text").str.contains(_ISO) & pl.col("was").is_in(["date", "text"])
    frame = frame.with_columns(
        pl.when(iso).then(pl.col("text")).str.to_date("%Y-%m-%d", strict=False).alias("date"),
        pl.lit(value=False).alias("unclear"),
        iso.fill_null(value=True).alias("simple"),
    )
    if frame["simple"].all():
        return frame
    spelt = frame.filter(~pl.col("simple") & pl.col("was").is_in(["text", "date", "datetime", "number"]))
    birth = cells.field.name == "date_of_birth"
    read = _spelt_dates(spelt.select("text").unique(), cells.reading.dates, two_digits=not birth)
    rest = frame.select("text", "simple", "was").join(read, on="text", how="left", maintain_order="left")
    fits = ~rest["simple"] & rest["was"].is_in(["text", "date", "datetime", "number"])
    return frame.with_columns(
        frame["date"].zip_with(frame["simple"], rest["read"].zip_with(fits, pl.Series([None], dtype=pl.Date))),
        unclear=(fits & rest["unclear"]).fill_null(value=False),
    )


def _spelt_dates(texts: pl.DataFrame, order: str | None, *, two_digits: bool) -> pl.DataFrame:
    """Dates as people write them: `text`, `read` Date, `unclear`. 27.02.2025 is Norwegian; 01/02/25 needs `order`."""
    bare = pl.col("text").str.replace(_MIDNIGHT, "")
    parts = texts.with_columns(
        bare.str.extract_groups(r"^(?<a>[0-9]{1,2})(?<mark>[./-])(?<b>[0-9]{1,2})(?<same>[./-])(?<c>[0-9]{4}|[0-9]{2})$")
        .struct.unnest(),
        bare.str.extract_groups(r"^(?<y>[0-9]{4})[./-](?<m>[0-9]{1,2})[./-](?<d>[0-9]{1,2})$").struct.unnest(),
        bare.str.extract(r"^([0-9]{8})$").alias("packed"),
    )  # fmt: skip
    parts = parts.with_columns(pl.when(pl.col("mark") == pl.col("same")).then(pl.col("a", "b", "c")))
    first, second = pl.col("a").cast(pl.Int32), pl.col("b").cast(pl.Int32)
    short = pl.col("c").str.len_chars() == 2
    day, month = ("a", "b") if order == "dmy" else ("b", "a")
    by_order: pl.Expr = _ymd(_full("c"), pl.col(month), pl.col(day))
    if order == "ymd":
        by_order = _ymd(_full("a"), pl.col("b"), pl.col("c"))
    day_first = (pl.col("mark") == ".") | (first > 12)
    by_rule = (
        pl.when(day_first | (first == second)).then(_ymd(pl.col("c"), pl.col("b"), pl.col("a")))
        .when(second > 12).then(_ymd(pl.col("c"), pl.col("a"), pl.col("b")))
    )  # fmt: skip
    told = pl.lit(order is not None) & (~short | pl.lit(two_digits)) & (short | pl.lit(order != "ymd"))
    unclear = ~told & (short | (~day_first & (second <= 12) & (first != second)))
    written = pl.coalesce(
        _ymd(pl.col("y"), pl.col("m"), pl.col("d")),
        pl.when(told).then(by_order).when(~unclear).then(by_rule),
    )
    return parts.select(
        "text",
        pl.coalesce(
            written.str.to_date("%Y-%m-%d", strict=False), pl.col("packed").str.to_date("%Y%m%d", strict=False)
        ).alias("read"),
        unclear.fill_null(value=False).alias("unclear"),
    )


def _full(name: str) -> pl.Expr:
    """A year of two digits is of this century: documents are recent."""
    year = pl.col(name)
    return pl.when(year.str.len_chars() == 2).then(pl.concat_str(pl.lit("20"), year)).otherwise(year)


def _ymd(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    return pl.concat_str(year, month.str.zfill(2), day.str.zfill(2), separator="-")


def _plain(frame: pl.DataFrame, decimal: str | None) -> pl.DataFrame:
    """Add `plain`: a number as digits with a point; null where it is none. What is written simply goes fast."""
    number = pl.col("was").is_in(["number", "padded"])
    marks = re.escape(decimal or ",.")
    simple = number | pl.col("text").str.contains(rf"^-?[0-9]+([{marks}][0-9]+)?$")
    fast = pl.when(simple & (number | (pl.col("was") == "text"))).then(
        pl.col("text").str.replace(",", ".", literal=True)
    )
    frame = frame.with_columns(fast.alias("plain"), simple.fill_null(value=True).alias("simple"))
    if frame["simple"].all():
        return frame
    spelt = frame.filter(~pl.col("simple") & (pl.col("was") == "text"))["text"].unique()
    return frame.with_columns(
        pl.when(pl.col("simple")).then(pl.col("plain")).otherwise(pl.col("text").replace_strict(
            spelt, _written(spelt, decimal), default=None, return_dtype=pl.String))
    )  # fmt: skip


def _written(texts: pl.Series, decimal: str | None) -> pl.Series:
    """Numbers as people write them, as plain digits: 1 234,50 · 1.234,50 · (5) · 5- · kr 100; null for none."""
    text = (
        texts.str.replace_all("[\u2212\u2013]", "-")
        .str.replace(r"(?i)^\s*(kr|nok)\.?\s*", "")
        .str.replace(r"(?i)\s*(kr|nok|,-)\.?\s*$", "")
        .str.replace(r"^\((.*)\)$", "-$1")
        .str.replace(r"^(.*[0-9])-$", "-$1")
        .str.replace(rf"^(-?){_SPACES}+", "$1")
    )
    grouped = text.str.contains(rf"^-?[0-9]{{1,3}}({_SPACES}[0-9]{{3}})+([.,][0-9]+)?$")
    text = text.str.replace_all(_SPACES, "").zip_with(grouped, text)
    least = "{1,}" if decimal else "{2,}"  # once the decimal mark is known, the other one can only group
    by_point = text.str.contains(rf"^-?[0-9]{{1,3}}(\.[0-9]{{3}})+,[0-9]+$|^-?[0-9]{{1,3}}(\.[0-9]{{3}}){least}$")
    by_comma = text.str.contains(rf"^-?[0-9]{{1,3}}(,[0-9]{{3}})+\.[0-9]+$|^-?[0-9]{{1,3}}(,[0-9]{{3}}){least}$")
    if decimal != ".":
        text = text.str.replace_all(".", "", literal=True).zip_with(by_point, text)
    if decimal != ",":
        text = text.str.replace_all(",", "", literal=True).zip_with(by_comma, text)
    plain = text.str.contains(rf"^-?[0-9]+([{re.escape(decimal or ',.')}][0-9]+)?$")
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(text))
    return text.str.replace(",", ".", literal=True).zip_with(plain, nothing)


def _number_text(cells: CellColumn) -> tuple[pl.Expr, list[tuple[str, pl.Expr, pl.Expr | None]]]:
    plain = pl.col("plain")
    unclear = cells.was("text") & cells.text.str.contains(r"^[-\u2212]?[1-9][0-9]{0,2}[.,][0-9]{3}$")
    return plain, [
        ("percent-cell", cells.was("percent"), None),
        ("ambiguous-number", unclear & pl.lit(cells.reading.decimal is None), None),
        ("not-a-number", cells.text.is_not_null() & plain.is_null(), None),
        ("number-too-large", plain.str.extract(r"^-?0*([0-9]+)").str.len_chars() > _SURE_DIGITS, None),
    ]


def _number(cells: CellColumn) -> Read:
    plain, faults = _number_text(cells)
    decimals = _DECIMALS[cells.field.type]
    kept = plain.str.replace(r"(\.[0-9]*?)0+$", "$1")
    many = kept.str.extract(r"\.([0-9]+)$").str.len_chars() > decimals
    safe = pl.when(kept.str.len_chars() <= 36).then(kept)
    value = safe.str.strip_suffix(".").str.to_decimal(scale=decimals)
    lost = cells.text.is_not_null() & value.is_null()  # nothing a cell holds may vanish without a word
    return value, [*faults, ("too-many-decimals", many, pl.lit(str(decimals))), ("not-a-number", lost, None)]


def _integer(cells: CellColumn) -> Read:
    plain, faults = _number_text(cells)
    whole = plain.str.replace(r"\.0*$", "")
    value = pl.when(whole.str.contains(r"^-?[0-9]{1,18}$")).then(whole).cast(pl.Int64, strict=False)
    lost = cells.text.is_not_null() & value.is_null()
    return value, [*faults, ("not-an-integer", lost, None)]


def _exact_digits(frame: pl.DataFrame) -> pl.DataFrame:
    """A number cell with more than 15 digits is what Excel shows of it: 0.30000000000000004 is 0.3."""
    digits = pl.col("text").str.replace_all(r"[-.]", "").str.strip_chars_start("0").str.len_chars()
    long = frame.filter(pl.col("was").is_in(_NUMERIC) & (digits > _SURE_DIGITS))["text"].unique()
    if long.is_empty():
        return frame
    shown = {text: format(_EXACT.create_decimal(Decimal(text)).normalize(), "f") for text in long}
    exact = pl.when(pl.col("was").is_in(_NUMERIC)).then(pl.col("text").replace(shown)).otherwise(pl.col("text"))
    return frame.with_columns(exact.alias("text"))


def to_text(one: Field) -> pl.Expr:
    """A typed value as text for a message."""
    column = pl.col(one.name)
    if one.type is FieldType.TEXT_LIST:
        return column.list.join("; ")
    if one.type is FieldType.DATE:
        return column.dt.to_string("%Y-%m-%d")
    return column.cast(pl.String)
