"""The records of an import, one row each: encoded, and with an outcome where they must not be sent.

Pure functions from frame to frame. An item without an outcome is sent.
"""

import polars as pl

from armbulk.arm.encode import encode_records
from armbulk.i18n import list_languages
from armbulk.model.keys import loosen_normalised_key
from armbulk.model.outcome import Outcome
from armbulk.model.record_messages import (
    BEYOND_LIMIT,
    CUSTOMER_HELD_BACK,
    CUSTOMER_IN_CONFLICT,
    ERRORS_FIRST,
    HIDDEN_AND_DONE,
    HIDDEN_ROW,
    IN_FILES,
    NOTHING_CHANGED,
    ONLY_BLANKS_DIFFER,
    ROW_SAYS_SENT,
    UNCHANGED_SINCE,
    join_sentences,
)
from armbulk.planning.customer_hashes import CustomerHasher
from armbulk.planning.earlier_outcomes import list_earlier_outcomes
from armbulk.sent_before import compare_with_sent
from armbulk.validation.blocked import find_blocked_rows
from armbulk.validation.check import Checked
from armbulk.validation.repeated_customers import spread_to_customers

DECISIONS_SCHEMA = {"no": pl.Int64, "outcome": pl.String, "message": pl.String, "base": pl.String}
"""Columns of what was decided about customers: an outcome and its message, or (null) the base to compare with again."""

NEW_AT_ARM = "{}"
"""The base of a new customer that ARM does not have: it was looked up, and is not looked up again for a while."""

SEND_ORDER = ("customers", "documents")
"""The resources that are sent, in the order in which they are sent."""

_IN_ARM = frozenset({Outcome.CREATED, Outcome.CREATED_WITH_WARNINGS, Outcome.ALREADY_SENT, Outcome.IN_DOUBT})
"""The outcomes of documents that ARM has, or may have."""


def build_items(checked: Checked) -> pl.DataFrame:
    """Return one row for each record read, those with errors held back and hidden ones not sent.

    Columns: `arm.encode.RECORD_SCHEMA`, `resource`, `outcome` and `message` (String), `no` (Int64, from 1).
    """
    frames = [_encode(checked, name) for name in SEND_ORDER if name in checked.tables]
    hidden = [_encode_hidden(checked, name) for name in SEND_ORDER if name in checked.skipped]
    items = pl.concat([*frames, *hidden])
    return items.with_row_index("no", offset=1).with_columns(pl.col("no").cast(pl.Int64))


def _encode(checked: Checked, resource: str) -> pl.DataFrame:
    blocked = checked.blocked_rows[resource].select("sheet", "row").unique().with_columns(blocked=pl.lit(value=True))
    records = encode_records(checked.tables[resource], checked.tables.get("lines"))
    joined = records.join(blocked, on=["sheet", "row"], how="left", maintain_order="left")
    return joined.with_columns(
        pl.lit(resource).alias("resource"),
        pl.when(pl.col("blocked")).then(pl.lit(Outcome.HELD_BACK.value)).alias("outcome"),
        pl.lit(None, pl.String).alias("message"),
    ).drop("blocked")


def _encode_hidden(checked: Checked, resource: str) -> pl.DataFrame:
    """Hidden records that the caller left out: they have an outcome, too."""
    return encode_records(checked.skipped[resource], checked.skipped.get("lines")).with_columns(
        pl.lit(resource).alias("resource"),
        pl.lit(Outcome.NOT_SENT.value).alias("outcome"),
        pl.lit(str(HIDDEN_ROW)).alias("message"),
    )


def add_bases(items: pl.DataFrame, bases: pl.DataFrame, *, update: bool) -> pl.DataFrame:
    """Add `base`, what a change of a customer is compared with in ARM (JSON; null: it is no change).

    Customers whose row has only their number are unchanged. Drops `key_only`.

    Args:
        items: the items.
        bases: `sheet`, `row` and `base` of rows that were exported and changed.
        update: customers are changed, not created.
    """
    joined = items.join(bases, on=["sheet", "row"], how="left", maintain_order="left")
    is_change = (pl.col("resource") == "customers") & update
    joined = joined.with_columns(pl.when(is_change).then(pl.coalesce("base", pl.lit("{}"))).alias("base"))
    marked = _set_outcome(joined, is_change & pl.col("key_only"), Outcome.UNCHANGED, pl.lit(str(NOTHING_CHANGED)))
    return marked.drop("key_only")


def mark_rows(items: pl.DataFrame, checked: Checked) -> pl.DataFrame:
    """Add `hidden` (the record is in a hidden row that is done) and `is_whole` (only its sheet has an error).

    A record that is whole may have been sent as it is, although it is held back with its sheet.
    """
    joined = items
    for name, rows in (("hidden", checked.hidden_done), ("is_whole", _list_blocked_by_sheets(checked))):
        marked = rows.unique().with_columns(pl.lit(value=True).alias(name))
        joined = joined.join(marked, on=["sheet", "row"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("hidden", "is_whole").fill_null(value=False))


def _list_blocked_by_sheets(checked: Checked) -> pl.DataFrame:
    """Return `sheet` and `row` of the records that are held back although they and their lines have no error."""
    none = pl.DataFrame(schema={"sheet": pl.UInt16, "row": pl.Int64})
    every_row = pl.concat([none, *(rows.select("sheet", "row") for rows in checked.blocked_rows.values())])
    in_files = every_row.filter(pl.col("sheet") < len(checked.file_sheets))
    if in_files.is_empty():
        return none
    headers = {index: match.header_row or 0 for index, match in enumerate(checked.header_matches)}
    header = pl.col("sheet").replace_strict(headers, default=0, return_dtype=pl.Int64)
    of_rows = checked.findings.filter((pl.col("row") > header).fill_null(value=False))
    errors = spread_to_customers(of_rows, checked.same_rows)
    own = find_blocked_rows(checked.tables, errors)
    return in_files.join(pl.concat([none, *own.values()]), on=["sheet", "row"], how="anti")


def set_aside_sent(items: pl.DataFrame, sent_documents: pl.DataFrame) -> pl.DataFrame:
    """Set aside documents whose numbers were sent before (`sent_before.SENT_DOCUMENTS_SCHEMA`), each by what it was."""
    is_compared = pl.col("outcome").is_null() | pl.col("is_whole")
    documents = items.filter((pl.col("resource") == "documents") & is_compared)
    decided = compare_with_sent(documents, sent_documents).rename({"outcome": "decided", "message": "reason"})
    joined = items.join(decided, on="no", how="left", maintain_order="left")
    is_decided = pl.col("outcome").is_null() | (pl.col("decided") == Outcome.ALREADY_SENT.value)
    return joined.with_columns(
        pl.when(is_decided).then("decided").otherwise("outcome").alias("outcome"),
        pl.when(is_decided).then("reason").otherwise("message").alias("message"),
    ).drop("decided", "reason")


def set_aside_renumbered(items: pl.DataFrame, checked: Checked) -> pl.DataFrame:
    """Set aside documents whose row says that ARM has them, although no document with their number was sent.

    The row is of a result workbook, and its number was changed: sent again, it would be the same document twice.
    """
    says_sent = pl.col("no").is_in(list_said_sent(items, checked))
    return _set_outcome(items, says_sent, Outcome.CONFLICT, pl.lit(str(ROW_SAYS_SENT)))


def list_said_sent(items: pl.DataFrame, checked: Checked) -> list[int]:
    """Return the numbers of the documents without an outcome whose row says that ARM has them, or may have them."""
    open_documents = items.filter((pl.col("resource") == "documents") & pl.col("outcome").is_null())
    return open_documents.join(_list_rows_in_arm(checked), on=["sheet", "row"], how="semi")["no"].to_list()


def has_renumbered(items: pl.DataFrame) -> bool:
    """Return whether documents are set aside because their row says that ARM has them."""
    return items["message"].eq(str(ROW_SAYS_SENT)).any()


def _list_rows_in_arm(checked: Checked) -> pl.DataFrame:
    """Return `sheet` and `row` of the rows of result workbooks that say that ARM has the record, or may have it."""
    set_aside = [ROW_SAYS_SENT.text(lang) for lang in list_languages()]
    says_so = pl.col("outcome").is_in([outcome.value for outcome in _IN_ARM])
    is_conflict = pl.col("outcome") == Outcome.CONFLICT.value  # set aside by the run before, and imported as it is
    says_so |= is_conflict & pl.col("message").is_in(set_aside).fill_null(value=False)
    return list_earlier_outcomes(checked).filter(says_so).select("sheet", "row")


def set_aside_damaged_numbers(items: pl.DataFrame) -> pl.DataFrame:
    """Set aside documents that are in the files a second time, with a number that lost its leading zeros or blanks."""
    is_open = (pl.col("resource") == "documents") & pl.col("outcome").is_null()
    loose = loosen_normalised_key(pl.col("key_norm")).alias("loose")
    identity = ("doc_type", "customer_norm", "date", "currency", "amount")
    documents = items.filter(is_open).drop_nulls(("key_norm", *identity)).with_columns(loose)
    shown = pl.col("key_norm").first().over("loose", *identity).alias("shown")
    damaged = documents.with_columns(shown).filter(pl.col("key_norm") != pl.col("shown")).select("no", "shown")
    joined = items.join(damaged, on="no", how="left", maintain_order="left")
    message = pl.format(join_sentences(IN_FILES.fill(number="{}"), ONLY_BLANKS_DIFFER), "shown")
    return _set_outcome(joined, pl.col("shown").is_not_null(), Outcome.CONFLICT, message).drop("shown")


def set_aside_unchanged(
    items: pl.DataFrame, sent_customers: pl.DataFrame, hasher: CustomerHasher, where: pl.Expr, *, update: bool
) -> pl.DataFrame:
    """Set aside customers that ARM got from here as they are in the file: what others changed since stays.

    Args:
        items: The items.
        sent_customers: `customer`, `content` and `run` (`store.customers.SENT_CUSTOMERS_SCHEMA`).
        hasher: The hashes of the store.
        where: Which customers.
        update: Customers are changed, not created.
    """
    if sent_customers.is_empty():
        return items
    is_compared = (pl.col("outcome").is_null() | pl.col("is_whole")) & where
    open_customers = items.filter((pl.col("resource") == "customers") & is_compared)
    hashes = open_customers.select(
        "no",
        pl.Series("customer", hasher.hash_keys(open_customers["key"]), dtype=pl.String),
        pl.Series("content", hasher.hash_contents(open_customers["payload"], update=update), dtype=pl.String),
    )
    same = hashes.join(sent_customers, on=["customer", "content"], how="inner").select("no", sent_in="run")
    joined = items.join(same, on="no", how="left", maintain_order="left")
    is_same = pl.col("sent_in").is_not_null()
    sent = pl.when(is_same).then(pl.format(UNCHANGED_SINCE.fill(run="{}"), "sent_in")).otherwise("message")
    outcome = pl.when(is_same).then(pl.lit(Outcome.UNCHANGED.value)).otherwise("outcome")
    return joined.with_columns(outcome=outcome, message=sent).drop("sent_in")


def find_sent_customers(items: pl.DataFrame, sent_customers: pl.DataFrame, hasher: CustomerHasher) -> frozenset[int]:
    """Return the numbers of the customers without an outcome that ARM got from here before: they become updates."""
    open_customers = items.filter((pl.col("resource") == "customers") & pl.col("outcome").is_null())
    if sent_customers.is_empty() or open_customers.is_empty():
        return frozenset()
    is_known = pl.Series(hasher.hash_keys(open_customers["key"])).is_in(sent_customers["customer"].implode())
    return frozenset(open_customers.filter(is_known)["no"])


def set_aside_hidden(items: pl.DataFrame) -> pl.DataFrame:
    """Set aside the records in hidden rows that are done but are not as they were sent: the user does not see them.

    Drops the columns of `mark_rows`.
    """
    message = pl.lit(str(HIDDEN_AND_DONE))
    return _set_outcome(items, pl.col("hidden"), Outcome.NOT_SENT, message).drop("hidden", "is_whole")


def apply_decisions(items: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Apply decisions about customers (DECISIONS_SCHEMA), and hold back the documents of customers in conflict."""
    new = decisions.rename({"outcome": "decided", "message": "reason", "base": "shown"})
    joined = items.join(new, on="no", how="left", maintain_order="left")
    joined = joined.with_columns(pl.coalesce("shown", "base").alias("base"))
    joined = joined.with_columns(
        pl.coalesce("outcome", "decided").alias("outcome"), pl.coalesce("message", "reason").alias("message")
    ).drop("decided", "reason", "shown")
    in_conflict = decisions.filter(pl.col("outcome") == Outcome.CONFLICT.value)["no"]
    customers = joined.filter(pl.col("no").is_in(in_conflict.implode()))["key_norm"].drop_nulls()
    is_theirs = pl.col("customer_norm").is_in(customers.implode())
    return _set_outcome(joined, is_theirs, Outcome.HELD_BACK, pl.lit(str(CUSTOMER_IN_CONFLICT)))


def hold_back_with_customers(items: pl.DataFrame) -> pl.DataFrame:
    """Hold back the documents whose customer is held back."""
    is_held_back = (pl.col("resource") == "customers") & (pl.col("outcome") == Outcome.HELD_BACK.value)
    customers = items.filter(is_held_back)["key_norm"].drop_nulls()
    is_theirs = pl.col("customer_norm").is_in(customers.implode())
    return _set_outcome(items, is_theirs, Outcome.HELD_BACK, pl.lit(str(CUSTOMER_HELD_BACK)))


def keep_first(items: pl.DataFrame, count: int) -> pl.DataFrame:
    """Keep the first `count` items that would be sent; the others are not sent."""
    position = pl.col("outcome").is_null().cum_sum()
    return _set_outcome(items, position > count, Outcome.NOT_SENT, pl.lit(str(BEYOND_LIMIT)))


def keep_all_back(items: pl.DataFrame) -> pl.DataFrame:
    """Send nothing."""
    message = pl.lit(str(ERRORS_FIRST))
    return _set_outcome(items, pl.lit(value=True), Outcome.NOT_SENT, message)


def _set_outcome(items: pl.DataFrame, where: pl.Expr, outcome: Outcome, message: pl.Expr) -> pl.DataFrame:
    """Give an outcome and a message to the items without one for which `where` is true."""
    is_chosen = pl.col("outcome").is_null() & where.fill_null(value=False)
    return items.with_columns(
        pl.when(is_chosen).then(message).otherwise(pl.col("message")).alias("message"),
        pl.when(is_chosen).then(pl.lit(outcome.value)).otherwise(pl.col("outcome")).alias("outcome"),
    )
