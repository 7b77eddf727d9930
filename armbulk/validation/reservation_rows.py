"""Read sheets of payments to reserve: the typed rows, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from armbulk.i18n import _, join_texts, pack_text, quote_names
from armbulk.model.keys import normalise_key
from armbulk.model.read_options import ReadOptions
from armbulk.model.sheet import Sheet, Table
from armbulk.resources.payment_reservations import IDENTIFICATIONS, PAYMENT_RESERVATIONS
from armbulk.validation.call_sheets import read_call_sheets
from armbulk.validation.cell_findings import make_cell_findings

_NO_COLUMNS = (
    "no-payment-columns",
    _("No sheet has the columns Payment id, Amount and Currency"),
    _("Add these columns to a sheet, with a payment in each row"),
)
_NO_ROWS = ("no-payments", _("The files have no rows with payments"), _("Fill in the rows"))
_KEY = PAYMENT_RESERVATIONS.field(PAYMENT_RESERVATIONS.key)


@dataclass(frozen=True, slots=True)
class ReservationSheets:
    """The rows of sheets of payments to reserve.

    Attributes:
        sheets: all sheets of the files; rows and findings name a sheet by its index.
        rows: `sheet`, `row`, `payment_id`, `identified_by`, `identification`, `currency` (String), and `amount`
            (Decimal); null where a cell has no usable value.
        findings: errors of these rows (`findings.frame.SCHEMA`). A row that has one is not sent.
    """

    sheets: tuple[Sheet, ...]
    rows: pl.DataFrame
    findings: pl.DataFrame


def read_reservation_rows(files: Sequence[str], options: ReadOptions, sent: Mapping[str, int]) -> ReservationSheets:
    """Read the rows of files, and find what is wrong with them.

    Args:
        files: The files, as named.
        options: How they are read.
        sent: Payment ids (comparable form) that were sent before → the run.

    Raises:
        FileError: A file cannot be read, no sheet has the columns, or there are no rows.
    """
    sheets, table, errors = read_call_sheets(
        files,
        options,
        PAYMENT_RESERVATIONS,
        "payment-hidden",
        _NO_COLUMNS,
        _NO_ROWS,
        lambda table: _check_rows(table, sent),
    )
    return ReservationSheets(sheets, _choose_identification(table.rows), errors)


def _check_rows(table: Table, sent: Mapping[str, int]) -> list[pl.DataFrame]:
    """Return the errors between the cells of a row, and between rows."""
    count = pl.sum_horizontal(pl.col(name).is_not_null() for name in IDENTIFICATIONS)
    rows = table.rows.with_columns(
        count=count, value=pl.col("payment_id"), norm=normalise_key(pl.col("payment_id")), text=pl.col("amount")
    )
    names = [PAYMENT_RESERVATIONS.field(name).header for name in IDENTIFICATIONS]
    possible = pack_text(join_texts(*quote_names(names), separator=", "))
    before = rows.filter(pl.col("norm").is_in(list(sent))).with_columns(
        run=pl.col("norm").replace_strict({key: str(run) for key, run in sent.items()}, default=None)
    )
    amounts = rows.filter(pl.col("amount") <= 0).with_columns(value=pl.col("amount").cast(pl.String))
    return [
        make_cell_findings(table, rows.filter(pl.col("count") == 0), "no-identification", _KEY, possible),
        make_cell_findings(table, rows.filter(pl.col("count") > 1), "two-identifications", _KEY, possible),
        make_cell_findings(table, before, "payment-sent-before", _KEY, pl.col("run")),
        make_cell_findings(table, amounts, "amount-not-positive", PAYMENT_RESERVATIONS.field("amount")),
    ]


def _choose_identification(rows: pl.DataFrame) -> pl.DataFrame:
    names = [pl.when(pl.col(name).is_not_null()).then(pl.lit(name)) for name in IDENTIFICATIONS]
    return rows.select(
        "sheet",
        "row",
        "payment_id",
        pl.coalesce(names).alias("identified_by"),
        pl.coalesce(*IDENTIFICATIONS).alias("identification"),
        pl.col("amount"),
        pl.col("currency").str.to_uppercase(),
    )
