"""Cells to typed columns. What cannot be read is a finding, never a guess; what is read is the cell's own value."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import assert_never

import polars as pl

from armbulk.core.headers import Headed
from armbulk.findings import CATALOGUE, SCHEMA, empty
from armbulk.model import Field, Kind, Sheet, Use

DTYPES: dict[Kind, pl.DataType] = {
    Kind.TEXT: pl.String(),
    Kind.IDENTIFIER: pl.String(),
    Kind.DATE: pl.Date(),
    Kind.AMOUNT: pl.Decimal(38, 2),
    Kind.QUANTITY: pl.Decimal(38, 6),
    Kind.INTEGER: pl.Int64(),
    Kind.FLAG: pl.Boolean(),
    Kind.TEXTS: pl.List(pl.String),
}
"""The dtype of a parsed column."""

_NUMBERS = {Kind.AMOUNT, Kind.QUANTITY, Kind.INTEGER}
_DECIMALS = {Kind.AMOUNT: 2, Kind.QUANTITY: 6}
_SURE_DIGITS = 15  # what Excel keeps of a number
_ZEROS = {"postal_code": 4, "bank_account_no": 11, "ssn": 11}  # a number with fewer digits has lost a leading zero
_YES = ["yes", "y", "ja", "j", "true", "sann", "1", "x"]
_NO = ["no", "n", "nei", "false", "usann", "0"]
_EXACT = Context(prec=_SURE_DIGITS, rounding=ROUND_HALF_EVEN)
_SPACES = "[ \u00a0\u2007\u2009\u202f]"
_SCIENTIFIC = r"^-?\d([.,]\d+)?[eE]\+?\d{1,3}$"
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


@dataclass(frozen=True, slots=True)
class Cells:
    """One column while it is read: a frame of row, text, was (what the cell was), and for numbers `plain`."""

    sheet: int
    field: Field
    letter: str

    @property
    def text(self) -> pl.Expr:
        """The cell's text."""
        return pl.col("text")

    def was(self, *kinds: str) -> pl.Expr:
        """Whether the cell was one of `kinds` in the file."""
        return pl.col("was").is_in(list(kinds)).fill_null(value=False)


Read = tuple[pl.Expr, list[tuple[str, pl.Expr, pl.Expr | None]]]
"""A column's value, and its faults: (code, where, detail). The first fault that holds is the one reported."""


def parse(sheet: Sheet, index: int, headed: Headed) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Read the rows below the header: (typed rows as Table.rows tells, findings)."""
    assert headed.resource is not None  # noqa: S101 - callers parse recognised sheets only
    frame = sheet.frame.filter(pl.col("row") > headed.header_row)
    used = list(headed.columns.values())
    if used:
        frame = frame.filter(pl.any_horizontal(pl.col(one).is_not_null() for one in used))
    columns: list[pl.Series] = []
    findings = [empty()]
    for one in headed.resource.fields:
        if one.use is not Use.COMPUTED:
            column, found = _column(frame, Cells(index, one, headed.columns.get(one.name, "")))
            columns.append(column)
            findings += found
    rows = frame.select(pl.lit(index).cast(pl.UInt16).alias("sheet"), "row").with_columns(columns)
    return rows, pl.concat(findings)


def _column(frame: pl.DataFrame, cells: Cells) -> tuple[pl.Series, list[pl.DataFrame]]:
    dtype = DTYPES[cells.field.kind]
    if not cells.letter:
        return pl.Series(cells.field.name, [None] * frame.height, dtype=dtype), []
    frame = frame.select(
        "row", pl.col(cells.letter).alias("text"), pl.col(f"{cells.letter}.cell").cast(pl.String).alias("was")
    )
    if cells.field.kind in _NUMBERS:
        frame = _plain(_exact_digits(frame))
    value, faults = _reader(cells.field.kind)(cells)
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
    good = read["parsed"].zip_with(read["code"].is_null(), pl.Series([None], dtype=read["parsed"].dtype))
    return good.cast(dtype).alias(cells.field.name), [_findings(read, cells)] if read["code"].count() else []


def _findings(read: pl.DataFrame, cells: Cells) -> pl.DataFrame:
    severity = {code: entry.severity.value for code, entry in CATALOGUE.items()}
    return (
        read.filter(pl.col("code").is_not_null())
        .with_columns(
            sheet=pl.lit(cells.sheet),
            column=pl.lit(cells.letter),
            field=pl.lit(cells.field.name),
            severity=pl.col("code").replace_strict(severity),
        )
        .select(list(SCHEMA))
        .cast(SCHEMA)
    )


def _reader(kind: Kind) -> Callable[[Cells], Read]:
    match kind:
        case Kind.TEXT:
            return _text
        case Kind.IDENTIFIER:
            return _identifier
        case Kind.DATE:
            return _date
        case Kind.AMOUNT | Kind.QUANTITY:
            return _number
        case Kind.INTEGER:
            return _integer
        case Kind.FLAG:
            return _flag
        case Kind.TEXTS:
            return _texts
        case _:
            assert_never(kind)


def _control(cells: Cells) -> tuple[str, pl.Expr, pl.Expr | None]:
    found = cells.text.str.extract(f"({_CONTROL})").cast(pl.Binary).bin.encode("hex").str.to_uppercase()
    return "control-character", cells.text.str.contains(_CONTROL), pl.lit("U+00") + found


def _text(cells: Cells) -> Read:
    return cells.text.str.normalize("NFC"), [_control(cells)]


def _identifier(cells: Cells) -> Read:
    number = cells.was("number")
    digits = cells.text.str.strip_chars_start("-0").str.replace_all(".", "", literal=True)
    zeros = _ZEROS.get(cells.field.name)
    faults: list[tuple[str, pl.Expr, pl.Expr | None]] = [
        ("date-in-identifier", cells.was("date", "datetime", "time"), None),
        ("wrong-cell-type", cells.was("boolean"), pl.lit("yes/no")),
        ("digits-lost", number & (digits.str.len_chars() > _SURE_DIGITS), None),
        ("wrong-cell-type", number & cells.text.str.contains(r"^-|\."), pl.lit("number")),
        ("scientific-notation", cells.was("text") & cells.text.str.contains(_SCIENTIFIC) & _long_exponent(cells), None),
        _control(cells),
    ]
    if zeros:
        short = number & (cells.text.str.len_chars() < zeros) & (cells.text.str.len_chars() >= zeros - 1)
        faults.insert(2, ("leading-zero-lost", short, pl.lit(str(zeros))))
    return cells.text.str.normalize("NFC"), faults


def _long_exponent(cells: Cells) -> pl.Expr:
    """1E5 may be an article number; 5,00222E+20 never is one."""
    return cells.text.str.contains(r"[.,]\d+[eE]") & cells.text.str.contains(r"[eE]\+?\d")


def _texts(cells: Cells) -> Read:
    split = cells.text.str.normalize("NFC").str.replace_all(r"[;\r\n]+", ";").str.split(";")
    trimmed = split.list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != ""))
    _, faults = _identifier(cells)
    return trimmed, faults


def _flag(cells: Cells) -> Read:
    word = cells.text.str.to_lowercase()
    value = pl.when(word.is_in(_YES)).then(pl.lit(value=True)).when(word.is_in(_NO)).then(pl.lit(value=False))
    return value, [("not-yes-or-no", cells.text.is_not_null() & ~word.is_in(_YES + _NO), None)]


def _date(cells: Cells) -> Read:
    text = cells.text
    iso = text.str.contains(r"^\d{4}-\d{2}-\d{2}$")
    packed = text.str.contains(r"^\d{8}$")
    dotted = text.str.contains(r"^\d{1,2}\.\d{1,2}\.\d{4}$")
    slashed = text.str.contains(r"^\d{1,2}/\d{1,2}/\d{4}$")
    first = text.str.extract(r"^(\d{1,2})/").cast(pl.Int32, strict=False)
    second = text.str.extract(r"^\d{1,2}/(\d{1,2})/").cast(pl.Int32, strict=False)
    unclear = slashed & (first <= 12) & (second <= 12) & (first != second)
    midnight = text.str.replace("T00:00:00", "", literal=True)
    value = (
        pl.when(cells.was("date", "datetime"))
        .then(midnight.str.to_date("%Y-%m-%d", strict=False))
        .when(iso)
        .then(text.str.to_date("%Y-%m-%d", strict=False))
        .when(packed)
        .then(text.str.to_date("%Y%m%d", strict=False))
        .when(dotted)
        .then(text.str.to_date("%d.%m.%Y", strict=False))
        .when(slashed & (second > 12))
        .then(text.str.to_date("%m/%d/%Y", strict=False))
        .when(slashed)
        .then(text.str.to_date("%d/%m/%Y", strict=False))
    )
    timed = cells.was("datetime") & ~text.str.ends_with("T00:00:00")
    return value, [
        ("date-with-time", timed, None),
        ("ambiguous-date", unclear, None),
        ("not-a-date", text.is_not_null() & value.is_null(), None),
    ]


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Add `plain`: a number as digits with a point; null where it is none. What is written simply goes fast."""
    simple = (pl.col("was") == "number") | pl.col("text").str.contains(r"^-?\d+([.,]\d+)?$")
    fast = pl.when(simple & pl.col("was").is_in(["number", "text"])).then(
        pl.col("text").str.replace(",", ".", literal=True)
    )
    frame = frame.with_columns(fast.alias("plain"), simple.fill_null(value=True).alias("simple"))
    if frame["simple"].all():
        return frame
    spelt = frame.filter(~pl.col("simple") & (pl.col("was") == "text"))["text"].unique()
    return frame.with_columns(
        pl.when(pl.col("simple")).then(pl.col("plain")).otherwise(pl.col("text").replace_strict(
            spelt, _written(spelt), default=None, return_dtype=pl.String))
    )  # fmt: skip


def _written(texts: pl.Series) -> pl.Series:
    """Numbers as people write them, as plain digits: 1 234,50 · 1.234,50 · (5) · 5- · kr 100; null for none."""
    text = (
        texts.str.replace_all("[\u2212\u2013]", "-")
        .str.replace(r"(?i)^\s*(kr|nok)\.?\s*", "")
        .str.replace(r"(?i)\s*(kr|nok|,-)\.?\s*$", "")
        .str.replace(r"^\((.*)\)$", "-$1")
        .str.replace(r"^(.*\d)-$", "-$1")
        .str.replace(rf"^(-?){_SPACES}+", "$1")
    )
    grouped = text.str.contains(rf"^-?\d{{1,3}}({_SPACES}\d{{3}})+([.,]\d+)?$")
    text = text.str.replace_all(_SPACES, "").zip_with(grouped, text)
    by_point = text.str.contains(r"^-?\d{1,3}(\.\d{3})+,\d+$|^-?\d{1,3}(\.\d{3}){2,}$")
    by_comma = text.str.contains(r"^-?\d{1,3}(,\d{3})+\.\d+$|^-?\d{1,3}(,\d{3}){2,}$")
    text = text.str.replace_all(".", "", literal=True).zip_with(by_point, text)
    text = text.str.replace_all(",", "", literal=True).zip_with(by_comma, text)
    plain = text.str.contains(r"^-?\d+([.,]\d+)?$")
    nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(text))
    return text.str.replace(",", ".", literal=True).zip_with(plain, nothing)


def _number_text(cells: Cells) -> tuple[pl.Expr, list[tuple[str, pl.Expr, pl.Expr | None]]]:
    plain = pl.col("plain")
    unclear = cells.was("text") & cells.text.str.contains(r"^[-\u2212]?[1-9]\d{0,2}[.,]\d{3}$")
    return plain, [
        ("ambiguous-number", unclear, None),
        ("not-a-number", cells.text.is_not_null() & plain.is_null(), None),
        ("number-too-large", plain.str.extract(r"^-?0*(\d+)").str.len_chars() > _SURE_DIGITS, None),
    ]


def _number(cells: Cells) -> Read:
    plain, faults = _number_text(cells)
    decimals = _DECIMALS[cells.field.kind]
    kept = plain.str.replace(r"(\.\d*?)0+$", "$1")
    many = kept.str.extract(r"\.(\d+)$").str.len_chars() > decimals
    safe = pl.when(kept.str.len_chars() <= 36).then(kept)
    value = safe.str.strip_suffix(".").str.to_decimal(scale=decimals)
    return value, [*faults, ("too-many-decimals", many, pl.lit(str(decimals)))]


def _integer(cells: Cells) -> Read:
    plain, faults = _number_text(cells)
    whole = plain.str.replace(r"\.0*$", "")
    value = pl.when(whole.str.contains(r"^-?\d{1,18}$")).then(whole).cast(pl.Int64, strict=False)
    return value, [*faults, ("not-an-integer", whole.str.contains(".", literal=True), None)]


def _exact_digits(frame: pl.DataFrame) -> pl.DataFrame:
    """A number cell with more than 15 digits is what Excel shows of it: 0.30000000000000004 is 0.3."""
    digits = pl.col("text").str.replace_all(r"[-.]", "").str.strip_chars_start("0").str.len_chars()
    long = frame.filter((pl.col("was") == "number") & (digits > _SURE_DIGITS))["text"].unique()
    if long.is_empty():
        return frame
    shown = {text: format(_EXACT.create_decimal(Decimal(text)).normalize(), "f") for text in long}
    exact = pl.when(pl.col("was") == "number").then(pl.col("text").replace(shown)).otherwise(pl.col("text"))
    return frame.with_columns(exact.alias("text"))
