"""The rows of a list of open items: which are items, totals and titles, and whose each item is.

Lists differ: the customer's number is in each row, in the first row of a block, or in a title above it; titles, headers
and page totals are repeated on each page. A row with an amount is never dropped: it is an item, or a total.
"""

from dataclasses import dataclass, replace

import polars as pl

from armbulk.mapping.block_titles import MARKS, STARTS_WITH_TOTAL, choose_columns, find_titles
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.fields import FieldType
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import Sheet
from armbulk.validation.layout import check_layout, name_headers
from armbulk.validation.parse import parse_sheet

_PAGE_TOTAL = (
    rf"(?i)^{MARKS}(side ?sum|side ?total|sum side|overført|overføres|transport|page total"
    r"|(?:brought|carried) forward)\b"
)
_GRAND = rf"(?i)^{MARKS}(grand|hoved|slutt|total(?:t|sum|er)?\b|sum total|i alt|ialt|slut|report total)"
_CREDIT = r"(?i)^\s*[-\x{2212}]?\s*(.*[0-9][,.)-]*)\s*(?:K|C|CR|KR?ED(?:IT)?)\.?\s*$"
_DEBIT = r"(?i)^\s*(.*[0-9][,.)-]*)\s*(?:D|DR|DEB(?:ET|IT)?)\.?\s*$"
_NUMBER = (
    r"(?i)^\s*(?:(?:kunde|kund|debitor|reskontro|customer|debtor)\p{L}*[.:# ]*)?"
    r"(\p{L}{0,3}-?[0-9]+)(?:[\s,:;.\x{2013}-]+(\p{L}.*))?\s*$"
)
_NAME = r"\p{L}{2}"
_LABEL = r"(?i)^\s*(?:kundenavn|navn|name|namn)\s*[:.]\s*"
_BEHIND_NAME = r"(?i)\s+(?:tlf|telefon|phone|tel|org\.? ?nr|mobil|e-?post|e-?mail)\b.*$"
_NAMES = "=names"  # no Excel column has this name
_DATES = ("document_date", "posting_date", "due_date")
_CUSTOMER = ("customer_no", "customer", "customer_name")
_EXTRA = pl.Schema(
    {
        "role": pl.String(),
        "customer_id": pl.String(),
        "name": pl.String(),
        "is_filled": pl.Boolean(),
        "is_grand": pl.Boolean(),
        "label": pl.String(),
    }
)


@dataclass(frozen=True, slots=True)
class ListedRows:
    """The rows of one sheet of a list.

    Attributes:
        rows: The items and totals in the order of the sheet: row Int64; role String ("item", "total", or "unnamed": an
            amount without a number, a date and the word for a total); customer_id, name String; is_filled Boolean (the
            number is that of a row above); is_grand Boolean (the words of the row are those of a total of everything);
            label String (its texts, without amounts); and the typed columns of `resources.open_items`.
        findings: What cannot be read, or may be read in two ways.
        has_titles: Whether the customers are in titles above the items.
    """

    rows: pl.DataFrame
    findings: pl.DataFrame
    has_titles: bool


def read_rows(
    sheet: Sheet, own: Sheet, index: int, match: HeaderMatch, options: ReadOptions, *, is_of_sums: bool
) -> ListedRows:
    """Read the rows of a sheet.

    Args:
        sheet: The sheet, as its mapping makes it.
        own: The sheet as it is in the file.
        index: Its index, for the findings.
        match: Its columns: those of `resources.open_items`.
        options: How unclear dates and amounts are read.
        is_of_sums: Whether a row is what a customer owes altogether.
    """
    sheet = _sign_amounts(sheet, match)
    layout = check_layout(sheet, index, match, name_headers(own, match))
    again = layout.filter(pl.col("code") == "header-again")["row"].to_list()
    frame = sheet.frame.filter(~pl.col("row").is_in([*again, match.header_row]))
    letters = [letter for letter in sheet.letters if letter.isalpha()]
    texts = pl.concat_list([pl.col(letter) for letter in letters]).list.drop_nulls()
    is_page = texts.list.eval(pl.element().str.contains(_PAGE_TOTAL)).list.any()
    amounts = _letters_of(match, FieldType.AMOUNT)
    label = pl.concat_list([pl.col(letter) for letter in letters if letter not in amounts]).list.drop_nulls()
    roles = frame.with_columns(
        _judge_role(match, letters, is_of_sums=is_of_sums), is_page=is_page, label=label.list.join(" ")
    )
    roles = roles.filter(~pl.col("is_page") | (pl.col("role") == "item").fill_null(value=False))
    owned, has_titles = _find_customers(roles, sheet, match)
    kept = owned.filter((pl.col("row") > match.header_row) & pl.col("role").is_not_null())
    return _parse(kept, sheet, index, match, options, has_titles=has_titles)


def _sign_amounts(sheet: Sheet, match: HeaderMatch) -> Sheet:
    """Return the sheet with a minus in front of amounts that end with the letter of a credit: 500,00 K."""
    letters = _letters_of(match, FieldType.AMOUNT)
    signed = [
        pl.when(pl.col(f"{letter}.cell") == "text")
        .then(pl.col(letter).str.replace(_CREDIT, "-$1").str.replace(_DEBIT, "$1"))
        .otherwise(letter)
        .alias(letter)
        for letter in letters
    ]
    below = sheet.frame["row"] > (match.header_row or 0)
    return replace(sheet, frame=pl.concat([sheet.frame.filter(~below), sheet.frame.filter(below).with_columns(signed)]))


def _letters_of(match: HeaderMatch, kind: FieldType) -> list[str]:
    fields = match.recognised_resource.fields
    return [match.columns[field.name] for field in fields if field.type is kind and field.name in match.columns]


def _judge_role(match: HeaderMatch, letters: list[str], *, is_of_sums: bool) -> pl.Expr:
    """Return whether a row is an item, a total or an amount without a name; null for all others.

    Of a list of sums, an item is a row with the number of a customer, who may be called "Total Service AS".
    """
    columns = match.columns
    amounts = _letters_of(match, FieldType.AMOUNT)
    has_amount = pl.any_horizontal(pl.col(letter).is_not_null() for letter in amounts)
    others = [letter for letter in letters if letter not in amounts]
    called = pl.any_horizontal(
        pl.col(letter).str.contains(STARTS_WITH_TOTAL).fill_null(value=False) for letter in others
    )
    numbers = [columns[name] for name in ("document_no", "voucher_no") if name in columns]
    is_number = [
        (pl.col(letter).str.contains("[0-9]") & ~pl.col(letter).str.contains(STARTS_WITH_TOTAL)).fill_null(value=False)
        for letter in numbers
    ]
    has_number = pl.any_horizontal(is_number or [pl.lit(value=False)])
    dates = [pl.col(columns[name]).is_not_null() for name in _DATES if name in columns]
    has_date = pl.any_horizontal(dates or [pl.lit(value=False)])
    is_item = (has_number & has_date) | (~called & (has_number | has_date))
    if is_of_sums:
        is_item = _has_customer(match, called)
    role = pl.when(is_item).then(pl.lit("item")).when(called).then(pl.lit("total")).otherwise(pl.lit("unnamed"))
    return pl.when(has_amount).then(role).alias("role")


def _has_customer(match: HeaderMatch, called: pl.Expr) -> pl.Expr:
    """Return whether a row of a list of sums names a customer, and is no total."""
    columns = match.columns
    if "customer_no" in columns:
        cell = pl.col(columns["customer_no"])
        return (cell.str.contains("[0-9]") & ~cell.str.contains(STARTS_WITH_TOTAL)).fill_null(value=False)
    names = [pl.col(columns[name]).is_not_null() for name in ("customer", "customer_name") if name in columns]
    return ~called & pl.any_horizontal(names)


def _find_customers(frame: pl.DataFrame, sheet: Sheet, match: HeaderMatch) -> tuple[pl.DataFrame, bool]:
    """Return the rows with customer_id, name, is_filled and is_grand; and whether customers are in titles."""
    columns = match.columns
    number, name = pl.lit(None, dtype=pl.String), pl.lit(None, dtype=pl.String)
    if "customer" in columns:
        number = pl.col(columns["customer"]).str.extract(_NUMBER, 1)
        name = pl.coalesce(pl.col(columns["customer"]).str.extract(_NUMBER, 2), columns["customer"])
    if "customer_no" in columns:
        cell = pl.col(columns["customer_no"])
        number, name = pl.coalesce(cell.str.extract(_NUMBER, 1), cell), pl.coalesce(cell.str.extract(_NUMBER, 2), name)
    elif "customer" not in columns and "customer_name" in columns:
        number = pl.col(columns["customer_name"]).str.extract(_NUMBER, 1)
    if "customer_name" in columns:
        own_name = pl.col(columns["customer_name"])
        name = pl.coalesce(own_name if "customer_no" in columns else own_name.str.extract(_NUMBER, 2), own_name, name)
    is_total = (pl.col("role") == "total").fill_null(value=False)
    is_below = pl.col("row") > match.header_row
    is_item = (pl.col("role") == "item").fill_null(value=False)
    is_number = pl.when(is_item).then(number.str.contains("[0-9]")).otherwise(number.str.contains(_NUMBER))
    may_own = ~is_total & is_below & is_number.fill_null(value=False)
    frame = frame.with_columns(
        number=pl.when(may_own).then(number.str.strip_chars()),
        name=pl.when(~is_total & is_below & name.str.contains(_NAME)).then(name.str.strip_chars()),
    )
    frame = _name_from_cells(frame, sheet)
    has_titles = frame.filter(pl.col("number").is_not_null()).is_empty()
    if has_titles:
        frame = _take_titles(frame, sheet, match)
    block = is_total.cum_sum().shift(1, fill_value=0)
    frame = frame.with_columns(block=block)
    is_new = pl.col("number").is_not_null()
    return frame.with_columns(
        customer_id=pl.col("number").forward_fill().over("block"),
        is_filled=~is_new,
        name=pl.col("name").forward_fill().over("block", is_new.cum_sum()),
        is_grand=pl.col("label").str.contains(_GRAND),
    ), has_titles


def _name_from_cells(frame: pl.DataFrame, sheet: Sheet) -> pl.DataFrame:
    """Return the rows with the names of customers whose number is in a row without an item: from a cell beside it."""
    letters = [letter for letter in sheet.letters if letter.isalpha()]
    is_name = [pl.col(letter).str.contains(_NAME) & ~pl.col(letter).str.contains("[0-9]") for letter in letters]
    beside = pl.coalesce(pl.when(each).then(letter) for each, letter in zip(is_name, letters, strict=True))
    has_number = pl.col("role").is_null() & pl.col("number").is_not_null()
    return frame.with_columns(name=pl.when(has_number).then(pl.coalesce("name", beside)).otherwise("name"))


def _take_titles(frame: pl.DataFrame, sheet: Sheet, match: HeaderMatch) -> pl.DataFrame:
    """Return the rows with the number and the name of each title, in the title's own row."""
    letters = [letter for letter in sheet.letters if letter.isalpha()]
    frame, letters = _move_names(frame, match, letters)
    titles = find_titles(frame, choose_columns(letters, match.recognised_resource, match.columns))
    if titles.is_empty():
        return frame
    numbers = titles.select("row", title="number", title_column="column")
    cells = frame.join(numbers, on="row", how="left", maintain_order="left")
    is_title = {letter: pl.col("title_column") == letter for letter in letters}
    inside = [pl.when(is_title[letter]).then(pl.col(letter).str.extract(_NUMBER, 2)) for letter in letters]
    has_name = {letter: ~is_title[letter] & pl.col(letter).str.contains(_NAME) for letter in letters}
    beside = [pl.when(has_name[letter]).then(letter) for letter in letters]
    name = pl.coalesce(*inside, *beside).str.replace(_LABEL, "").str.replace(_BEHIND_NAME, "").str.strip_chars()
    return cells.with_columns(number="title", name=pl.when(pl.col("title").is_not_null()).then(name)).drop(
        "title", "title_column"
    )


def _move_names(frame: pl.DataFrame, match: HeaderMatch, letters: list[str]) -> tuple[pl.DataFrame, list[str]]:
    """Return the rows with texts in columns of dates in a column of their own: the second cell of a title is a name."""
    dates = _letters_of(match, FieldType.DATE)
    is_name = {letter: pl.col(letter).str.contains(_NAME) & ~pl.col(letter).str.contains("[0-9]") for letter in dates}
    if not dates or not frame.select(pl.any_horizontal(is_name.values()).any()).item():
        return frame, letters
    name = pl.coalesce([pl.when(condition).then(letter) for letter, condition in is_name.items()])
    others = [pl.when(~condition).then(letter).alias(letter) for letter, condition in is_name.items()]
    return frame.with_columns(name.alias(_NAMES), *others), [*letters, _NAMES]


def _parse(
    kept: pl.DataFrame, sheet: Sheet, index: int, match: HeaderMatch, options: ReadOptions, *, has_titles: bool
) -> ListedRows:
    """Return the typed rows; of totals the amounts alone are read, without findings."""
    header = sheet.frame.filter(pl.col("row") == match.header_row)
    amounts = {f.name for f in match.recognised_resource.fields if f.type is FieldType.AMOUNT}
    of_items = {name: letter for name, letter in match.columns.items() if name not in _CUSTOMER}
    of_totals = {name: letter for name, letter in match.columns.items() if name in amounts}
    parts, findings = [], []
    for is_item, columns in ((True, of_items), (False, of_totals)):
        chosen = kept.filter((pl.col("role") == "item") == is_item)
        part = replace(sheet, frame=pl.concat([header, chosen.select(header.columns)]))
        typed, of_part = parse_sheet(part, index, replace(match, columns=columns), options)
        parts.append(typed.drop("sheet").drop(*_CUSTOMER, strict=False))
        findings += [of_part] if is_item else []
    rows = kept.select("row", *_EXTRA).join(pl.concat(parts), on="row", how="left", maintain_order="left")
    return ListedRows(rows, pl.concat(findings), has_titles)
