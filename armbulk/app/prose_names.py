"""Names of lists, limits and outcomes, and counts of records, as reports write them."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from armbulk.i18n import Text, Words, _, format_amount, format_number, format_time, ngettext
from armbulk.model.environment import find_environment, name_environment
from armbulk.model.outcome_words import translate_outcome
from armbulk.month_end.request import CLOSE_NAME
from armbulk.resources import EXPORTS, RESOURCES

_LISTS: dict[str, Text | Words] = {"documents": _("Documents"), CLOSE_NAME.name: CLOSE_NAME.title}
_OF_ALL_TIME = " of all time"
"""How the JSON of `export --plan` marks a list that is read for all periods; an account may follow."""

_METERS = {
    ("hour", "requests"): _("Requests per hour"),
    ("hour", "reads"): _("Records read per hour"),
    ("hour", "writes"): _("Records sent per hour"),
    ("month", "requests"): _("Requests per month"),
    ("month", "reads"): _("Records read per month"),
    ("month", "writes"): _("Records sent per month"),
}


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


def count_records(count: int, resource: str, lang: str) -> str:
    """Return how many records of a kind there are: `15 documents`."""
    return _count_records(count, resource).text(lang)


def _count_records(count: int, resource: str) -> Text:
    match resource:
        case "customers":
            return ngettext("{count:number} customer", "{count:number} customers", count=count)
        case "documents":
            return ngettext("{count:number} document", "{count:number} documents", count=count)
        case "lines":
            return ngettext("{count:number} line", "{count:number} lines", count=count)
        case _:
            return ngettext("{count:number} record", "{count:number} records", count=count)


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


def describe_usage(usage: Mapping[str, int], lang: str) -> str:
    """Return what was used of ARM's limits: `API usage: 4 requests, 30 records read`."""
    counts = [
        ngettext("{count:number} request", "{count:number} requests", count=usage["requests"]),
        ngettext("{count:number} record read", "{count:number} records read", count=usage["reads"]),
    ]
    if usage["writes"]:
        counts.append(ngettext("{count:number} record sent", "{count:number} records sent", count=usage["writes"]))
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
