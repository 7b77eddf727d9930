"""Dates as people write them, to dates. A text that may be two dates is an issue, never a guess."""

from datetime import date

import polars as pl

from armbulk.model.day_texts import ISO_DATE, parse_days
from armbulk.model.read_options import DATE_ORDERS
from armbulk.validation.cell_column import CellColumn, ParsedColumn
from armbulk.validation.characters import BLANK_WORD, DASHES, INVISIBLE

_WITH_TIME = r"^[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}[T ](?:kl\.? ?)?[0-9]{1,2}[:.][0-9]{2}"
_ZONE = r"(?: ?Z|[+-][0-9]{2}:?[0-9]{2})?"  # as in the date cells of a workbook, the day counts as it is written
_AT_MIDNIGHT = rf"(?i)[T ](?:(?:kl\.? ?)?0?0[:.]00(?:[:.]00)?(?:[.,]0+)?{_ZONE}|12:00(?::00)? ?AM)$"
_DAY_MONTH_YEAR = r"^(?<a>[0-9]{1,2})(?<mark>[./-])(?<b>[0-9]{1,2})(?<second_mark>[./-])(?<c>[0-9]{4}|[0-9]{2})$"
_YEAR_MONTH_DAY = r"^(?<y>[0-9]{4})[./-](?<m>[0-9]{1,2})[./-](?<d>[0-9]{1,2})$"
_NAME = r"\p{L}{3,9}"
_DAY = r"([0-9]{1,2})(?:\.|st|nd|rd|th)?"
_NAMED_MONTHS = {
    rf"^{_DAY}[\s/-]*<([0-9]{{2}})>\.?,?[\s/-]*([0-9]{{4}})$": "$3-$2-$1",  # 2. november 2026
    rf"^<([0-9]{{2}})>\.?[\s/-]*{_DAY},?[\s/-]+([0-9]{{4}})$": "$3-$1-$2",  # Nov 2, 2026
    r"^([0-9]{4})[\s/-]*<([0-9]{2})>[\s/-]*([0-9]{1,2})$": "$1-$2-$3",  # 2026-Nov-02
}
_NAMED_SHORT_YEAR = rf"^{_DAY}[\s/-]*<([0-9]{{2}})>\.?,?[\s/-]*([0-9]{{2}})$"  # 02-Nov-26: 26 may be the day
_MONTHS = (
    "jan januar january januari jänner", "feb februar february februari", "mar mars march marts märz mär mrz",
    "apr april", "mai may maj", "jun juni june", "jul juli july", "aug august augusti", "sep sept september",
    "okt oct oktober october", "nov november", "des dec dez desember december dezember",
)  # fmt: skip
_MONTH_NUMBERS = {name: f"{number:02}" for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_WEEKDAY = r"^(\p{L}{3,9})\.?,? +"
_WEEKDAYS = (
    "mandag mon monday man måndag mån montag", "tirsdag tue tuesday tir tues tisdag tis dienstag",
    "onsdag wed wednesday ons mittwoch", "torsdag thu thursday tor thur thurs donnerstag",
    "fredag fri friday fre freitag", "lørdag sat saturday lør lördag lör samstag",
    "søndag sun sunday søn söndag sön sonntag",
)  # fmt: skip
_WEEKDAY_NUMBERS = {name: number for number, names in enumerate(_WEEKDAYS, 1) for name in names.split()}
_DATE_WITH_ZONE = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})$"
_BLANK_BEHIND_POINT = r"([0-9])\.\s+([0-9])"
_PACKED = {
    "^([0-9]{2})([0-9]{2})((?:19|20)[0-9]{2})$": "$1/$2/$3",  # 30112026
    "^([0-9])([0-9]{2})((?:19|20)[0-9]{2})$": "0$1/$2/$3",  # 3112026, without its first zero
    "^([0-9]{2})([0-9]{2})([0-9]{2})$": "$1/$2/$3",  # 301126
}
_SHORT_PACKED = {"^([0-9])([0-9]{2})([0-9]{2})$": "0$1/$2/$3"}  # 31126, beside texts such as 301126
_MAY_HAVE_LETTERS = r"[A-Za-z\x{80}-\x{10ffff}]"
_HAS_SIX_DIGITS = "^[0-9]{6}$"
_HAS_LOST_ZERO = "^[0-9]{7}$"
_EXCEL_DAYS = r"^[0-9]{5}(?:\.0+)?$"
_DATE_KINDS = ["text", "date", "datetime", "number"]


def parse_date(cells: CellColumn) -> ParsedColumn:
    """Return the value and the issues of a DATE column; the frame has the columns that `add_dates` adds."""
    has_time = cells.text.str.contains(_WITH_TIME) & ~cells.text.str.contains(_AT_MIDNIGHT)
    value = pl.col("date")
    return value, [
        ("blank-word", pl.col("is_blank_word"), None),
        ("date-with-time", has_time & cells.is_kind("datetime", "text"), None),
        ("ambiguous-date", pl.col("is_ambiguous"), None),
        ("date-as-number", pl.col("excel_date").is_not_null() & value.is_null(), pl.col("excel_date")),
        ("date-in-other-order", pl.col("has_other_order") & value.is_null(), pl.lit(cells.options.dates)),
        ("not-a-date", cells.text.is_not_null() & value.is_null(), None),
    ]


def _excel_date(text: pl.Expr, *, from_1904: bool) -> pl.Expr:
    """Return the likely date of a number of days, as Excel counts them: a date cell without its format."""
    days = pl.when(text.str.contains(_EXCEL_DAYS)).then(text.str.head(5)).cast(pl.Int32, strict=False)
    first = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
    likely = pl.lit(first) + pl.duration(days=days)
    return pl.when(likely.dt.year().is_between(1990, 2099)).then(likely.dt.to_string("%Y-%m-%d"))


def add_dates(frame: pl.DataFrame, cells: CellColumn) -> pl.DataFrame:
    """Add `date` Date, and `is_ambiguous` Boolean where a text may be two dates.

    Add `has_other_order` Boolean: a text that is a date, but not in the order that the user named. Add `is_blank_word`
    Boolean: a text that means a blank cell. Add `excel_date` String: the likely date of a
    number.
    ISO dates are parsed at once; only other cells are parsed as people write dates.
    """
    is_iso = pl.col("text").str.contains(ISO_DATE) & pl.col("kind").is_in(["date", "text"])
    frame = frame.with_columns(
        parse_days(pl.when(is_iso).then(pl.col("text"))).alias("date"),
        pl.lit(value=False).alias("is_ambiguous"),
        pl.lit(value=False).alias("has_other_order"),
        pl.lit(value=False).alias("is_blank_word"),
        pl.lit(None, dtype=pl.String).alias("excel_date"),
        is_iso.fill_null(value=True).alias("is_iso"),
    )
    if frame["is_iso"].all():
        return frame
    is_written = ~pl.col("is_iso") & pl.col("kind").is_in(_DATE_KINDS)
    texts = frame.filter(is_written)[["text"]].unique()
    is_birth = cells.field.name == "date_of_birth"  # the century of a birth year with two digits is unknown
    written = _parse_written(texts, cells.options.dates, two_digit_years=not is_birth).with_columns(
        pl.col("text").str.contains(BLANK_WORD).alias("is_blank_word"),
        _excel_date(pl.col("text"), from_1904=cells.from_1904).alias("excel_date"),
    )
    joined = frame.join(written, on="text", how="left", maintain_order="left", suffix="_written")
    return joined.with_columns(
        pl.when("is_iso").then("date").when(is_written).then("written").alias("date"),
        is_ambiguous=(is_written & pl.col("is_ambiguous_written")).fill_null(value=False),
        has_other_order=(is_written & pl.col("has_other_order_written")).fill_null(value=False),
        is_blank_word=pl.col("is_blank_word_written").fill_null(value=False),
        excel_date=pl.col("excel_date_written"),
    )[frame.columns]


def read_in_order(texts: pl.Series, order: str) -> list[date | None]:
    """Return the dates that texts are in an order (dmy, mdy or ymd); None for a text that is none in this order."""
    frame = texts.alias("text").to_frame()
    written = _parse_in_order(frame.unique(), order, two_digit_years=True)
    return frame.join(written, on="text", how="left", maintain_order="left")["written"].to_list()


def _parse_written(texts: pl.DataFrame, order: str | None, *, two_digit_years: bool) -> pl.DataFrame:
    """Return `text`, `written` Date, `is_ambiguous` and `has_other_order` Boolean of dates as people write them.

    A text that is the same date in every order (11/11/11) is not ambiguous, nor is one that is a date in no order.
    `has_other_order`: it is a date, but not in the named `order`.
    """
    written = _parse_in_order(texts, order, two_digit_years=two_digit_years)
    is_open = pl.col("is_ambiguous") if order is None else pl.col("written").is_null()
    unclear = written.filter(is_open & pl.col("text").is_not_null())[["text"]]
    if unclear.is_empty():
        return written.with_columns(has_other_order=pl.lit(value=False))
    for each in DATE_ORDERS:
        of_order = _parse_in_order(unclear[["text"]], each, two_digit_years=True)
        unclear = unclear.hstack([of_order["written"].alias(each)])
    is_same = (pl.col("dmy") == pl.col("mdy")) & (pl.col("dmy") == pl.col("ymd"))
    unclear = unclear.select(
        "text",
        pl.when(is_same & pl.lit(two_digit_years)).then("dmy").alias("same"),
        pl.any_horizontal(pl.col(each).is_not_null() for each in DATE_ORDERS).alias("is_date"),
    )
    joined = written.join(unclear, on="text", how="left")
    is_date = pl.col("is_date").fill_null(value=False)
    return joined.select(
        "text",
        pl.coalesce("written", "same").alias("written"),
        (pl.col("is_ambiguous") & is_date & pl.col("same").is_null()).alias("is_ambiguous"),
        (pl.lit(order is not None) & ~pl.col("is_ambiguous") & is_date & pl.col("same").is_null()).alias(
            "has_other_order"
        ),
    )


def _parse_in_order(texts: pl.DataFrame, order: str | None, *, two_digit_years: bool) -> pl.DataFrame:
    """Return `text`, `written` Date and `is_ambiguous` Boolean of dates as people write them.

    27.02.2025 is the Norwegian form, whatever the `order`; 01/02/25 needs one (dmy, mdy or ymd).
    """
    texts = _clean_dates(texts, "$1.$2.$3" if order in {None, "ymd"} or not two_digit_years else "20$3-$2-$1")
    has_weekdays, weekday = "weekday" in texts.columns, pl.col("weekday")
    text = pl.col("clean")
    parts = texts.with_columns(
        text.str.extract_groups(_DAY_MONTH_YEAR).struct.unnest(),
        text.str.extract_groups(_YEAR_MONTH_DAY).struct.unnest(),
        text.str.extract(r"^([0-9]{8})$").alias("packed"),
    )
    parts = parts.with_columns(pl.when(pl.col("mark") == pl.col("second_mark")).then(pl.col("a", "b", "c")))
    first, second = pl.col("a").cast(pl.Int32), pl.col("b").cast(pl.Int32)
    has_short_year = pl.col("c").str.len_chars() == 2
    is_day_first = (pl.col("mark") == ".") | (first > 12)
    by_rule = (
        pl.when(is_day_first | (first == second)).then(_iso(pl.col("c"), pl.col("b"), pl.col("a")))
        .when(second > 12).then(_iso(pl.col("c"), pl.col("a"), pl.col("b")))
    )  # fmt: skip
    has_order = (
        pl.lit(order is not None)
        & (~has_short_year | pl.lit(two_digit_years))
        & (has_short_year | (pl.lit(order != "ymd") & (pl.col("mark") != ".")))
    )
    may_be_swapped = ~is_day_first & (second <= 12) & (first != second)
    is_ambiguous = ~has_order & (has_short_year | may_be_swapped | pl.col("has_lost_zero"))
    iso = pl.coalesce(
        _iso(pl.col("y"), pl.col("m"), pl.col("d")),
        pl.when(has_order).then(_iso_by_order(order)).when(~is_ambiguous).then(by_rule),
    )
    written, packed = parse_days(iso), parse_days(pl.col("packed"), "%Y%m%d")
    dates = parts.select(
        "text",
        *(["weekday"] if has_weekdays else []),
        pl.coalesce(written, packed).alias("written"),
        is_ambiguous.fill_null(value=False).alias("is_ambiguous"),
    )
    if not has_weekdays:
        return dates
    is_contradicted = (weekday != pl.col("written").dt.weekday()).fill_null(value=False)
    return dates.select("text", pl.when(~is_contradicted).then("written"), "is_ambiguous")


def _clean_dates(texts: pl.DataFrame, with_short_year: str) -> pl.DataFrame:
    """Return `text`, and `clean` String with numbers alone; `has_lost_zero` Boolean: it has seven digits.

    Add `weekday` Int64 where the text of some row begins with one. `with_short_year` is the form of a date with a
    month's name whose year has two digits.
    """
    text = pl.col("text").str.replace_all(INVISIBLE, "").str.replace_all(DASHES, "-").str.replace(_AT_MIDNIGHT, "")
    text = (
        text.str.replace_all(_BLANK_BEHIND_POINT, "$1.$2")
        .str.replace(_DATE_WITH_ZONE, "$1")
        .str.replace("^(?i:den) +", "")
    )
    texts = texts.with_columns(clean=text)
    text, weekday = pl.col("clean"), pl.col("weekday")
    occurs = texts.select(
        text.str.contains(_MAY_HAVE_LETTERS).any().alias("letters"),
        pl.col("text").str.contains(_HAS_SIX_DIGITS).any().alias("six_digits"),
    )
    has_letters, has_six_digits = occurs.row(0)
    has_names = has_weekdays = False
    if has_letters:  # patterns of letters cost more than all the rest of a short column
        names, weekdays = pl.col("text").str.contains(_NAME).any(), text.str.contains(_WEEKDAY).any()
        has_names, has_weekdays = texts.select(names, weekdays.alias("weekdays")).row(0)
    if has_weekdays:
        numbered = text.str.extract(_WEEKDAY).str.to_lowercase().replace_strict(_WEEKDAY_NUMBERS, default=None)
        texts = texts.with_columns(weekday=numbered)
        text = pl.when(weekday.is_not_null()).then(text.str.replace(_WEEKDAY, "")).otherwise(text)
    if has_names:
        text = _number_months(text, with_short_year)
    if has_names or has_weekdays:
        texts = texts.with_columns(clean=text)
    text = unpack_dates(pl.col("clean"), with_short=has_six_digits)
    return texts.with_columns(clean=text, has_lost_zero=pl.col("clean").str.contains(_HAS_LOST_ZERO))


def unpack_dates(text: pl.Expr, *, with_short: bool = False) -> pl.Expr:
    """Return dates without separators, year last, with slashes: 30112026 → 30/11/2026, 301126 → 30/11/26.

    A program that reads them as numbers removes a zero at the beginning. `with_short` is whether 31126 is one, too:
    elsewhere it is a number of days.
    """
    for pattern, form in {**_PACKED, **(_SHORT_PACKED if with_short else {})}.items():
        text = text.str.replace(pattern, form)
    return text


def _number_months(text: pl.Expr, with_short_year: str) -> pl.Expr:
    """Return texts with a month's name as numbers, year first.

    `with_short_year` is the form where the year has two digits.
    """
    number = (
        text.str.extract(f"(?:^den |^|[^\\p{{L}}])({_NAME})")
        .str.to_lowercase()
        .replace_strict(_MONTH_NUMBERS, default=None)
    )
    marked = text.str.replace(_NAME, pl.concat_str(pl.lit("<"), number, pl.lit(">")))
    for pattern, form in {**_NAMED_MONTHS, _NAMED_SHORT_YEAR: with_short_year}.items():
        marked = marked.str.replace(pattern, form)
    return pl.when(number.is_not_null()).then(marked).otherwise(text)


def _iso_by_order(order: str | None) -> pl.Expr:
    """Return ISO text of the parts a, b and c in the order that the user named."""
    if order == "ymd":
        return _iso(_full_year("a"), pl.col("b"), pl.col("c"))
    day, month = ("a", "b") if order == "dmy" else ("b", "a")
    return _iso(_full_year("c"), pl.col(month), pl.col(day))


def _full_year(name: str) -> pl.Expr:
    """Return a year with four digits: one with two is of this century, because documents are recent."""
    year = pl.col(name)
    return pl.when(year.str.len_chars() == 2).then(pl.concat_str(pl.lit("20"), year)).otherwise(year)


def _iso(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    return pl.concat_str(year, month.str.zfill(2), day.str.zfill(2), separator="-")
