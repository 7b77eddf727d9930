"""A ledger's own list of open items: what each customer owes by it, and whether its totals are right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from armbulk.mapping.headers import HeaderMatch
from armbulk.migration.ledger_items import ItemKind
from armbulk.migration.listed_amounts import read_amounts
from armbulk.migration.listed_rows import read_rows
from armbulk.migration.listed_totals import TOTAL_COLUMNS, compare_totals, take_unnamed
from armbulk.migration.references import OWNER
from armbulk.model.exact_sums import sum_amounts
from armbulk.model.ledger_export import BASE_AMOUNT, CURRENCY_AMOUNT
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import Sheet

_CREDIT = r"(?i)^\W*(?:kredit ?nota|kredittnota|kreditt?faktura|credit (?:note|memo)|innbetaling|betaling|payment)\b"
LISTED = "list"
"""The rule by which an item of a list came about."""


@dataclass(frozen=True, slots=True)
class ListSheet:
    """A sheet that is a list of open items.

    Attributes:
        index: Its index among the sheets that were read.
        sheet: The sheet, as its mapping makes it.
        own: The sheet as it is in the file.
        match: Its columns.
        options: How unclear dates and amounts are read.
        is_of_sums: Whether a row is what a customer owes altogether, not an item.
    """

    index: int
    sheet: Sheet
    own: Sheet
    match: HeaderMatch
    options: ReadOptions
    is_of_sums: bool = False


@dataclass(frozen=True, slots=True)
class AgeDifference:
    """A row of a list whose ages do not add up to its total: where the total is, and both figures."""

    cell: str
    ages: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class OpenItemList:
    """A list of open items.

    Attributes:
        items: The items in the order of the file, as `ledger_items.LedgerItems.rows` has them; `file` is the file with
            the sheet, `xml_line` the row. customer_id is null where no customer is named.
        customers: The customers that the list names, each once: customer_id, name, file String, xml_line Int64.
        totals: The totals of all sheets (`TOTAL_COLUMNS`), and file String.
        findings: What cannot be read, or may be read in two ways.
        filled: How many items have the number of a row above, in a list with numbers in its rows.
        settled_otherwise: How many items have another remainder than original - paid.
        is_original: Whether the only amounts are original ones.
        positive_credits: How many items are called a credit note or a payment, and have an amount above zero.
        has_running_balance: Whether a column of balances was not taken for remainders.
        names_currency: Whether the list has a column of currencies.
        hidden: How many of the items Excel does not show.
        without_amount: Sheets without an amount of open items: their names.
        age_differences: Rows whose ages do not add up to their totals.
    """

    items: pl.DataFrame
    customers: pl.DataFrame
    totals: pl.DataFrame
    findings: pl.DataFrame
    filled: int
    settled_otherwise: int
    is_original: bool
    positive_credits: int
    has_running_balance: bool
    names_currency: bool
    hidden: int
    without_amount: tuple[str, ...]
    age_differences: tuple[AgeDifference, ...] = ()

    @property
    def subtotals(self) -> pl.DataFrame:
        """The totals of customers: customer_id, subtotal Decimal(38, 2), is_subtotal_right Boolean."""
        of_customers = self.totals.filter(pl.col(OWNER).is_not_null())
        return of_customers.group_by(OWNER, maintain_order=True).agg(
            subtotal=pl.col("figure").sum(), is_subtotal_right=(pl.col("figure") == pl.col("items")).all()
        )

    @property
    def wrong_totals(self) -> pl.DataFrame:
        """The totals of everything that are not the sum of the items: rows of `totals`."""
        return self.totals.filter(pl.col(OWNER).is_null() & (pl.col("figure") != pl.col("items")))

    @property
    def has_totals(self) -> bool:
        """Whether the list has a total of everything, or of every customer."""
        owners = self.totals[OWNER]
        listed = self.items[OWNER].unique()
        return owners.null_count() > 0 or bool(listed.is_in(owners.drop_nulls().implode()).all() and listed.len())

    @property
    def total(self) -> Decimal:
        """The sum of all items in the base currency."""
        return sum_amounts(self.items["base_amount"])


@dataclass(frozen=True, slots=True)
class ListSource:
    """A list of open items, and what is known of its file.

    Attributes:
        items: The list.
        file: The name of its file.
        columns: Header → the title of the field, of the columns that are read.
        guessed: Those of them that only resemble a known header.
        unread_headers: The headers of columns that are not read.
        unread_sheets: The names of sheets that are no list of open items.
    """

    items: OpenItemList
    file: str
    columns: Sequence[tuple[str, str]] = ()
    guessed: Sequence[tuple[str, str]] = ()
    unread_headers: Sequence[str] = ()
    unread_sheets: Sequence[str] = ()


def read_open_items(sheets: Sequence[ListSheet], base_currency: str) -> OpenItemList:
    """Read the items of a list.

    Args:
        sheets: Its sheets.
        base_currency: The currency of amounts without one.
    """
    parts, totals, findings, amounts, without, differences, filled, hidden = [], [], [], [], [], [], 0, 0
    for each in sheets:
        listed = read_rows(each.sheet, each.own, each.index, each.match, each.options, is_of_sums=each.is_of_sums)
        findings.append(listed.findings)
        read = read_amounts(listed.rows, base_currency)
        if read is None:
            without.append(each.sheet.name)
            continue
        amounts.append(read)
        rows = take_unnamed(read.rows)
        origin = f"{each.own.file}, {each.own.name}" if each.own.format != "csv" else each.own.file
        totals.append(compare_totals(rows).with_columns(file=pl.lit(origin)))
        items = rows.filter(pl.col("role") == "item").with_columns(file=pl.lit(origin))
        parts.append(_make_items(items, is_of_sums=each.is_of_sums))
        differences += _list_age_differences(items, origin, each.match.columns) if read.has_ages else []
        has_own = not listed.has_titles and not items["is_filled"].all()
        filled += items.filter(pl.col("is_filled") & pl.col(OWNER).is_not_null()).height if has_own else 0
        hidden += items.filter(pl.col("row").is_in(list(each.own.hidden_rows))).height
    empty = pl.DataFrame(schema={**TOTAL_COLUMNS, "file": pl.String()})
    every = pl.concat(parts) if parts else _make_items(_no_rows(), is_of_sums=False)
    named = every.filter(pl.col(OWNER).is_not_null()).sort(pl.col("name").is_null(), maintain_order=True)
    return OpenItemList(
        items=every.drop("name", "is_settled_otherwise", "is_positive_credit"),
        customers=named.unique(OWNER, keep="first", maintain_order=True)
        .sort("position")
        .select(OWNER, "name", "file", "xml_line"),
        totals=pl.concat([empty, *totals]),
        findings=pl.concat(findings),
        filled=filled,
        settled_otherwise=int(every["is_settled_otherwise"].sum()),
        is_original=any(each.is_original for each in amounts),
        positive_credits=int(every["is_positive_credit"].sum()),
        has_running_balance=any(each.has_running_balance for each in amounts),
        names_currency=any("currency" in each.match.columns for each in sheets),
        hidden=hidden,
        without_amount=tuple(without),
        age_differences=tuple(differences),
    )


def _list_age_differences(items: pl.DataFrame, origin: str, columns: Mapping[str, str]) -> list[AgeDifference]:
    """Return the rows of a sheet whose ages are not their total."""
    rows = items.filter("is_aged_otherwise").select("row", pl.col("aged").fill_null(0), "stated")
    return [
        AgeDifference(f"{origin}, {columns['remaining']}{row}", ages, stated) for row, ages, stated in rows.iter_rows()
    ]


def _no_rows() -> pl.DataFrame:
    texts = (OWNER, "name", "document_no", "voucher_no", "kid", "text", "kind", "currency", "file")
    amounts = ("amount", "base_amount", "first")
    return pl.DataFrame(
        schema={
            "row": pl.Int64,
            **dict.fromkeys(texts, pl.String),
            **dict.fromkeys(("document_date", "posting_date", "due_date"), pl.Date),
            **dict.fromkeys(amounts, BASE_AMOUNT),
            "is_settled_otherwise": pl.Boolean,
        }
    )


def _make_items(items: pl.DataFrame, *, is_of_sums: bool) -> pl.DataFrame:
    """Return the items as rows of `ledger_items.LedgerItems`, with name, position and what is doubtful."""
    kind = ItemKind.BALANCE if is_of_sums else ItemKind.ITEM
    voucher = pl.col("voucher_no") if "voucher_no" in items.columns else pl.lit(None, dtype=pl.String)
    return items.with_row_index("position").select(
        OWNER,
        "currency",
        "due_date",
        "base_amount",
        "name",
        "position",
        "is_settled_otherwise",
        "file",
        is_positive_credit=(pl.col("amount") > 0) & pl.any_horizontal(pl.col("kind", "text").str.contains(_CREDIT)),
        kind=pl.lit(kind.value),
        rules=pl.lit(LISTED),
        document_no=pl.coalesce("document_no", voucher),
        is_voucher_no=pl.col("document_no").is_null() & voucher.is_not_null(),
        transaction_id=pl.coalesce(voucher, "document_no"),
        cid="kid",
        description="text",
        document_date=pl.coalesce("document_date", "posting_date"),
        due_dates=pl.lit(1).cast(pl.Int64),
        amount=pl.col("amount").cast(CURRENCY_AMOUNT),
        original=pl.col("first"),
        xml_line="row",
    )
