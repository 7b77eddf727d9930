"""What would be sent, what it costs, when it ends: the very plan that `sending` carries out."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from armbulk.arm.encode import encode_records
from armbulk.clock import iso
from armbulk.model.outcome import ApiUsage, Outcome
from armbulk.planning.batches import BatchEstimate, BatchLimits, PricedBatches, price_batches
from armbulk.quota.limits import QuotaLimits, Usage
from armbulk.validation.check import Checked

SENT = ("customers", "documents")
"""The resources that are sent, in the order in which they are sent."""

AHEAD = timedelta(days=31)
"""How long before its own date a document may have been sent, by another machine or a store that is gone."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the caller asked for."""

    update: bool = False
    skip_invalid: bool = False
    limit: int | None = None
    look_up: bool = False
    first_import: bool = False
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """A checked set of files, ready to send.

    `items`: one row per record read, with the columns of `arm.encode.RECORD` and `no`, `resource`, `outcome`,
    `message`, `batch` (the batch's number; null where nothing is sent).
    """

    checked: Checked
    items: pl.DataFrame
    plan: PricedBatches
    options: ImportOptions
    looks: "LookupCost | None" = None  # what is looked up at ARM before it goes

    @property
    def stopped(self) -> bool:
        """Whether errors keep everything at home."""
        return bool(self.checked.errors) and not self.options.skip_invalid

    @property
    def to_send(self) -> pl.DataFrame:
        """The items that go out."""
        return self.items.filter(pl.col("outcome").is_null())


@dataclass(frozen=True, slots=True)
class LookupCost:
    """Records that are looked up before they go.

    Documents dated up to `until` (ISO), all without it; and customers whose change is compared with what ARM holds.
    The price is that of looking each up by itself: ARM's lists may spare nearly all of it.
    """

    until: str | None
    documents: int
    customers: int
    cost: ApiUsage
    finishes: float
    seconds: float


@dataclass(frozen=True, slots=True)
class PlanningInputs:
    """What a plan depends on besides the files: what was sent before, the meters, the clock, the settings."""

    known: pl.DataFrame  # key_norm, doc_type, run, outcome: documents sent before
    usage: Usage
    limits: QuotaLimits
    now: float
    cutting: BatchLimits
    pace: BatchEstimate
    since: float | None = None  # since when this machine knows of all that it sends for the client


def plan_import(checked: Checked, options: ImportOptions, around: PlanningInputs) -> ImportPlan:
    """Map the good records, set aside what must not be sent, and price the rest."""
    items = _changes(_items(checked), checked, options)
    items = _already_sent(items, around.known)
    items = _follow_customers(items)
    items = _limited(items, options.limit)
    if checked.errors and not options.skip_invalid:
        items = _not_sent(items, pl.lit(value=True), "not sent: errors must be corrected first")
    sendable = items.filter(pl.col("outcome").is_null())
    priced = _priced(sendable, around)
    return ImportPlan(checked, _numbered(items, priced), priced, options, _looks(sendable, options, around))


def _priced(sendable: pl.DataFrame, around: PlanningInputs) -> PricedBatches:
    parts = [(name, sendable.filter(pl.col("resource") == name)) for name in SENT]
    parts = [part for part in parts if part[1].height]
    return price_batches(parts, around.cutting, around.usage, around.limits, around.now, around.pace)


def _looks(sendable: pl.DataFrame, options: ImportOptions, around: PlanningInputs) -> LookupCost | None:
    """What is to be looked up before it goes: what may have been sent when this machine did not yet know of it."""
    until = None
    if around.since is not None and not options.look_up:
        until = (datetime.fromtimestamp(around.since, UTC) + AHEAD).date().isoformat()
    older = pl.lit(value=True) if until is None else (pl.col("date") <= until).fill_null(value=True)
    unsure = (pl.col("resource") == "documents") & older & (not options.first_import)
    chosen = sendable.with_columns((unsure | pl.col("base").is_not_null()).alias("look"))
    documents = chosen.filter(pl.col("look") & (pl.col("resource") == "documents")).height
    customers = chosen.filter(pl.col("look") & (pl.col("resource") == "customers")).height
    if not documents + customers:
        return None
    dearest = _priced(chosen, around)
    return LookupCost(until, documents, customers, dearest.looks, dearest.finishes, dearest.seconds)


def _items(checked: Checked) -> pl.DataFrame:
    frames = []
    for name in SENT:
        if name in checked.tables:
            mapped = encode_records(checked.tables[name], checked.tables.get("lines"))
            held = checked.blocked_rows[name].select("sheet", "row").unique().with_columns(held=pl.lit(value=True))
            frames.append(
                mapped.join(held, on=["sheet", "row"], how="left", maintain_order="left").with_columns(
                    pl.lit(name).alias("resource"),
                    pl.when(pl.col("held")).then(pl.lit(Outcome.HELD_BACK.value)).alias("outcome"),
                )
            )
    whole = pl.concat([pl.concat(frames).drop("held").with_columns(message=pl.lit(None, pl.String)), *_hidden(checked)])
    return whole.with_row_index("no", offset=1).with_columns(pl.col("no").cast(pl.Int64))


def _changes(items: pl.DataFrame, checked: Checked, options: ImportOptions) -> pl.DataFrame:
    """Add what a change is compared with (`base`: JSON, null for nothing); set aside customers that do not change."""
    known = items.join(checked.bases, on=["sheet", "row"], how="left", maintain_order="left")
    change = (pl.col("resource") == "customers") & options.update
    compared = pl.when(change).then(pl.coalesce("base", pl.when(pl.col("half")).then(pl.lit("{}"))))
    known = known.with_columns(compared.alias("base")).drop("half")
    return _set(known, change & pl.col("bare"), Outcome.UNCHANGED, pl.lit("nothing was changed")).drop("bare")


def _hidden(checked: Checked) -> list[pl.DataFrame]:
    """Hidden records that the caller left out: they too have an outcome."""
    return [
        encode_records(checked.skipped[name], checked.skipped.get("lines")).with_columns(
            pl.lit(name).alias("resource"),
            pl.lit(Outcome.NOT_SENT.value).alias("outcome"),
            pl.lit("a hidden row, left out as you asked").alias("message"),
        )
        for name in SENT
        if name in checked.skipped
    ]


def _set(items: pl.DataFrame, where: pl.Expr, outcome: Outcome, message: pl.Expr) -> pl.DataFrame:
    """Give an outcome and a message to the items that have none yet and for which `where` holds."""
    chosen = pl.col("outcome").is_null() & where.fill_null(value=False)
    return items.with_columns(
        pl.when(chosen).then(message).otherwise(pl.col("message")).alias("message"),
        pl.when(chosen).then(pl.lit(outcome.value)).otherwise(pl.col("outcome")).alias("outcome"),
    )


def _not_sent(items: pl.DataFrame, where: pl.Expr, message: str) -> pl.DataFrame:
    return _set(items, where, Outcome.NOT_SENT, pl.lit(message))


def _already_sent(items: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Documents this store has sent before are not sent again; those still in doubt stay in doubt."""
    before = known.rename({"run": "other", "outcome": "before"}).with_columns(resource=pl.lit("documents"))
    joined = items.join(before, on=["resource", "key_norm", "doc_type"], how="left", maintain_order="left")
    text = pl.concat_str(pl.lit("sent in run "), pl.col("other").cast(pl.String))
    settled = pl.col("before").is_not_null() & (pl.col("before") != Outcome.IN_DOUBT.value)
    joined = _set(joined, pl.col("other").is_not_null() & settled, Outcome.ALREADY_SENT, text)
    open_text = pl.concat_str(pl.lit("not yet settled in run "), pl.col("other").cast(pl.String))
    joined = _set(joined, pl.col("other").is_not_null(), Outcome.IN_DOUBT, open_text)
    return joined.drop("other", "before")


def _follow_customers(items: pl.DataFrame) -> pl.DataFrame:
    """A document waits for its customer: where that one is held back, so is the document."""
    held = items.filter((pl.col("resource") == "customers") & (pl.col("outcome") == Outcome.HELD_BACK.value))
    among = pl.col("customer_norm").is_in(held["key_norm"].drop_nulls().implode())
    return _set(items, among, Outcome.HELD_BACK, pl.lit("its customer is held back"))


def _limited(items: pl.DataFrame, limit: int | None) -> pl.DataFrame:
    if limit is None:
        return items
    place = pl.col("outcome").is_null().cum_sum()
    return _not_sent(items, place > limit, "beyond --limit")


def _numbered(items: pl.DataFrame, priced: PricedBatches) -> pl.DataFrame:
    """Give every item that goes out its batch number."""
    spans = pl.DataFrame(
        {"no": [batch.first for batch in priced.batches], "batch": [batch.no for batch in priced.batches]},
        schema={"no": pl.Int64, "batch": pl.Int64},
    )
    joined = items.sort("no").join_asof(spans.sort("no"), on="no", strategy="backward")
    return joined.with_columns(pl.when(pl.col("outcome").is_null()).then(pl.col("batch")).alias("batch"))


def control_totals(items: pl.DataFrame, checked: Checked) -> list[dict[str, Any]]:
    """Control totals of the documents in `items` by currency: count and exact sums (as text)."""
    if "documents" not in checked.tables:
        return []
    rows = checked.tables["documents"].rows.select("sheet", "row", "currency", "excl_vat", "vat", "incl_vat")
    chosen = items.filter(pl.col("resource") == "documents").select("sheet", "row")
    found = (
        rows.join(chosen, on=["sheet", "row"], how="semi")
        .group_by(pl.col("currency").str.to_uppercase())
        .agg(pl.len().alias("documents"), pl.col("excl_vat", "vat", "incl_vat").sum())
        .sort("currency")
    )
    return found.to_dicts()


def to_json(prepared: ImportPlan) -> dict[str, Any]:
    """Say a plan as the JSON contract of `armbulk plan` does."""
    sending = prepared.to_send
    count = dict(sending.group_by("resource").len().iter_rows())
    documents = sending.filter(pl.col("resource") == "documents")
    priced = prepared.plan
    return {
        "records": {
            "customers": count.get("customers", 0),
            "documents": count.get("documents", 0),
            "lines": int(documents["writes"].sum() - documents.height),
        },
        "batches": [
            {
                "no": batch.no,
                "resource": batch.resource,
                "records": batch.records,
                "bytes": batch.bytes,
                "writes": batch.writes,
                "not_before": iso(batch.not_before),
            }
            for batch in priced.batches
        ],
        "cost": priced.cost.meters(),
        "meters": [
            {
                "window": meter.window,
                "meter": meter.meter,
                "limit": meter.limit,
                "used": meter.used,
                "left_after": meter.left_after,
            }
            for meter in priced.meters
        ],
        "finishes": iso(priced.finishes),
        "seconds": round(priced.seconds, 1),
        "totals": control_totals(sending, prepared.checked),
        "fits": priced.fits,
        "look_first": prepared.looks is not None and prepared.looks.documents > 0,
        "look_ups": _look_ups(prepared.looks) if prepared.looks else None,
    }


def _look_ups(looks: LookupCost) -> dict[str, Any]:
    """What looking up takes at the most, and when the whole run would end then."""
    when = {
        "finishes": iso(looks.finishes),
        "seconds": round(looks.seconds, 1) if math.isfinite(looks.seconds) else None,
    }
    cost = {"requests": looks.cost.requests, "reads": looks.cost.reads}
    return {"documents": looks.documents, "customers": looks.customers, **cost, **when}


def summarise(prepared: ImportPlan) -> dict[str, str]:
    """Say in few words what would go: `count`, `totals`, `first` and `last` document number ("" without documents)."""
    sending = prepared.to_send
    numbers = sending.filter(pl.col("resource") == "documents")["key"]
    sums = [f"{one['currency']} {one['incl_vat']}" for one in control_totals(sending, prepared.checked)]
    ends = (numbers[0], numbers[-1]) if len(numbers) else ("", "")
    return {"count": str(sending.height), "totals": ", ".join(sums), "first": ends[0], "last": ends[1]}
