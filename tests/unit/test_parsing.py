"""Numbers, dates and identifiers as people write them are read exactly, or refused with a finding."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.findings.catalogue import CATALOGUE
from armbulk.i18n import Words
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.fields import Field, FieldType, Resource
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import CELL, Sheet
from armbulk.resources import RESOURCES, fields_by_name
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
        ("kr 1.500,-", "1500.00"),
        ("1.500,-", "1500.00"),
        ("1.500,\u2014", "1500.00"),
        ("1.500.-", "1500.00"),
        ("1.500,--", "1500.00"),
        ("1,500.-", "1500.00"),
        ("1 500:-", "1500.00"),
        ("1.500,- kr", "1500.00"),
        ("(1.500,-)", "-1500.00"),
        ("-1.500,-", "-1500.00"),
        ("1500,-", "1500.00"),
        ("1'500", "1500.00"),
        ("1\u2019234\u2019500.50", "1234500.50"),
        ("-kr 100", "-100.00"),
        ("kr -100,50", "-100.50"),
        ("(kr 100)", "-100.00"),
        ("kr (100)", "-100.00"),
        ("100- kr", "-100.00"),
        ("kr100", "100.00"),
        ("100,50 kroner", "100.50"),
        ("0.500 kr", "0.50"),
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
        ("NaN", "blank-word"),
        ("1E5", "not-a-number"),
        ("0x10", "not-a-number"),
        ("1_000", "not-a-number"),
        ("12 34", "not-a-number"),
        ("1.23.4", "not-a-number"),
        ("١٢٣", "not-a-number"),
        ("１２", "not-a-number"),
        *(
            (text, "ambiguous-number")
            for text in (
                "kr 1.500",
                "kr. 1.500",
                "kr1.500",
                "NOK 1.500",
                "NOK1.500",
                "1.500 kr",
                "1,500 NOK",
                "1.500kr.",
                "(1.500)",
                "( 1,500 )",
                "1.500-",
                "1.500 -",
                "1.500\u2212",
                "-1.500",
                "\u2013 1.500",
                "- 1.500",
                "-kr 1.500",
                "kr -1.500",
                "(kr 1.500)",
                "kr (1.500)",
                "1.500- kr",
                " 1.500 ",
                "1.500\u00a0kr",
                "1.500 kroner",
            )
        ),
        ("1.500 CR", "not-a-number"),
        ("EUR 1.500", "other-currency"),
        ("\u20ac 1.500", "other-currency"),
        ("15,50,-", "not-a-number"),
        ("(-5)", "not-a-number"),
        ("-5-", "not-a-number"),
        ("1.50,-", "not-a-number"),
        ("kr", "not-a-number"),
        (",-", "not-a-number"),
        ("", None),
        ("1.005,123", "too-many-decimals"),
        ("100.005", "ambiguous-number"),
        ("1000.005", "too-many-decimals"),
        ("1234567890123456", "number-too-large"),
        ("5 %", "percent-not-amount"),
    ],
)
def test_amounts_that_cannot_be_read_are_named(text: str, code: str | None) -> None:
    """An unreadable or ambiguous amount is a finding, never a value."""
    assert read(FieldType.AMOUNT, [text or None]) == ([None], [code])


@pytest.mark.parametrize(
    ("decimal", "text", "value"),
    [
        (",", "1.234", "1234.00"),
        (",", "kr 1.234", "1234.00"),
        (",", "(1.234)", "-1234.00"),
        (",", "1.234-", "-1234.00"),
        (".", "1.500,-", "1500.00"),
        (".", "1.500 kr", "1.50"),
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
    assert read(FieldType.AMOUNT, ["1.00512"], "number") == ([None], ["too-many-decimals"])
    assert read(FieldType.AMOUNT, ["0.25"], "percent") == ([None], ["percent-not-amount"])


@pytest.mark.parametrize("text", ["-", "\u2013", " - ", "kr -", "-   kr", "--"])
def test_a_dash_is_zero_with_a_notice(text: str) -> None:
    """Excel's accounting format shows 0 as a dash: it is read as zero, and reported; a whole number is not guessed."""
    assert read(FieldType.AMOUNT, [text]) == ([Decimal("0.00")], ["dash-is-zero"])
    assert read(FieldType.INTEGER, [text]) == ([None], ["not-a-number"])


def test_nobody_is_advised_to_round() -> None:
    """Three decimals may have been thousands before another program read them."""
    assert read(FieldType.AMOUNT, ["1.505", "-12.505"], "number") == ([None, None], ["too-many-decimals"] * 2)
    assert read(FieldType.AMOUNT, ["kr 1.505"], reading=ReadOptions(decimal=".")) == ([None], ["too-many-decimals"])
    fix = CATALOGUE["too-many-decimals"].fix
    assert "thousands" in fix
    assert "tusener" in fix.text("nb")
    assert "ound" not in fix


@given(
    st.integers(1, 999), st.integers(0, 999), st.sampled_from([".", ","]),
    st.sampled_from(["", "kr ", "kr. ", "NOK", "NOK\u00a0", "-", "\u2212", "kr -"]),
    st.sampled_from(["", " kr", "kr.", " NOK", "-", ",-", ".-", ",\u2014", ",- kr"]),
)  # fmt: skip
def test_notation_around_a_number_never_decides_its_separator(
    left: int, right: int, mark: str, before: str, after: str
) -> None:
    """Currency, sign and blanks leave 1.500 ambiguous; only an empty decimal part proves thousands."""
    text = f"{before}{left}{mark}{right:03}{after}"
    (value,), (code,) = read(FieldType.AMOUNT, [text])
    if value is None:
        assert code in {"ambiguous-number", "not-a-number"}
    else:
        assert after in {",-", ".-", ",\u2014", ",- kr"}
        assert abs(value) == left * 1000 + right


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
        ("02.03.2025", "mdy", date(2025, 3, 2)),
        ("01/02/25", "dmy", date(2025, 2, 1)),
        ("01.02.25", "dmy", date(2025, 2, 1)),
        ("25-02-01", "ymd", date(2025, 2, 1)),
        ("30112026", None, date(2026, 11, 30)),
        ("03112026", "dmy", date(2026, 11, 3)),
        ("3112026", "dmy", date(2026, 11, 3)),
        ("3112026", "mdy", date(2026, 3, 11)),
        ("301126", "dmy", date(2026, 11, 30)),
        ("301126", "ymd", date(2030, 11, 26)),
        ("11.11.11", None, date(2011, 11, 11)),
        ("04-NOV-26", "dmy", date(2026, 11, 4)),
        ("27-DEZ-26", "dmy", date(2026, 12, 27)),
        ("3. märz 2026", None, date(2026, 3, 3)),
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
        ("03112026", "ambiguous-date"),
        ("3112026", "ambiguous-date"),
        ("301126", "ambiguous-date"),
        ("04-NOV-26", "ambiguous-date"),
        ("99.99.99", "not-a-date"),
        ("459999", "not-a-date"),
        ("30113026", "not-a-date"),
        ("31.02.2025", "not-a-date"),
        ("2025-02-30", "not-a-date"),
        ("20251301", "not-a-date"),
        ("27.02/2025", "not-a-date"),
        ("202502-27", "not-a-date"),
        ("٢٧.02.2025", "not-a-date"),
        ("2025-02-27 13:45", "date-with-time"),
        ("i dag", "not-a-date"),
        *((text, "not-a-date") for text in ("00000412", "0000-01-02", "01.01.0000", "1. januar 0000")),
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
    assert read(FieldType.DATE, ["45659", "20250227"], "number") == (
        [None, date(2025, 2, 27)],
        ["date-as-number", None],
    )


@pytest.mark.parametrize(
    ("text", "was", "name", "code"),
    [
        ("500221850000200320", "number", "kid", "digits-lost"),
        ("150", "number", "postal_code", "leading-zero-lost"),
        ("26", "number", "postal_code", "leading-zero-lost"),
        ("1501757329", "number", "bank_account_no", "leading-zero-lost"),
        ("1019921717", "number", "ssn", "leading-zero-lost"),
        ("150", "text", "postal_code", "leading-zero-lost"),
        ("1501757329", "text", "bank_account_no", "leading-zero-lost"),
        ("1019921717", "text", "ssn", "leading-zero-lost"),
        ("585.0", "text", "postal_code", "leading-zero-lost"),
        ("500221850000200350786.0", "text", "kid", "digits-lost"),
        ("2025-02-01", "date", "one", "date-in-identifier"),
        ("TRUE", "boolean", "one", "wrong-cell-type"),
        ("12.5", "number", "one", "number-not-identifier"),
        ("-12", "number", "one", "number-not-identifier"),
        ("0.5", "percent", "one", "percent-cell"),
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


@pytest.mark.parametrize(
    ("country", "words", "text", "code"),
    [
        ("NO", None, "150", "leading-zero-lost"),
        (None, None, "150", "leading-zero-lost"),
        (None, "Norge", "150", "leading-zero-lost"),
        (None, "Island", "101", None),
        ("IS", "Island", "101", None),
        ("SE", None, "11122", None),
        ("DE", None, "1067", "leading-zero-lost"),
        ("FI", None, "100", "leading-zero-lost"),
        ("no", None, "0150", None),
    ],
)
@pytest.mark.parametrize("was", ["text", "number"])
def test_a_postal_code_is_as_long_as_its_country_has_it(
    country: str | None, words: str | None, text: str, code: str | None, was: str
) -> None:
    """A code that is too short has lost a zero, in a text as in a number cell; other countries have other lengths."""
    cells = {"A": ("Kundenr", "K1"), "B": ("Postnr", text), "C": ("Landkode", country), "D": ("Land", words)}
    frame = pl.DataFrame({"row": [1, 2], **{letter: list(pair) for letter, pair in cells.items()}})
    kinds = [pl.Series(f"{letter}.cell", ["text", (was if letter == "B" else "text") if pair[1] else None], dtype=CELL)
             for letter, pair in cells.items()]  # fmt: skip
    sheet = Sheet("f.csv", "f", frame.cast(dict.fromkeys(cells, pl.String)).with_columns(kinds), tuple(cells), "csv")
    columns = {"customer_no": "A", "postal_code": "B", "country_code": "C", "country_text": "D"}
    _, findings = parse_sheet(sheet, 0, HeaderMatch(RESOURCES["customers"], 1, columns))
    assert findings.filter(pl.col("field") == "postal_code")["code"].to_list() == ([code] if code else [])


@pytest.mark.parametrize("texts", [["7001.0"], ["7001.0", None, "12.0"], ["7001,0", "7002,00"], ["7001.00", "5.0"]])
def test_identifiers_that_a_program_wrote_as_numbers_lose_their_decimals(texts: list[str | None]) -> None:
    """Where every value ends in .0, the values are whole numbers; that is reported in each cell."""
    values, codes = read(FieldType.IDENTIFIER, texts, name="customer_no")
    assert values == [text and text.replace(",", ".").split(".")[0] for text in texts]
    assert codes == [text and "decimal-zero-removed" for text in texts]


@pytest.mark.parametrize("other", ["7002", "A-7", "12.5", "7002.10", "-7.0", "7 002.0"])
def test_a_decimal_zero_among_other_values_is_refused(other: str) -> None:
    """Where only some values end in .0, no one knows what they were: they are never sent as they are."""
    assert read(FieldType.IDENTIFIER, ["7001.0", other], name="article_no") == ([None, other], ["decimal-zero", None])


def test_a_list_of_codes_may_end_in_zero() -> None:
    """46.0 is an industry code, and no number."""
    assert read(FieldType.TEXT_LIST, ["46.0"], name="nace_codes") == ([["46.0"]], [None])


def test_a_postal_code_is_padded_only_when_asked() -> None:
    """`--pad-postal-codes` changes 150 to 0150 and reports it."""
    said = ReadOptions(pad_postal_codes=True)
    assert read(FieldType.IDENTIFIER, ["150", "26"], "number", name="postal_code", reading=said) == (
        ["0150", "0026"],
        ["postal-code-padded"] * 2,
    )
    assert read(FieldType.IDENTIFIER, ["150"], name="postal_code", reading=said) == (["0150"], ["postal-code-padded"])


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
