"""Read the records of files in ARM: from what is kept, from ARM's list or one by one, whatever takes least."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import polars as pl

from armbulk.app.dialog import Dialog
from armbulk.app.diff.price import ReadPrice
from armbulk.clock import format_iso
from armbulk.context import Context
from armbulk.errors import LoginError, ServerError
from armbulk.export.kept_records import KeptRecords, open_kept_records
from armbulk.export.page_reader import is_list_missing
from armbulk.export.pricing import ExportSize
from armbulk.model.lookup import DocumentLookup
from armbulk.model.outcome import ApiUsage
from armbulk.planning.verification_price import MAX_SINGLE_LOOKUPS
from armbulk.sending.bulk_lookup import is_worth_reading
from armbulk.sending.conflict_check import SentCustomers
from armbulk.sending.customer_preview import CustomerPreview
from armbulk.sending.document_preview import DocumentPreview, expect_documents
from armbulk.waiting import LOOK_AGAIN, CallRepeater, create_lookup_waiter


@dataclass(frozen=True, slots=True)
class ArmRecords:
    """The records of files, as ARM has them.

    Attributes:
        customers: A record's number → what ARM has; None: ARM does not have it.
        documents: A record's number → what its look-up showed.
        sent: What was sent from here of customers.
        price: What the reading was expected to cost.
        usage: What it has used of ARM's limits.
        read_at: When it began (epoch seconds): nothing is older.
        listed: The customer numbers of ARM's list, as they are compared; None: the list was not read.
        repeated: Those that ARM's list has more than once.
    """

    customers: dict[int, dict[str, Any] | None]
    documents: dict[int, DocumentLookup]
    sent: SentCustomers
    price: ReadPrice
    usage: ApiUsage
    read_at: float
    listed: frozenset[str] | None = None
    repeated: frozenset[str] = frozenset()

    def to_json(self, now: float) -> dict[str, Any]:
        """Return how they were read, as the JSON of `armbulk diff` has it."""
        return {
            "method": self.price.method,
            "at": format_iso(self.read_at),
            "age_seconds": round(max(now - self.read_at, 0.0)),
            "listed": None if self.listed is None else len(self.listed),
            "cost": self.usage.meters(),
        }


def read_records(
    context: Context, customers: pl.DataFrame, documents: pl.DataFrame, dialog: Dialog, *, fresh: float, wait: bool
) -> ArmRecords | None:
    """Read the records of files (items) in ARM, or return what is kept of them.

    Args:
        context: With the login for ARM.
        customers: The customers that are compared.
        documents: The documents that are looked up.
        dialog: Confirms a high price; shows progress.
        fresh: For how many seconds what was read counts; 0: it is read again.
        wait: Whether to wait for ARM's limits.

    Returns:
        What ARM has; None when the price was not confirmed.

    Raises:
        LimitError, LoginError, ServerError, Interrupted: What was read is kept; the same call continues.
        QuestionError: The price has to be confirmed, and no person can answer.
    """
    with ExitStack() as stack:
        progress = stack.enter_context(dialog.comparing())
        kept = stack.enter_context(open_kept_records(context, fresh, waits=wait, on_progress=progress))
        price = _choose(context, kept, customers, documents)
        if not dialog.accept_price(price):
            return None
        pause = context.profile.poll_seconds
        preview = CustomerPreview(kept.client, wait, pause, progress)
        waiter = create_lookup_waiter(kept.client, pause, progress, LOOK_AGAIN, waits=wait)
        preview.reader.look_ups = kept
        _use_list(kept, preview, is_new=price.method == "list")
        at_arm = preview.read(customers)
        lookups = _read_documents(
            kept, DocumentPreview(CallRepeater(waiter), context.profile.settle_seconds), documents
        )
        kept.finish()
        repeated = preview.reader.repeated
        listed = repeated.union(preview.reader.listed) if kept.has_list and kept.is_list_complete else None
        sent = SentCustomers.load(kept.client)
        return ArmRecords(at_arm, lookups, sent, price, kept.usage, kept.read_at, listed, repeated)


def _choose(context: Context, kept: KeptRecords, customers: pl.DataFrame, documents: pl.DataFrame) -> ReadPrice:
    """Choose what takes least, and price it."""
    missing = 0 if kept.has_list else sum(kept.find_look_up(key) is None for key in customers["key"])
    other = sum(kept.find_document(expected) is None for _no, expected in expect_documents(documents))
    size, listed = _measure_list(kept, missing) if missing > MAX_SINGLE_LOOKUPS else (None, None)
    look_ups = other + (0 if size else missing)
    if not look_ups and not size:
        return ReadPrice("kept")
    cost = ApiUsage(look_ups, look_ups)
    if size:
        cost += ApiUsage(len(size.pages), sum(page.expected for page in size.pages))
    now, finishes = context.clock.now(), kept.estimate_finish(size, look_ups)
    hour = {meter: kept.capacity(meter) for meter in ("requests", "reads")}
    return ReadPrice("list" if size else "look-ups", look_ups, listed, cost, hour, finishes, finishes - now)


def _measure_list(kept: KeptRecords, missing: int) -> tuple[ExportSize | None, int | None]:
    """The size of the list of customers, if it is worth reading, and how many ARM has; None: that is not known."""
    try:
        size = kept.measure()
    except (LoginError, ServerError) as error:
        _raise_unless_refused(error)
        return None, None
    if kept.is_list_begun or is_worth_reading(size.records, missing, kept.page_size):
        return size, size.records
    return None, size.records


def _use_list(kept: KeptRecords, preview: CustomerPreview, *, is_new: bool) -> None:
    """Use ARM's list, if there is one; if it `is_new`, read it first. Without one the customers are looked up."""
    if is_new:
        try:
            kept.read_list()
        except (LoginError, ServerError) as error:
            _raise_unless_refused(error)
    if kept.has_list:
        complete = kept.is_list_complete
        preview.reader.use_list(
            kept.list_records(), kept.read_at, is_complete=complete, is_new=is_new, repeated=kept.list_repeated()
        )


def _raise_unless_refused(error: LoginError | ServerError) -> None:
    """Raise an error again, unless it says that this login cannot read the list: it may read single records."""
    if not (isinstance(error, LoginError) or is_list_missing(error)):
        raise error


def _read_documents(kept: KeptRecords, preview: DocumentPreview, documents: pl.DataFrame) -> dict[int, DocumentLookup]:
    """Look up the documents that no kept look-up has."""
    expected = dict(expect_documents(documents))
    lookups = {no: lookup for no, document in expected.items() if (lookup := kept.find_document(document)) is not None}
    for no, lookup in preview.read(documents.filter(~pl.col("no").is_in(list(lookups)))):
        kept.keep_document(expected[no], lookup)
        lookups[no] = lookup
    return lookups


def count_only_in_arm(listed: frozenset[str], items: pl.DataFrame) -> int:
    """Return how many customers of ARM's list the files do not have."""
    return len(listed.difference(items.filter(pl.col("resource") == "customers")["key_norm"].drop_nulls()))
