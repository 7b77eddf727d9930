"""The history of a client in which records were sent before, for plans without a store."""

import polars as pl

from armbulk.planning.batches import BatchEstimate, BatchLimits
from armbulk.planning.customer_hashes import CustomerHasher
from armbulk.planning.items import build_items
from armbulk.planning.plan import PlanningInputs
from armbulk.quota.limits import QuotaLimits, Usage
from armbulk.sent_before import SENT_DOCUMENTS_SCHEMA, hash_body, hash_content
from armbulk.store.customers import SENT_CUSTOMERS_SCHEMA
from armbulk.validation.check import Checked


def inputs_of(checked: Checked) -> PlanningInputs:
    """The history in which every record was sent as it is in the files."""
    items = build_items(checked)
    hasher = CustomerHasher("salt")
    customers = [
        (hasher.hash_key(key), hasher.hash_content(payload, update=False), None, 1)
        for key, payload in items.filter(pl.col("resource") == "customers").select("key", "payload").rows()
    ]
    documents = items.filter(pl.col("resource") == "documents").select(
        "key_norm", "doc_type", pl.lit(1, pl.Int64).alias("run"), pl.lit("created").alias("outcome"),
        "customer_norm", "date", "currency", "amount",
        pl.col("payload").map_elements(hash_body, pl.String).alias("body"),
        pl.col("payload").map_elements(hash_content, pl.String).alias("content"),
    )  # fmt: skip
    return PlanningInputs(
        sent_documents=pl.DataFrame(documents, schema=SENT_DOCUMENTS_SCHEMA),
        usage=Usage(),
        limits=QuotaLimits.for_size("S"),
        now=0.0,
        batch_limits=BatchLimits(),
        estimate=BatchEstimate(),
        sent_customers=pl.DataFrame(customers, schema=SENT_CUSTOMERS_SCHEMA, orient="row"),
        salt="salt",
    )
