"""The form of an export: what can be chosen of each list, and what was chosen."""

from collections.abc import Mapping, Sequence
from typing import Any

from armbulk.app.choices import list_csv_dialects, name_exports
from armbulk.app.days import parse_day
from armbulk.app.exports import ExportQuery
from armbulk.errors import UsageError
from armbulk.i18n import NO_TEXT, Text, _
from armbulk.model.fields import Resource
from armbulk.month_end.request import CLOSE
from armbulk.resources import EXPORTS
from armbulk.writers.tables import FILE_FORMATS

_SENTENCES: dict[str, Text] = {
    "customers": _("All customers with addresses, credit limits and balances. Edit the workbook to change them."),
    "documents": _("Invoices and credit notes with their lines."),
    "ar-items": _("Items of the customer accounts: invoices, payments, interest, and what is open of each."),
    "gl-items": _("Postings of the general ledger, reconciled with ARM's GL movements."),
    "gl-movements": _("ARM's own balances and movements by account and period."),
    "document-bundles": _("Bundles of documents as ARM received them, and their state."),
    "log-items": _("What happened to customers and documents: reminders, notices and other events."),
    "codes": _("ARM's code lists: document types, units and others, with their meanings."),
    "client-configs": _("How ARM is set up for your client."),
    "insights": _("ARM's own aged balance: what customers owe, by days overdue."),
    CLOSE: _("Everything for closing a month: turnover, tie-out, open items and aged balance in one workbook."),
}
"""What each list has, in one sentence."""

_FILTER_NAMES = {"openonly": _("Only open items")}
"""Filters of ARM that are no column."""

_FORMATS: dict[str, tuple[str, Text]] = {
    "xlsx": ("", _("Excel workbook (.xlsx): the best choice for people")),
    "csv-norwegian": ("norwegian", _("CSV for a Norwegian Excel: ; between columns, decimal comma")),
    "csv-rfc": ("rfc", _("CSV for programs: , between columns, decimal point")),
    "parquet": ("", _("Parquet: decimals and dates with their types, for analysis")),
    "jsonl": ("", _("JSON Lines: the records as ARM returned them")),
}
"""The choice of a format → the dialect of a CSV file, and its description."""

DEFAULT_FORMAT = "xlsx"


def describe_lists() -> list[dict[str, Any]]:
    """Return what can be exported, in the order of the command line: name, title, sentence."""
    return [
        {"name": known.name, "title": known.title, "sentence": _SENTENCES.get(known.name, NO_TEXT)}
        for known in name_exports()
    ]


def describe_choices(resource: str, lang: str) -> dict[str, Any]:
    """Return what a person can choose of a list.

    Returns:
        has_time (a period, a year or days), filters (name, label, is_flag), columns (name, header), formats (name,
        label).

    Raises:
        UsageError: There is no such list.
    """
    if resource not in _SENTENCES:
        names = ", ".join(_SENTENCES)
        message = _("'{resource}' cannot be exported", resource=resource)
        raise UsageError("no-such-list", message, _("Use one of: {names}", names=names))
    if resource == CLOSE:
        formats = [{"name": DEFAULT_FORMAT, "label": _FORMATS[DEFAULT_FORMAT][1]}]
        return {"has_time": True, "has_days": False, "filters": [], "columns": [], "formats": formats}
    known = EXPORTS[resource]
    listing = known.listing
    return {
        "has_time": listing is not None and bool(listing.dates or listing.period),
        "has_days": listing is not None and bool(listing.dates),
        "filters": _list_filters(known, lang),
        "columns": [{"name": field.name, "header": field.header.text(lang)} for field in known.readable],
        "formats": [{"name": name, "label": label} for name, (_dialect, label) in _FORMATS.items()],
    }


def _list_filters(resource: Resource, lang: str) -> list[dict[str, Any]]:
    """Return the filters that ARM has for a list, named as the columns are."""
    headers = {field.path: field.header.text(lang) for field in resource.readable}
    filters = resource.listing.filters if resource.listing else ()
    return [
        {
            "name": each.param,
            "label": headers.get(each.path) or _FILTER_NAMES.get(each.param, NO_TEXT).text(lang) or each.param,
            "is_flag": each.param in _FILTER_NAMES,
        }
        for each in filters
    ]


def read_choices(
    values: Mapping[str, str], filters: Mapping[str, str], columns: Sequence[str], order: str = ""
) -> dict[str, Any]:
    """Return a form's choices, as they are stored with an export.

    Args:
        values: when (period, year, days or all), period, year, first, last, other (a column), other_value, format,
            since, accounts, customer_names.
        filters: Filter of ARM → value; "" for none.
        columns: Names of the chosen columns; [] for all.
        order: The order in dates such as 01/02/2025.

    Raises:
        UsageError: A date, a year or the format cannot be used.
    """
    when, chosen = values.get("when", "all"), values.get("format") or DEFAULT_FORMAT
    if chosen not in _FORMATS:
        raise UsageError("form-unknown", _("There is no such format"), _("Choose another"))
    where = [f"{name}={value.strip()}" for name, value in filters.items() if value.strip()]
    if values.get("other") and values.get("other_value", "").strip():
        where.append(f"{values['other']}={values['other_value'].strip()}")
    days = {
        name: str(parse_day(values[name], order, label)) if when == "days" and values.get(name) else None
        for name, label in (("first", _("From")), ("last", _("To")))
    }
    return {
        "period": values.get("period", "").strip() or None if when == "period" else None,
        "year": _read_year(values.get("year", "")) if when == "year" else None,
        **days,
        "where": where,
        "columns": [] if chosen == "jsonl" else list(columns),
        "since": "last" if values.get("since") else None,
        "accounts": values.get("accounts", "").replace(",", " ").split(),
        "customer_names": values.get("customer_names", "yes") != "no",
        "format": chosen,
    }


def _read_year(text: str) -> int:
    if not (text.strip().isascii() and text.strip().isdecimal() and len(text.strip()) == 4):
        raise UsageError("year-wrong", _("'{text}' is not a year", text=text.strip()), _("Use four digits, like 2025"))
    return int(text)


def build_query(choices: Mapping[str, Any]) -> ExportQuery:
    """Return the query of stored choices; its target is not chosen."""
    return ExportQuery(
        period=choices["period"],
        year=choices["year"],
        first=parse_day(choices["first"], "", "") if choices["first"] else None,
        last=parse_day(choices["last"], "", "") if choices["last"] else None,
        where=choices["where"],
        columns=choices["columns"],
        since=choices["since"],
        accounts=choices["accounts"],
        customer_names=choices["customer_names"],
        csv_dialect=_FORMATS[choices["format"]][0] or list_csv_dialects()[0],
    )


def file_ending(choices: Mapping[str, Any]) -> str:
    """Return the ending of an export's file."""
    ending = str(choices["format"]).partition("-")[0]
    return ending if ending in FILE_FORMATS else DEFAULT_FORMAT
