"""What would be sent, what it costs, and when it ends: the very plan that `sending` carries out."""

import math
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import polars as pl

from armbulk.clock import format_iso
from armbulk.model.number_kind import kinds_of_numbers
from armbulk.model.outcome import ApiUsage, Outcome
from armbulk.planning.batches import BatchEstimate, BatchLimits, PricedBatches, price_batches
from armbulk.planning.customer_hashes import CustomerHasher
from armbulk.planning.items import (
    SEND_ORDER,
    add_bases,
    apply_decisions,
    build_items,
    find_sent_customers,
    hold_back_with_customers,
    keep_all_back,
    keep_first,
    mark_rows,
    set_aside_damaged_numbers,
    set_aside_hidden,
    set_aside_renumbered,
    set_aside_sent,
    set_aside_unchanged,
)
from armbulk.quota.limits import QuotaLimits, Usage
from armbulk.resources.identifiers import mask_national_id
from armbulk.validation.check import Checked

MAX_POSTDATING = timedelta(days=31)
"""How long before its own date a document may have been sent, by another machine or a store that is lost."""

MAX_POSTDATING_BY_COPY = timedelta(days=366)
"""The same where this store is an older copy: its newer copy did send documents that are unknown here."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """The caller's options.

    Attributes:
        update: customers are changed, not created.
        skip_invalid: send the good records although others have errors.
        limit: send at most so many records; None: all.
        look_up: look up every document before it is sent.
        first_import: look no document up: ARM has none of them.
        overwrite: send customers even if others have changed them.
        verify: read the accepted records back from ARM afterwards.
    """

    update: bool = False
    skip_invalid: bool = False
    limit: int | None = None
    look_up: bool = False
    first_import: bool = False
    overwrite: bool = False
    verify: bool = False


MAX_LEFT_OUT = 10_000
"""How many records that are not sent the JSON of a plan lists; it counts all."""

_SETTLED = (Outcome.ALREADY_SENT, Outcome.UNCHANGED)
"""Outcomes that need no reason: ARM has the same values as the file."""

_KNOWN_DOCUMENTS = {"key": pl.String, "doc_type": pl.String}
_SENT_CUSTOMERS = {"customer": pl.String, "content": pl.String, "run": pl.Int64}


class LookupReason(StrEnum):
    """Why documents are looked up before they are sent. The values are published."""

    ASKED = "asked"
    UNKNOWN_CLIENT = "unknown-client"
    OTHER_SENDERS = "other-senders"
    EARLIER_SENDINGS = "earlier-sendings"


@dataclass(frozen=True, slots=True)
class LookupCost:
    """Records that are looked up before they are sent, and the maximum cost: ARM's lists may save most of it.

    Attributes:
        until: documents dated up to this day (ISO) are looked up; None: all.
        documents: how many.
        customers: how many customers are compared with what ARM has.
        known: documents in ARM that the store has: they can prove ARM's list, which may replace single look-ups, and
            one of each kind of number is looked up first.
        why: why documents are looked up (`LookupReason`); None: no document is.
        cost: the use of the quota if each is looked up with its own call.
        finishes: when the run would be finished then (epoch seconds; inf: never).
        seconds: from now until then.
    """

    until: str | None
    documents: int
    customers: int
    known: int
    why: LookupReason | None
    cost: ApiUsage
    finishes: float
    seconds: float


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """A checked set of files, ready to send.

    Attributes:
        checked: the files.
        items: one row for each record read: `arm.encode.RECORD_SCHEMA` without `key_only`, and
            `no`, `resource`, `outcome`, `message`, `base`, `batch` (the batch's number; null: it is not sent).
        pricing: the batches, and their use of the quota.
        options: the caller's options.
        lookups: what is looked up before it is sent; None: nothing.
        customers_read: when the customers were read from ARM (epoch seconds); None: they were not.
        sent_before: the numbers (`no`) of customers that were sent from here before, with other values.
    """

    checked: Checked
    items: pl.DataFrame
    pricing: PricedBatches
    options: ImportOptions
    lookups: LookupCost | None = None
    customers_read: float | None = None
    sent_before: frozenset[int] = frozenset()

    @property
    def stopped(self) -> bool:
        """Whether nothing is sent because of errors."""
        return bool(self.checked.errors) and not self.options.skip_invalid

    @property
    def to_send(self) -> pl.DataFrame:
        """The items that are sent."""
        return self.items.filter(pl.col("outcome").is_null())


@dataclass(frozen=True, slots=True)
class PlanningInputs:
    """What a plan depends on apart from the files.

    Attributes:
        sent_documents: documents sent before (`sent_before.SENT_DOCUMENTS_SCHEMA`).
        usage: what is used of the quota.
        limits: the quota.
        now: epoch seconds.
        batch_limits: how large a batch may be.
        estimate: the polls and seconds of a batch.
        history_since: since when the store has everything sent for the client (epoch seconds); None: unknown.
        sole_sender: only this store's machine sends documents for the client.
        is_copy: the store was found to be an older copy of itself.
        known_documents: documents in ARM that the store has: `key` and `doc_type`.
        sent_elsewhere: document numbers that were sent to another address of the client, which may be the same server.
        sent_customers: customers that ARM got from here: `customer`, `content` and `run`.
        salt: of the store's hashes.
    """

    sent_documents: pl.DataFrame
    usage: Usage
    limits: QuotaLimits
    now: float
    batch_limits: BatchLimits
    estimate: BatchEstimate
    history_since: float | None = None
    sole_sender: bool = False
    is_copy: bool = False
    known_documents: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_KNOWN_DOCUMENTS))
    sent_elsewhere: frozenset[str] = frozenset()
    sent_customers: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_SENT_CUSTOMERS))
    salt: str = ""


def plan_import(checked: Checked, options: ImportOptions, inputs: PlanningInputs) -> ImportPlan:
    """Encode the records, set aside what must not be sent, and price the rest."""
    items = add_bases(build_items(checked), checked.bases, update=options.update)
    items = mark_rows(items, checked)
    items = set_aside_damaged_numbers(set_aside_sent(items, inputs.sent_documents))
    if not (options.look_up or options.first_import):  # then the store may lack what was sent
        items = set_aside_renumbered(items, checked)
    is_compared = pl.lit(value=True) if not options.overwrite else pl.col("hidden")
    hasher = CustomerHasher(inputs.salt)
    items = set_aside_unchanged(items, inputs.sent_customers, hasher, is_compared, update=options.update)
    items = set_aside_hidden(items)
    items = hold_back_with_customers(items)
    if options.limit is not None:
        items = keep_first(items, options.limit)
    if checked.errors and not options.skip_invalid:
        items = keep_all_back(items)
    sent_before = find_sent_customers(items, inputs.sent_customers, hasher)
    return replace(_cut_and_price(checked, items, options, inputs), sent_before=sent_before)


def revise_plan(plan: ImportPlan, decisions: pl.DataFrame, inputs: PlanningInputs) -> ImportPlan:
    """Return the plan with decisions about its customers (`items.DECISIONS_SCHEMA`), cut and priced again."""
    items = apply_decisions(plan.items.drop("batch"), decisions)
    revised = _cut_and_price(plan.checked, items, plan.options, inputs)
    return replace(revised, customers_read=inputs.now, sent_before=plan.sent_before)


def _cut_and_price(checked: Checked, items: pl.DataFrame, options: ImportOptions, inputs: PlanningInputs) -> ImportPlan:
    sendable = items.filter(pl.col("outcome").is_null())
    priced = _price(sendable, inputs)
    lookups = _price_lookups(sendable, options, inputs)
    return ImportPlan(checked, _assign_batches(items, priced), priced, options, lookups)


def _price(sendable: pl.DataFrame, inputs: PlanningInputs) -> PricedBatches:
    parts = [(name, sendable.filter(pl.col("resource") == name)) for name in SEND_ORDER]
    parts = [(name, records) for name, records in parts if records.height]
    return price_batches(parts, inputs.batch_limits, inputs.usage, inputs.limits, inputs.now, inputs.estimate)


def _price_lookups(sendable: pl.DataFrame, options: ImportOptions, inputs: PlanningInputs) -> LookupCost | None:
    """The look-ups before sending: documents that may have been sent elsewhere or earlier, and changed customers."""
    until = None
    if inputs.sole_sender and inputs.history_since is not None and not options.look_up:
        postdating = MAX_POSTDATING_BY_COPY if inputs.is_copy else MAX_POSTDATING
        until = (datetime.fromtimestamp(inputs.history_since, UTC) + postdating).date().isoformat()
    is_old = pl.lit(value=True) if until is None else (pl.col("date") <= until).fill_null(value=True)
    is_uncertain = is_old | pl.col("key_norm").is_in(list(inputs.sent_elsewhere)).fill_null(value=False)
    is_uncertain &= (pl.col("resource") == "documents") & (not options.first_import)
    asks = not options.first_import and not options.update
    is_compared = pl.col("base").ne_missing("{}") if asks else pl.col("base").is_not_null()
    is_customer = pl.col("resource") == "customers"
    marked = sendable.with_columns((is_uncertain | (is_customer & is_compared)).alias("look"))
    counts = dict(marked.filter("look").group_by("resource").len().iter_rows())
    if not counts:
        return None
    priced = _price(marked, inputs)
    documents, customers = counts.get("documents", 0), counts.get("customers", 0)
    why = _explain_lookups(options, inputs) if documents else None
    own = marked.filter(is_uncertain)
    probes = len(kinds_of_numbers(own) & kinds_of_numbers(inputs.known_documents))
    cost = priced.lookups + ApiUsage(probes, probes, 0)
    known = inputs.known_documents.height
    return LookupCost(until, documents, customers, known, why, cost, priced.finishes, priced.seconds)


def _explain_lookups(options: ImportOptions, inputs: PlanningInputs) -> LookupReason:
    if options.look_up:
        return LookupReason.ASKED
    if inputs.history_since is None:
        return LookupReason.UNKNOWN_CLIENT
    return LookupReason.EARLIER_SENDINGS if inputs.sole_sender else LookupReason.OTHER_SENDERS


def _assign_batches(items: pl.DataFrame, priced: PricedBatches) -> pl.DataFrame:
    """Add `batch`, the number of the batch of every item that is sent."""
    spans = pl.DataFrame(
        {"no": [batch.first for batch in priced.batches], "batch": [batch.no for batch in priced.batches]},
        schema={"no": pl.Int64, "batch": pl.Int64},
    )
    joined = items.sort("no").join_asof(spans.sort("no"), on="no", strategy="backward")
    return joined.with_columns(pl.when(pl.col("outcome").is_null()).then(pl.col("batch")).alias("batch"))


def sum_documents(items: pl.DataFrame, checked: Checked) -> list[dict[str, Any]]:
    """Return control totals of the documents in `items`, by currency.

    Each has `currency`, `documents` (how many) and the exact sums `excl_vat`, `vat`, `incl_vat` (Decimal).
    """
    if "documents" not in checked.tables:
        return []
    rows = checked.tables["documents"].rows.select("sheet", "row", "currency", "excl_vat", "vat", "incl_vat")
    documents = items.filter(pl.col("resource") == "documents").select("sheet", "row")
    totals = (
        rows.join(documents, on=["sheet", "row"], how="semi")
        .group_by(pl.col("currency").str.to_uppercase())
        .agg(pl.len().alias("documents"), pl.col("excl_vat", "vat", "incl_vat").sum())
        .sort("currency")
    )
    return totals.to_dicts()


def count_to_send(plan: ImportPlan) -> dict[str, int]:
    """Return how many customers, documents and lines would be sent."""
    sending = plan.to_send
    documents = sending.filter(pl.col("resource") == "documents")
    return {
        "customers": int((sending["resource"] == "customers").sum()),
        "documents": documents.height,
        "lines": int(documents["writes"].sum() - documents.height),
    }


def to_json(plan: ImportPlan) -> dict[str, Any]:
    """Return a plan as `armbulk plan --json` prints it."""
    pricing = plan.pricing
    return {
        "records": count_to_send(plan),
        "not_sent": _count_not_sent(plan.items),
        "left_out": _list_left_out(plan),
        "batches": [
            {
                "no": batch.no,
                "resource": batch.resource,
                "records": batch.records,
                "bytes": batch.bytes,
                "writes": batch.writes,
                "not_before": format_iso(batch.not_before),
            }
            for batch in pricing.batches
        ],
        "cost": pricing.cost.meters(),
        "meters": [
            {
                "window": meter.window,
                "meter": meter.meter,
                "limit": meter.limit,
                "used": meter.used,
                "left_after": meter.left_after,
            }
            for meter in pricing.meters
        ],
        "finishes": format_iso(pricing.finishes),
        "seconds": round(pricing.seconds, 1),
        "totals": sum_documents(plan.to_send, plan.checked),
        "fits": pricing.fits,
        "look_first": plan.lookups is not None and plan.lookups.documents > 0,
        "look_ups": _lookups_to_json(plan.lookups) if plan.lookups else None,
    }


def _count_not_sent(items: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Resource → outcome → number of its records that are not sent."""
    counts = items.drop_nulls("outcome").group_by("resource", "outcome").len().sort("resource", "outcome")
    by_resource: dict[str, dict[str, int]] = {}
    for resource, outcome, count in counts.iter_rows():
        by_resource.setdefault(resource, {})[outcome] = count
    return by_resource


def _list_left_out(plan: ImportPlan) -> list[dict[str, Any]]:
    """The records that are not sent because of what is known of them here, and why."""
    is_unsaid = pl.col("outcome").is_in([outcome.value for outcome in _SETTLED]) | pl.col("message").is_null()
    columns = ("resource", "key", "customer_norm", "amount", "currency", "sheet", "row", "outcome", "message")
    records = plan.items.drop_nulls("outcome").filter(~is_unsaid).select(columns).head(MAX_LEFT_OUT)
    records = records.with_columns(mask_national_id(pl.col("key")), mask_national_id(pl.col("customer_norm")))
    sheets = plan.checked.sheets
    return [
        {
            "resource": record["resource"],
            "number": record["key"],
            "customer_no": record["customer_norm"] if record["resource"] == "documents" else record["key"],
            "amount": record["amount"],
            "currency": record["currency"],
            "sheet": sheets[record["sheet"]].name,
            "row": record["row"],
            "outcome": record["outcome"],
            "reason": record["message"],
        }
        for record in records.iter_rows(named=True)
    ]


def _lookups_to_json(lookups: LookupCost) -> dict[str, Any]:
    return {
        "documents": lookups.documents,
        "customers": lookups.customers,
        "known_documents": lookups.known,
        "why": lookups.why,
        "requests": lookups.cost.requests,
        "reads": lookups.cost.reads,
        "finishes": format_iso(lookups.finishes),
        "seconds": round(lookups.seconds, 1) if math.isfinite(lookups.seconds) else None,
    }
