"""Numbers, dates and identifiers as people write them are read exactly, or refused with a finding."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.i18n import Words
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.fields import Field, FieldType, Resource
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import CELL, Sheet
from armbulk.resources import fields_by_name
from armbulk.validation.parse import parse_sheet


def read(
    kind: FieldType,
    texts: list[str | None],
    was: str = "text",
    *,
    name: str = "one",
    reading: ReadOptions | None = None,
) -> tuple[list[object], list[str | None]]:
    """Read one column of cells: its values, and the code of each row's finding."""
    rows = list(range(2, len(texts) + 2))
    frame = pl.DataFrame({"row": [1, *rows], "A": ["One", *texts]}, schema={"row": pl.Int64, "A": pl.String})
    kinds = pl.Series("A.cell", ["text", *(was if text is not None else None for text in texts)], dtype=CELL)
    sheet = Sheet("f.csv", "f", frame.with_columns(kinds, Z=pl.lit("z"), **{"Z.cell": kinds}), ("A", "Z"), "csv")
    field = Field(name, Words("One", "En"), "one", kind, Words("", ""), "")
    if (known := fields_by_name().get(name)) is not None:
        field = replace(known, type=kind, header=field.header, path=field.path)
    other = Field("other", Words("Other", "Annen"), "other", FieldType.TEXT, Words("", ""), "")
    resource = Resource("ones", Words("", ""), (), name, (field, other))
    headed = HeaderMatch(resource, 1, {name: "A", "other": "Z"})
    parsed, findings = parse_sheet(sheet, 0, headed, reading or ReadOptions())
    codes = dict(findings.filter(pl.col("field") == name).select("row", "code").iter_rows())
    return parsed[name].to_list(), [codes.get(row) for row in rows]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1250.50", "1250.50"),
        ("1250,50", "1250.50"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50", "1234.50"),
        ("1\u2009234\u2009567,5", "1234567.50"),
        ("1\u202f234", "1234.00"),
        ("1.234,50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234.567", "1234567.00"),
        ("-5", "-5.00"),
        ("\u22125", "-5.00"),
        ("(5)", "-5.00"),
        ("5-", "-5.00"),
        ("- 5", "-5.00"),
        ("kr 100", "100.00"),
        ("kr. 1 250,00", "1250.00"),
        ("100 kr", "100.00"),
        ("100,-", "100.00"),
        ("NOK 99,90", "99.90"),
        ("0.500", "0.50"),
        ("007", "7.00"),
    ],
)
def test_amounts_as_people_write_them(text: str, value: str) -> None:
    """Spaces, points, commas, minus signs and kr in amounts are understood."""
    assert read(FieldType.AMOUNT, [text]) == ([Decimal(value)], [None])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.234", "ambiguous-number"),
        ("1,234", "ambiguous-number"),
        ("\u22121.234", "ambiguous-number"),
        ("NaN", "not-a-number"),
        ("1E5", "not-a-number"),
        ("0x10", "not-a-number"),
        ("1_000", "not-a-number"),
        ("12 34", "not-a-number"),
        ("1.23.4", "not-a-number"),
        ("١٢٣", "not-a-number"),
        ("１２", "not-a-number"),
        ("-", "not-a-number"),
        ("", None),
        ("1.005,123", "too-many-decimals"),
        ("100.005", "ambiguous-number"),
        ("1000.005", "too-many-decimals"),
        ("1234567890123456", "number-too-large"),
        ("5 %", "not-a-number"),
    ],
)
def test_amounts_that_cannot_be_read_are_named(text: str, code: str | None) -> None:
    """An unreadable or ambiguous amount is a finding, never a value."""
    assert read(FieldType.AMOUNT, [text or None]) == ([None], [code])


@pytest.mark.parametrize(
    ("decimal", "text", "value"),
    [
        (",", "1.234", "1234.00"),
        (",", "1.234,5", "1234.50"),
        (",", "1234,5", "1234.50"),
        (".", "1,234", "1234.00"),
        (".", "1,234.5", "1234.50"),
        (",", "1234.5", None),
        (".", "1234,5", None),
    ],
)
def test_the_decimal_mark_can_be_told(decimal: str, text: str, value: str | None) -> None:
    """With a given decimal mark 1.234 is unambiguous."""
    values, codes = read(FieldType.AMOUNT, [text], reading=ReadOptions(decimal=decimal))
    assert values == [Decimal(value) if value else None]
    assert codes == [None if value else "not-a-number"]


def test_a_number_cell_is_what_excel_shows() -> None:
    """Artefacts of floating point are removed; real decimals beyond two are findings."""
    assert read(FieldType.AMOUNT, ["0.30000000000000004", "1.1000000000000001"], "number") == (
        [Decimal("0.30"), Decimal("1.10")],
        [None, None],
    )
    assert read(FieldType.AMOUNT, ["1.005"], "number") == ([None], ["too-many-decimals"])
    assert read(FieldType.AMOUNT, ["0.25"], "percent") == ([None], ["percent-cell"])


@pytest.mark.parametrize(
    ("text", "order", "value"),
    [
        ("2025-02-27", None, date(2025, 2, 27)),
        ("20250227", None, date(2025, 2, 27)),
        ("27.02.2025", None, date(2025, 2, 27)),
        ("7.2.2025", None, date(2025, 2, 7)),
        ("27/02/2025", None, date(2025, 2, 27)),
        ("02/27/2025", None, date(2025, 2, 27)),
        ("2025/02/27", None, date(2025, 2, 27)),
        ("2025-02-27 00:00:00", None, date(2025, 2, 27)),
        ("02/03/2025", "dmy", date(2025, 3, 2)),
        ("02/03/2025", "mdy", date(2025, 2, 3)),
        ("01/02/25", "dmy", date(2025, 2, 1)),
        ("01.02.25", "dmy", date(2025, 2, 1)),
        ("25-02-01", "ymd", date(2025, 2, 1)),
    ],
)
def test_dates_as_people_write_them(text: str, order: str | None, value: date) -> None:
    """Unambiguous dates are read; others are read in the given order."""
    assert read(FieldType.DATE, [text], reading=ReadOptions(dates=order)) == ([value], [None])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("02/03/2025", "ambiguous-date"),
        ("01/02/25", "ambiguous-date"),
        ("01.02.25", "ambiguous-date"),
        ("31.02.2025", "not-a-date"),
        ("2025-02-30", "not-a-date"),
        ("20251301", "not-a-date"),
        ("27.02/2025", "not-a-date"),
        ("202502-27", "not-a-date"),
        ("٢٧.02.2025", "not-a-date"),
        ("2025-02-27 13:45", "date-with-time"),
        ("i dag", "not-a-date"),
    ],
)
def test_dates_that_cannot_be_read_are_named(text: str, code: str) -> None:
    """An unreadable or ambiguous date is a finding, never a value."""
    assert read(FieldType.DATE, [text]) == ([None], [code])


def test_a_year_of_two_digits_is_never_a_birth_year() -> None:
    """A date of birth with a two-digit year is a finding, whatever order was given."""
    said = ReadOptions(dates="dmy")
    assert read(FieldType.DATE, ["01.02.25"], name="date_of_birth", reading=said) == ([None], ["ambiguous-date"])


def test_a_day_number_without_a_date_format_is_no_date() -> None:
    """A day number in a number cell is not a date; 20250227 is."""
    assert read(FieldType.DATE, ["45659", "20250227"], "number") == ([None, date(2025, 2, 27)], ["not-a-date", None])


@pytest.mark.parametrize(
    ("text", "was", "name", "code"),
    [
        ("500221850000200320", "number", "kid", "digits-lost"),
        ("150", "number", "postal_code", "leading-zero-lost"),
        ("26", "number", "postal_code", "leading-zero-lost"),
        ("1501757329", "number", "bank_account_no", "leading-zero-lost"),
        ("1019921717", "number", "ssn", "leading-zero-lost"),
        ("2025-02-01", "date", "one", "date-in-identifier"),
        ("TRUE", "boolean", "one", "wrong-cell-type"),
        ("12.5", "number", "one", "wrong-cell-type"),
        ("-12", "number", "one", "wrong-cell-type"),
        ("0.5", "percent", "one", "wrong-cell-type"),
        ("5,00222E+20", "text", "one", "scientific-notation"),
        ("a\x00b", "text", "one", "control-character"),
        ("a\nb", "text", "one", "control-character"),
        ("a\u200bb", "text", "one", "unusable-character"),
        ("a\u202eb", "text", "one", "unusable-character"),
        ("１２", "text", "one", "unusable-character"),
        ("#N/A", "error", "one", "error-cell"),
        ("=A1", "uncalculated", "one", "not-calculated"),
    ],
)
def test_damaged_identifiers_are_named(text: str, was: str, name: str, code: str) -> None:
    """Identifiers that Excel or the clipboard damaged are findings."""
    assert read(FieldType.IDENTIFIER, [text], was, name=name) == ([None], [code])


@pytest.mark.parametrize(
    ("text", "was", "name", "value", "code"),
    [
        ("543210", "number", "customer_no", "543210", None),
        ("0150", "padded", "postal_code", "0150", "zeros-from-format"),
        ("1234567", "number", "kid", "1234567", "stored-as-number"),
        ("КA1", "text", "customer_no", "КA1", "not-ascii"),
        ("1E5", "text", "article_no", "1E5", None),
        ("0150", "text", "postal_code", "0150", None),
    ],
)
def test_identifiers_stay_as_they_are(text: str, was: str, name: str, value: str, code: str | None) -> None:
    """Identifiers are kept as they are, with a warning if they look wrong."""
    assert read(FieldType.IDENTIFIER, [text], was, name=name) == ([value], [code])


def test_a_postal_code_is_padded_only_when_asked() -> None:
    """`--pad-postal-codes` changes 150 to 0150 and reports it."""
    said = ReadOptions(pad_postal_codes=True)
    assert read(FieldType.IDENTIFIER, ["150", "26"], "number", name="postal_code", reading=said) == (
        ["0150", "0026"],
        ["postal-code-padded"] * 2,
    )


def test_texts_with_hidden_characters_are_sent_with_a_warning() -> None:
    """Invisible characters give a warning; decomposed letters are composed."""
    assert read(FieldType.TEXT, ["Kari\u200b", "A\u030ase", "=cmd|x"]) == (
        ["Kari\u200b", "\u00c5se", "=cmd|x"],
        ["invisible-character", None, None],
    )


@pytest.mark.promise("P12", "P14")
@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_amounts_come_back_as_they_were_written(amount: Decimal) -> None:
    """Every amount written in Norwegian style or with a decimal point is read as the same amount."""
    grouped = f"{amount:,.2f}"
    ways = [f"{amount:.2f}", f"{amount:.2f}".replace(".", ","), grouped.replace(",", " ").replace(".", ",")]
    ways.append(grouped.replace(",", "\u00a0"))
    for way in ways:
        values, codes = read(FieldType.AMOUNT, [way])
        assert (values, codes) == ([amount], [None]), way


@pytest.mark.promise("P12")
@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1)))
def test_dates_come_back_as_they_were_written(day: date) -> None:
    """Every date written in Norwegian style, as ISO or without separators is read as the same date."""
    for way in (day.isoformat(), f"{day:%d.%m.%Y}", f"{day.day}.{day.month}.{day:%Y}", f"{day:%Y%m%d}"):
        assert read(FieldType.DATE, [way]) == ([day], [None])


@given(st.text(max_size=20))
def test_nothing_a_cell_can_hold_falls_over(text: str) -> None:
    """Every text is read or becomes a finding, for every type of field."""
    text = text.strip()
    for kind in FieldType:
        values, codes = read(kind, [text or None])
        if text and kind not in {FieldType.TEXT_LIST, FieldType.TEXT}:
            assert values[0] is not None or codes[0] is not None, (kind, text)
