"""What a comparison costs of ARM's limits, in words."""

from typing import TYPE_CHECKING

from armbulk.i18n import Text, _, join_texts, ngettext
from armbulk.model.durations import write_duration

if TYPE_CHECKING:
    from armbulk.app.diff.price import ReadPrice

_LISTS = {
    "customers": ngettext(
        "The comparison reads ARM's list of {count:number} customer.",
        "The comparison reads ARM's list of {count:number} customers.",
    ),
    "ar-items": ngettext(
        "The comparison reads ARM's list of {count:number} AR item.",
        "The comparison reads ARM's list of {count:number} AR items.",
    ),
}
_ITEMS_OF = ngettext(
    "The comparison reads the AR items of {count:number} customer.",
    "The comparison reads the AR items of {count:number} customers, one customer after the other.",
)
_LOOK_UPS = ngettext(
    "The comparison looks up {count:number} record in ARM.",
    "The comparison looks up {count:number} records in ARM one by one.",
)
_COST = ngettext(
    "This takes {count:number} request (of {requests:number} an hour) and reads {reads:number} records "
    "(of {limit:number} an hour).",
    "This takes {count:number} requests (of {requests:number} an hour) and reads {reads:number} records "
    "(of {limit:number} an hour).",
)
_WAITS = _("With your limits, this takes about {duration}.")
_NEVER = _("This exceeds your ARM limits however long you wait.")
_BRIEF = 60.0


def describe_price(price: "ReadPrice") -> Text:
    """Return what is read, what it uses of an hour's limits, and how long it takes if that is long."""
    sentences = [_LISTS[price.resource].fill(count=price.listed or 0)] if price.method == "list" else []
    if price.look_ups:
        look_ups = _LOOK_UPS if price.resource == "customers" else _ITEMS_OF
        sentences.append(look_ups.fill(count=price.look_ups))
    hour = {"requests": price.hour["requests"], "limit": price.hour["reads"]}
    sentences.append(_COST.fill(count=price.cost.requests, reads=price.cost.reads, **hour))
    if price.seconds == float("inf"):
        sentences.append(_NEVER)
    elif price.seconds > _BRIEF:
        sentences.append(_WAITS.fill(duration=write_duration(price.seconds)))
    return join_texts(*sentences)
