"""What it costs to read accepted records back from ARM, one by one or from ARM's lists. Pure."""

import math
from dataclasses import dataclass

from armbulk.model.outcome import ApiUsage
from armbulk.quota.limits import Priority, QuotaLimits

MAX_SINGLE_LOOKUPS = 20
"""Up to so many records of a kind are looked up one by one; for more, lists may be read."""

_PAGE_RECORDS = 1_000
_MEASURE = ApiUsage(1, 5)
"""The call that asks how long ARM's list is."""


@dataclass(frozen=True, slots=True)
class VerificationPrice:
    """The use of ARM's limits for reading records back.

    Attributes:
        documents: how many documents are read back.
        customers: how many customers.
        least: if ARM's lists have exactly these records.
        most: if each is looked up on its own.
    """

    documents: int
    customers: int
    least: ApiUsage
    most: ApiUsage


def price_verification(documents: int, customers: int) -> VerificationPrice:
    """Return what reading so many records back costs."""
    least = most = ApiUsage()
    for count, measure in ((documents, _MEASURE), (customers, ApiUsage())):
        single = ApiUsage(count, count)
        if count <= MAX_SINGLE_LOOKUPS:
            least, most = least + single, most + single
        else:
            least, most = least + measure + _price_pages(count), most + measure + single
    return VerificationPrice(documents, customers, least, most)


def is_list_cheaper(listed: int, lookups: int, limits: QuotaLimits) -> bool:
    """Return whether a list of so many records takes a smaller share of the hour's limits than so many look-ups."""
    return _share(_price_pages(listed), limits) < _share(ApiUsage(lookups, lookups), limits)


def _price_pages(records: int) -> ApiUsage:
    return ApiUsage(math.ceil(records / _PAGE_RECORDS), records)


def _share(usage: ApiUsage, limits: QuotaLimits) -> float:
    """The largest share of a limit of an hour that is used."""
    return max(
        used / max(limits.capacity("hour", meter, Priority.NORMAL), 1)
        for meter, used in (("requests", usage.requests), ("reads", usage.reads))
    )
