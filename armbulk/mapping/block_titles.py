"""Lists with a block for each customer: the title above the rows of a block, and the customer's number in it.

Pure: a title has no date and no amount, begins with a number, and a row with both is next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from armbulk.model.amount_signs import NEGATIVE_AMOUNT
from armbulk.model.fields import FieldType, Resource

TOTAL_WORDS = (
    "sum|total|totalt|totals|totalsum|sum total|i alt|ialt|subtotal|delsum|saldo|utgående saldo|inngående saldo|sidesum"
    "|sidetotal|overført|å overføre|transportert|transporteras|ingående saldo|übertrag"
    "|(?:page|grand|report|running) totals?|(?:brought|carried) (?:forward|over)|hovedsum|sluttsum|sumlinje"
    "|totalbeløp|total amount|summa|totalsumma|delsumma|slutsum|summe|gesamt|gesamtsumme|zwischensumme"
)
MARKS = r"[^\p{L}\p{N}]*"
"""What is around the words of a total: `*TOTAL*`, `** Totalt **`, `Sum:`."""

STARTS_WITH_TOTAL = rf"(?i)^{MARKS}({TOTAL_WORDS})\b"
_WHOSE = (
    r"(?:kunde|kund|debitor|reskontro|customer|debtor|account)(?:nr|no|nummer|number)?(?: ?(?:nr|no|number))?[.:# ]*"
)
_NUMBER = rf"(?i)^\s*(?:{_WHOSE})?(\p{{L}}{{0,3}}-?[0-9]+)(?:[\s,:;\x{{2013}}-]+\p{{L}}.*)?\s*$"
_NAME = r"\p{L}{2}"
_MAX_CELLS = 4
_NUMBER_TYPE = pl.Decimal(28, 8)
_HALF_A_CENT = pl.lit(Decimal("0.005"))
SCHEMA = pl.Schema({"row": pl.Int64(), "column": pl.String(), "number": pl.String()})


@dataclass(frozen=True, slots=True)
class BlockColumns:
    """The columns of a list of documents by which titles are known.

    Attributes:
        letters: Every column of the sheet.
        key: The column of the documents' numbers; "" = none.
        customer: The column of the customers' numbers; "" = none.
        dates: The columns of dates.
        amounts: The columns of amounts.
    """

    letters: tuple[str, ...]
    key: str
    customer: str
    dates: tuple[str, ...]
    amounts: tuple[str, ...]

    @property
    def is_enough(self) -> bool:
        """Whether titles can be distinguished from documents."""
        return bool(self.dates and self.amounts)

    @property
    def is_no_document(self) -> pl.Expr:
        """Whether a row has neither a document's number nor a date: a title, a total, the heading of a page."""
        blank = [pl.col(letter).is_null() for letter in (self.key, *self.dates) if letter]
        return pl.all_horizontal(blank) if self.key and self.dates else pl.lit(value=False)


def choose_columns(letters: Sequence[str], resource: Resource, columns: Mapping[str, str]) -> BlockColumns:
    """Return the columns of a sheet by which titles are known.

    Args:
        letters: Every column of the sheet.
        resource: What the sheet contains.
        columns: Field → the letter of its column.
    """
    of_type = {
        kind: tuple(
            columns[field.name]
            for field in resource.fields
            if field.type is kind and columns.get(field.name) in letters
        )
        for kind in (FieldType.DATE, FieldType.AMOUNT)
    }
    key, customer = (columns.get(name, "") for name in (resource.record_key, "customer_no"))
    customer = customer if customer in letters else ""
    return BlockColumns(tuple(letters), key, customer, of_type[FieldType.DATE], of_type[FieldType.AMOUNT])


def to_number(letter: str) -> pl.Expr:
    """Return a cell as an exact number, for comparison only: the last of points and commas is the decimal sign.

    Decimals after the eighth are cut off: they are traces of Excel's formulas.
    """
    text = pl.col(letter).str.replace_all(r"[\s\u00a0']", "").str.replace_all("\u2212", "-", literal=True)
    text = text.str.replace(r"^(?:\(([0-9.,]+)\)|([0-9.,]+)-)$", "-${1}${2}")
    text = pl.when(text.str.contains(r"\..*,")).then(text.str.replace_all(".", "", literal=True)).otherwise(text)
    text = pl.when(text.str.contains(r",.*\.")).then(text.str.replace_all(",", "", literal=True)).otherwise(text)
    return text.str.replace(",", ".", literal=True).cast(_NUMBER_TYPE, strict=False)


def is_same_amount(number: pl.Expr, other: pl.Expr) -> pl.Expr:
    """Return whether two amounts of `to_number`, or sums of them, are the same.

    Amounts of whole cents are compared exactly. A formula may leave more decimals: less than half a cent is no amount.
    """
    return (number - other).abs() < _HALF_A_CENT


def find_titles(body: pl.DataFrame, columns: BlockColumns) -> pl.DataFrame:
    """Return row, column, number of the titles of blocks; the column is the first that has a number.

    Args:
        body: The rows below the headers.
        columns: The columns of the sheet.
    """
    if not columns.is_enough or body.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    values = [pl.col(letter).is_null() for letter in (*columns.dates, *columns.amounts)]
    possible = body.filter(pl.all_horizontal(values) & _is_item(columns).shift(-1, fill_value=False))
    if possible.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    numbers = {letter: pl.col(letter).str.extract(_NUMBER, 1) for letter in columns.letters}
    first = pl.coalesce(pl.when(number.is_not_null()).then(pl.lit(letter)) for letter, number in numbers.items())
    is_title = _has_title(columns) | pl.col("row").is_in(_find_numbers_alone(body, possible, columns))
    titles = possible.filter(is_title).select(
        "row", first.alias("column"), pl.coalesce(numbers.values()).alias("number")
    )
    return titles.drop_nulls("number")


def _is_item(columns: BlockColumns) -> pl.Expr:
    has_date = pl.any_horizontal(pl.col(letter).is_not_null() for letter in columns.dates)
    return has_date & pl.any_horizontal(pl.col(letter).is_not_null() for letter in columns.amounts)


def _has_title(columns: BlockColumns) -> pl.Expr:
    """Return whether a row has little, and no document's number: a number alone in its place may be one."""
    is_short = pl.sum_horizontal(pl.col(letter).is_not_null() for letter in columns.letters) <= _MAX_CELLS
    if not columns.key:
        return is_short
    key = pl.col(columns.key)
    return is_short & (key.is_null() | ~key.str.contains("[0-9]") | key.str.contains(r"[0-9]\P{L}+\p{L}{2}"))


def _find_numbers_alone(body: pl.DataFrame, possible: pl.DataFrame, columns: BlockColumns) -> list[int]:
    """Return the rows of titles that have the number alone in the column of the documents' numbers: 10001 | Kari.

    A document without a date and an amount looks like one. Therefore the first rows with a date and an amount must have
    such a title above them, the number must be of no document, and there must be a name beside it.

    Args:
        body: The rows below the headers.
        possible: Those without a date and an amount, above one that has both.
        columns: The columns of the sheet.
    """
    if not columns.key or columns.customer:
        return []
    key, is_item = pl.col(columns.key), _is_item(columns)
    items = body.filter(is_item)
    names = [pl.col(letter).str.contains(_NAME) for letter in columns.letters if letter != columns.key]
    has_name = pl.any_horizontal(name.fill_null(value=False) for name in names)
    filled = pl.sum_horizontal(pl.col(letter).is_not_null() for letter in columns.letters)
    is_title = key.str.contains(_NUMBER) & ~key.is_in(items[columns.key].implode()) & has_name & (filled <= _MAX_CELLS)
    rows = possible.filter(is_title)["row"].to_list()
    above = body.select("row", above=pl.col("row").shift(1), is_item=is_item).filter("is_item")["above"][0]
    return rows if above in rows else []


def carry_numbers(body: pl.DataFrame, titles: pl.DataFrame, columns: BlockColumns) -> pl.DataFrame:
    """Return row, number, title (its row), is_sure for each row with a date: the number of the title above it.

    It is not sure where a total of the block does not agree with its rows or has another number, or where a total is
    between the title and the row.

    Args:
        body: The rows below the headers.
        titles: The titles in the column that has the numbers.
        columns: The columns of the sheet.
    """
    is_item = _is_item(columns)
    text = pl.concat_str([pl.col(letter) for letter in columns.letters], separator="\n", ignore_nulls=True)
    called = pl.any_horizontal(pl.col(letter).str.contains(STARTS_WITH_TOTAL) for letter in columns.letters)
    frame = body.join(titles.select("row", "number"), on="row", how="left", maintain_order="left").with_columns(
        is_item.alias("is_item"),
        pl.any_horizontal(pl.col(letter).is_not_null() for letter in columns.dates).alias("has_date"),
        (called.fill_null(value=False) & ~is_item).alias("is_total"),
        text.str.extract(rf"(?im)^{MARKS}(?:{TOTAL_WORDS})[^0-9\n]*([0-9]{{2,}})[^0-9\n]*$", 1).alias("named"),
        pl.when(pl.col("number").is_not_null()).then("row").forward_fill().alias("title"),
    )
    sizes = [pl.col(letter).str.replace_all(r"[^0-9.,]", "").alias(f"{letter}.size") for letter in columns.amounts]
    frame = frame.with_columns(
        *sizes, pl.col("number").forward_fill(), totals=pl.col("is_total").cum_sum().over("title")
    )
    is_first = pl.col("is_total") & (pl.col("totals") == 1)
    agrees = [
        (pl.col("named").is_null() | pl.col("number").str.ends_with(pl.col("named"))),
        *(_agrees(letter) for letter in columns.amounts),
    ]
    wrong = frame.filter(is_first & ~pl.all_horizontal(agrees))["title"]
    is_sure = ~pl.col("title").is_in(wrong.drop_nulls().implode()) & (pl.col("totals") == 0)
    return frame.filter("has_date").select("row", "number", "title", is_sure.alias("is_sure"))


def _agrees(letter: str) -> pl.Expr:
    """Return whether an amount of a total is the sum of the block's rows above it; a blank one is none."""
    is_negative = pl.col(letter).str.contains(NEGATIVE_AMOUNT)
    size = to_number(f"{letter}.size")
    number = pl.when(is_negative).then(-size).otherwise(size)
    items = pl.when(pl.col("is_item") & (pl.col("totals") == 0)).then(number).fill_null(0).sum().over("title")
    return pl.col(letter).is_null() | is_same_amount(number, items).fill_null(value=False)
