"""Names of lists, limits and outcomes, and counts of records, as reports write them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from armbulk.i18n import Text, Words, _, format_amount, format_decimal, format_number, format_time, join_texts, ngettext
from armbulk.model import record_kinds
from armbulk.model.client_name import name_client
from armbulk.model.environment import Environment, colour_environment, find_environment, name_environment
from armbulk.model.outcome_words import translate_outcome
from armbulk.resources import CLOSE_NAME, EXPORTS, RESOURCES

_LISTS: dict[str, Text | Words] = {"documents": _("Documents"), CLOSE_NAME.name: CLOSE_NAME.title}
_OF_ALL_TIME = " of all time"
"""How the JSON of `export --plan` marks a list that is read for all periods; an account may follow."""

_METERS = {
    ("hour", "requests"): _("Requests per hour"),
    ("hour", "reads"): _("Records read per hour"),
    ("hour", "writes"): _("Records written per hour"),
    ("month", "requests"): _("Requests per month"),
    ("month", "reads"): _("Records read per month"),
    ("month", "writes"): _("Records written per month"),
}


_SO_MANY_REQUESTS = ngettext(
    "{count:number} request of {left:number} left this hour", "{count:number} requests of {left:number} left this hour"
)
_UP_TO_REQUESTS = ngettext(
    "Up to {count:number} request of {left:number} left this hour",
    "Up to {count:number} requests of {left:number} left this hour",
)
_DESTINATION = _("{environment} ({address}), client {client}, profile {profile}")
_UNKNOWN_DESTINATION = _("{address} (unknown environment), client {client}, profile {profile}")
_RESERVED = _("{percent} % is reserved for your other integrations")


def name_list(name: str, lang: str) -> str:
    """Return the name of a list or of a kind of record."""
    if _OF_ALL_TIME in name:
        base, account = name.split(_OF_ALL_TIME)
        title = name_list(base, lang)
        if account.strip():
            return _("{title}, all periods, account {account}", title=title, account=account.strip()).text(lang)
        return _("{title}, all periods", title=title).text(lang)
    if name in _LISTS:
        return _LISTS[name].text(lang)
    resource = RESOURCES.get(name) or EXPORTS.get(name)
    return resource.title.text(lang) if resource else name


def name_environment_of(address: str, lang: str) -> str:
    """Return what people call the environment of an address: `staging`, or `unknown environment (HOST)`."""
    return name_environment(find_environment(address), address).text(lang)


def count_records(count: int, kind: str, lang: str) -> str:
    """Return how many records of a kind there are: `15 documents`."""
    return record_kinds.count_records(count, kind).text(lang)


def count_outcomes(counts: Mapping[str, int], lang: str, *, alone: bool = False, **other_words: str) -> str:
    """Return how many records have which outcome: `12 created, 3 rejected`.

    Args:
        counts: Outcome → records.
        lang: The language.
        alone: Whether a single outcome is written without its count.
        other_words: Outcome → another word for it.
    """
    words = {outcome: other_words.get(outcome) or translate_outcome(outcome, lang) for outcome in counts}
    if alone and len(words) == 1:
        return "".join(words.values())
    return ", ".join(f"{format_number(count, lang)} {words[outcome]}" for outcome, count in counts.items())


def name_meter(meter: Mapping[str, object], lang: str) -> str:
    """Return the name of one of ARM's limits: `Requests per hour`."""
    return _METERS[str(meter["window"]), str(meter["meter"])].text(lang)


def name_destination(destination: Mapping[str, str], lang: str) -> str:
    """Return where records go: `production (https://api.example.com/arm/v1), client 2218, profile acme`."""
    environment, address = destination["environment"], destination["address"]
    name = colour_environment(environment, address, lang)
    text = _UNKNOWN_DESTINATION if environment == Environment.OTHER else _DESTINATION
    client = name_client(destination["client_no"], destination.get("client_name"))
    return text.fill(environment=name, address=address, client=client, profile=destination["profile"]).text(lang)


def describe_cost(plan: Mapping[str, Any], lang: str) -> str:
    """Return what a plan uses of ARM's limits: the requests of the hour, and what else would be used up.

    Args:
        plan: as the JSON of `armbulk plan` has it.
        lang: the language.
    """
    cost, more = dict(plan["cost"]), plan["look_ups"] or {}
    meters = {(meter["window"], meter["meter"]): meter for meter in plan["meters"]}
    requests = cost["requests"] + more.get("requests", 0)
    left = {key: max(meter["limit"] - meter["used"], 0) for key, meter in meters.items()}
    text = _UP_TO_REQUESTS if more.get("requests") else _SO_MANY_REQUESTS
    parts: list[str] = [text.fill(count=requests, left=left.pop(("hour", "requests")))]
    amounts = {**cost, "requests": requests, "reads": cost["reads"] + more.get("reads", 0)}
    tight = [key for key in left if 2 * amounts[key[1]] > left[key]]
    parts += [
        _("{meter}: {count:number} of {left:number} left", meter=_METERS[key], count=amounts[key[1]], left=left[key])
        for key in tight
    ]
    if percent := Decimal(plan["reserved_percent"]):
        parts.append(_RESERVED.fill(percent=format_percent(percent, lang)))
    return join_texts(*parts, separator="; ").text(lang) + "."


def format_percent(percent: Decimal, lang: str) -> str:
    """Return a percentage without needless zeros: `5`."""
    return format_decimal(percent.normalize(), lang)


def list_cells(warning: Mapping[str, Any], lang: str, shown: int = 2) -> str:
    """Return the first cells of a warning: `Documents!F17, F18 and 12 more`."""
    cells: list[str] = []
    sheet = None
    for cell in list(dict.fromkeys(warning["cells"]))[:shown]:
        name, mark, address = cell.rpartition("!")
        cells.append(address if mark and name == sheet else cell)
        sheet = name
    rest = warning["count"] - len(cells)
    text = ", ".join(cells)
    return _("{cells} and {count:number} more", cells=text, count=rest).text(lang) if rest else text


def describe_usage(usage: Mapping[str, int], lang: str) -> str:
    """Return what was used of ARM's limits: `API usage: 4 requests, 30 records read`."""
    counts = [
        ngettext("{count:number} request", "{count:number} requests", count=usage["requests"]),
        ngettext("{count:number} record read", "{count:number} records read", count=usage["reads"]),
    ]
    if usage["writes"]:
        counts.append(
            ngettext("{count:number} record written", "{count:number} records written", count=usage["writes"])
        )
    return _("API usage: {counts}", counts=", ".join(count.text(lang) for count in counts)).text(lang)


def format_money(amount: str | None, currency: str | None, lang: str) -> str:
    """Return an amount with its currency: `NOK 1 250.00`."""
    if amount is None:
        return _("amount unknown").text(lang)
    return f"{currency or ''} {format_amount(amount, lang)}".strip()


def format_finish(forecast: Mapping[str, object], lang: str) -> str:
    """Return when something ends (`finishes`, in `seconds` from now): `01:16 today`, or with its day."""
    end = datetime.fromisoformat(str(forecast["finishes"])).astimezone()
    now = end - timedelta(seconds=float(str(forecast["seconds"])))
    if end.date() != now.date():
        return format_time(end, lang)
    clock = f"{end:%H:%M}"
    return _("{clock} today", clock=clock).text(lang)
