"""What reading accepted records back costs, for people and as JSON."""

from typing import Any

import polars as pl

from armbulk.i18n import Text, join_texts, ngettext
from armbulk.model.outcome import SUCCESSFUL
from armbulk.model.record_kinds import count_records
from armbulk.planning.plan import ImportPlan
from armbulk.planning.verification_price import VerificationPrice, price_verification

_SINGLE = ngettext(
    "{records}: {count:number} request of {left:number} left this hour",
    "{records}: {count:number} requests of {left:number} left this hour",
)
_LISTED = ngettext(
    "{records}: {least:number} to {count:number} request of {left:number} left this hour",
    "{records}: {least:number} to {count:number} requests of {left:number} left this hour, fewer where ARM's lists are "
    "short",
)


def describe_price(price: VerificationPrice, left: int) -> Text:
    """Return what reading records back costs, of the requests that are `left` this hour."""
    counts = {"documents": price.documents, "customers": price.customers}
    records = join_texts(*(count_records(count, kind) for kind, count in counts.items() if count), separator=", ")
    least, most = price.least.requests, price.most.requests
    return (_SINGLE if least == most else _LISTED).fill(records=records, least=least, count=most, left=left)


def price_plan(plan: ImportPlan) -> tuple[VerificationPrice, int]:
    """Return what reading the records of a plan back costs, and the requests left this hour when they are sent."""
    done = plan.items.filter(pl.col("outcome").is_in([outcome.value for outcome in SUCCESSFUL]))
    counts = dict(pl.concat([plan.to_send, done]).group_by("resource").len().iter_rows())
    price = price_verification(counts.get("documents", 0), counts.get("customers", 0))
    meters = ((meter.window, meter.meter, meter.left_after) for meter in plan.pricing.meters)
    return price, max(next(left for window, name, left in meters if (window, name) == ("hour", "requests")), 0)


def price_to_json(price: VerificationPrice, left: int) -> dict[str, Any]:
    """Return the price as the JSON of `armbulk plan` has it."""
    return {
        "documents": price.documents,
        "customers": price.customers,
        "least": price.least.meters(),
        "most": price.most.meters(),
        "left": left,
        "fits": price.most.requests <= left,
    }
