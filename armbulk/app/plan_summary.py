"""What a person should know before an import is confirmed: where it goes, counts and sums, warnings, changes."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from armbulk.app.destination import Destination
from armbulk.app.verification_price import price_plan, price_to_json
from armbulk.findings.frame import group_findings, name_place
from armbulk.i18n import Text, _, join_texts
from armbulk.model.fields import Severity
from armbulk.model.record_kinds import add_up, count_records, sum_by_kind, write_money
from armbulk.model.record_texts import format_json_value
from armbulk.model.sheet import find_repeated_names
from armbulk.model.value_forms import compare_form, list_leaves
from armbulk.planning.items import NEW_AT_ARM
from armbulk.planning.plan import ImportPlan
from armbulk.resources import RESOURCES, fields_by_name
from armbulk.resources.identifiers import mask_national_id
from armbulk.results.control_totals import calculate_planned
from armbulk.results.totals_words import to_json as totals_to_json
from armbulk.validation.attachments import describe_attachments
from armbulk.validation.check import Checked
from armbulk.validation.check_report import attachments_to_json

MAX_NAMED = 10
"""How many cells of a warning, and customers that change, the JSON names; it counts all."""

_CUSTOMERS = RESOURCES["customers"]
_FIELDS = {field.path: field for field in _CUSTOMERS.fields}
_NUMBER = _CUSTOMERS.field(_CUSTOMERS.key).path


def summarise_plan(plan: ImportPlan, destination: Destination, lang: str) -> dict[str, Any]:
    """Return what the JSON of `armbulk plan` has in addition to the batches and their cost."""
    return {
        "destination": destination.to_json(),
        "by_type": [_describe_kind(part, plan) for part in sum_by_kind(plan.to_send)],
        "errors": list_findings(plan.checked, Severity.ERROR, lang),
        "warnings": list_findings(plan.checked, Severity.WARNING, lang),
        "changes": list_changes(plan, lang),
        "attachments": _describe_attachments(plan, lang),
        "control_totals": totals_to_json(calculate_planned(plan.items)),
        "verification": price_to_json(*price_plan(plan)) if plan.options.verify else None,
        "reserved_percent": destination.reserved_percent,
    }


def _describe_attachments(plan: ImportPlan, lang: str) -> dict[str, Any] | None:
    """Return the files of the documents to send, in words and one by one; None without any."""
    sending = plan.to_send.filter(pl.col("resource") == "documents")
    attachments = plan.checked.attachments.join(sending, on=["sheet", "row"], how="semi", maintain_order="left")
    files = attachments_to_json(plan.checked, attachments)
    return files and {"text": describe_attachments(attachments).text(lang), **files}


def list_findings(checked: Checked, severity: Severity, lang: str) -> list[dict[str, Any]]:
    """Return the errors or the warnings by kind.

    Returns:
        Each with `code`, `field`, `count`, the first `message`, whether the others have the `same` one, and the first
        `cells`.
    """
    chosen = checked.findings.filter(pl.col("severity") == severity.value)
    groups = group_findings(chosen, checked.sheets, fields_by_name(), lang, MAX_NAMED)
    repeated = find_repeated_names(checked.sheets)
    return [
        {
            "code": group["code"],
            "field": group["field"],
            "count": group["count"],
            "message": group["first"][0]["message"],
            "same": len({finding["message"] for finding in group["first"]}) == 1,
            "cells": [name_place(finding, repeated) for finding in group["first"]],
        }
        for group in groups
    ]


def list_changes(plan: ImportPlan, lang: str) -> dict[str, Any] | None:
    """Return the customers that get other values than they have; None where that is not known, or there are none.

    Known are the fields of an update, and values that a person has seen in ARM and chosen to overwrite.

    Returns:
        `customers` (how many), `fields` (their headers), and the `first` customer numbers.
    """
    is_known = pl.lit(value=True) if plan.options.update else pl.col("base").ne(NEW_AT_ARM)
    customers = plan.to_send.filter((pl.col("resource") == "customers") & is_known.fill_null(value=False))
    changed, fields = [], dict[str, None]()
    for key, payload, base in customers.select(mask_national_id(pl.col("key")), "payload", "base").iter_rows():
        names = _find_changes(payload, json.loads(base or "{}"), lang)
        fields.update(dict.fromkeys(names))
        changed += [key] if names else []
    if not changed:
        return None
    return {"customers": len(changed), "fields": list(fields), "first": changed[:MAX_NAMED]}


def _find_changes(payload: str, base: Mapping[str, str | None], lang: str) -> list[str]:
    """The headers of the fields of a record (JSON) that are not as in `base`, or not in it."""
    names = []
    for path, value in list_leaves(json.loads(payload, parse_float=Decimal)):
        field = _FIELDS.get(path)
        before = base.get(path)
        is_same = path in base and compare_form(field, format_json_value(value)) == compare_form(field, before)
        if path != _NUMBER and not is_same:
            names.append(field.header.text(lang) if field else path)
    return names


def count_updates(plan: ImportPlan) -> int:
    """Return how many of the customers to send are known to be changes of customers that ARM has."""
    customers = plan.to_send.filter(pl.col("resource") == "customers")
    if plan.options.update:
        return customers.height
    sent_before = () if plan.options.first_import else plan.sent_before  # then nothing is compared with ARM
    is_known = pl.when(pl.col("base").is_null()).then(pl.col("no").is_in(list(sent_before)))
    return int(customers.select(is_known.otherwise(pl.col("base") != NEW_AT_ARM).sum()).item() or 0)


def has_updates_only(plan: ImportPlan) -> bool:
    """Return whether all records to send are changes of customers."""
    return 0 < plan.to_send.height == count_updates(plan)


def describe_records(plan: ImportPlan) -> Text:
    """Return what would be sent in a few words: `40 customers and 120 invoices (NOK 825 259.59)`."""
    sums = sum_by_kind(plan.to_send)
    counts: dict[str, int] = {}
    for part in sums:
        counts[part["kind"]] = counts.get(part["kind"], 0) + part["records"]
    updates = 0 if has_updates_only(plan) else count_updates(plan)
    texts = []
    for kind, count in counts.items():
        if kind != "customers" or count > updates:
            texts.append(count_records(count - updates if kind == "customers" else count, kind))
        if kind == "customers" and updates:
            texts.append(count_records(updates, "customer_updates"))
    if len(texts) > 1:
        texts = [_("{records} and {last}", records=join_texts(*texts[:-1], separator=", "), last=texts[-1])]
    amounts = join_texts(*(write_money(amount, currency) for currency, amount in add_up(sums).items()), separator=", ")
    if not texts:
        return count_records(0, "")
    return _("{records} ({amounts})", records=texts[0], amounts=amounts) if amounts else texts[0]


def _describe_kind(part: Mapping[str, Any], plan: ImportPlan) -> dict[str, Any]:
    """The sums of a kind of records; of customers also how many are updates, as far as that is known."""
    updates = {"updates": count_updates(plan)} if part["kind"] == "customers" else {}
    return {"type": part["kind"], **{name: value for name, value in part.items() if name != "kind"}, **updates}
