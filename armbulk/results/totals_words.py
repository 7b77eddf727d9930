"""Control totals in words: names of types and stages, figures, equations and differences."""

from decimal import Decimal
from typing import Any

from armbulk.i18n import Text, _, format_amount, format_decimal, join_texts
from armbulk.model.lookup import LookupResult
from armbulk.model.record_kinds import count_records
from armbulk.model.record_messages import FIELD_NAMES
from armbulk.results.control_totals import (
    ACCEPTED,
    IN_FILE,
    READ_BACK,
    SENT,
    VALID,
    ControlTotal,
    ControlTotals,
    Explanation,
    Figure,
)
from armbulk.results.differences import RecordDifference
from armbulk.stored_messages import translate_message

TYPES = {
    "customers": _("Customers"),
    "invoices": _("Invoices"),
    "credit_notes": _("Credit notes"),
    "documents": _("Other documents"),
}

STAGE_WORDS = {
    IN_FILE: _("In the files"),
    VALID: _("Valid"),
    SENT: _("Sent"),
    ACCEPTED: _("Accepted by ARM"),
    READ_BACK: _("Read back from ARM"),
}
TO_SEND = _("To send")
"""What `sent` is called in a plan."""

MEANING = _(
    "Sums incl. VAT. The period is the month of the document date. Valid: passed the checks. Sent: by this import "
    "or an earlier one."
)
READ_BACK_MEANING = _(
    "Read back: the amount incl. VAT (currencyAmounts.inclVat) of the document in ARM, in the currency of the document "
    "in ARM."
)

_EQUATIONS: dict[str, tuple[Text, Text]] = {
    "plan": (_("Files = to send: {figures}"), _("Files {first}, less {less} = to send {last}")),
    "run": (_("Files = accepted by ARM: {figures}"), _("Files {first}, less {less} = accepted by ARM {last}")),
}
"""Where the figures are equal, and where they differ."""

_MISSING = _("{number}: not found in ARM")
_UNCLEAR = _("{number}: cannot be compared. {reason}")
_DIFFERS = _("{number}: {differences}")
_CELL_MISSING = _("Read back: not found in ARM")
_CELL_UNCLEAR = _("Read back: cannot be compared. {reason}")
_CELL_DIFFERS = _("Read back: {difference}")
_FIELD = _("{field} {sent} sent, {there} in ARM")
_SEVERAL = _("ARM has {count} documents with this number")


def name_type(total: ControlTotal) -> Text:
    """Return the type of records: `Invoices (IN)`."""
    title: Text = TYPES[total.kind] if total.kind else _("All documents")
    return _("{title} ({code})", title=title, code=total.doc_type) if total.doc_type else title


def name_group(total: ControlTotal) -> Text:
    """Return the type, currency and period of records: `Invoices (IN), NOK, 2025-02`."""
    return join_texts(*(part for part in (name_type(total), total.currency, total.period) if part), separator=", ")


def write_amount(amount: Decimal | None, lang: str) -> str:
    """Return an amount with two decimals, or more where it has more; "" for None."""
    if amount is None:
        return ""
    is_in_cents = amount == amount.quantize(Decimal("0.01"))
    return (format_amount if is_in_cents else format_decimal)(amount, lang)


def write_equations(totals: ControlTotals, *, is_plan: bool = False) -> list[tuple[bool, Text]]:
    """Return how the files agree with what is sent, or accepted: what is equal in one sentence, then the rest.

    Args:
        totals: the totals.
        is_plan: they are of a plan, and compared with what would be sent; else with what ARM has accepted.

    Returns:
        For each sentence whether the figures are equal, and the sentence.
    """
    equal_text, less_text = _EQUATIONS["plan" if is_plan else "run"]
    customers = (total for total in totals.sum_up("kind") if total.kind == "customers")
    equal, others = [], []
    for total in (*customers, *totals.by_currency()):
        first, last = total.stages[IN_FILE], total.stages[SENT if is_plan else ACCEPTED]
        kind = total.kind or "documents"
        if (first - last).is_nothing:
            equal.append(_write_figure(last, kind, total.currency))
            continue
        less = [write_explanation(part) for part in totals.explained if _is_part(part, total)]
        values = {
            name: _write_figure(figure, kind, total.currency) for name, figure in (("first", first), ("last", last))
        }
        others.append((False, less_text.fill(**values, less=join_texts(*less, separator=", "))))
    if equal:
        others.insert(0, (True, equal_text.fill(figures=join_texts(*equal, separator=", "))))
    return others


def _is_part(part: Explanation, total: ControlTotal) -> bool:
    return (part.kind == "customers") == (total.kind == "customers") and part.currency == total.currency


def _write_figure(figure: Figure, kind: str, currency: str) -> Text:
    records = count_records(figure.records, kind)
    if figure.amount is None:
        return records
    return _("{currency} {amount:amount} ({records})", currency=currency or "?", amount=figure.amount, records=records)


def write_explanation(part: Explanation) -> Text:
    """Return what an explanation says: `3 invoices rejected by ARM (NOK 1 200.00)`."""
    if part.figure.amount is None:
        return part.sentence
    values = {"currency": part.currency or "?", "amount": part.figure.amount}
    return _("{sentence} ({currency} {amount:amount})", sentence=part.sentence, **values)


def write_difference(difference: RecordDifference, lang: str) -> str:
    """Return in words how ARM has an accepted record."""
    number = difference.number
    if difference.result is LookupResult.ABSENT:
        return _MISSING.fill(number=number).text(lang)
    if difference.result is LookupResult.UNKNOWN:
        return _UNCLEAR.fill(number=number, reason=translate_message(difference.message, lang)).text(lang)
    parts = "; ".join(text for _field, text in _write_parts(difference, lang))
    return _DIFFERS.fill(number=number, differences=parts).text(lang)


def write_at_cells(difference: RecordDifference, lang: str) -> list[tuple[str, str]]:
    """Return (name of the field, "" for the whole record; how ARM has it in words) for each cell that is concerned."""
    if difference.result is LookupResult.ABSENT:
        return [("", _CELL_MISSING.text(lang))]
    if difference.result is LookupResult.UNKNOWN:
        return [("", _CELL_UNCLEAR.fill(reason=translate_message(difference.message, lang)).text(lang))]
    parts = _write_parts(difference, lang)
    if difference.documents > 1:  # the values are those of all of them
        parts = [("", "; ".join(text for _field, text in parts))]
    return [(name, _CELL_DIFFERS.fill(difference=text).text(lang)) for name, text in parts]


def _write_parts(difference: RecordDifference, lang: str) -> list[tuple[str, str]]:
    several = [("", _SEVERAL.fill(count=difference.documents).text(lang))] if difference.documents > 1 else []
    return several + [(name, _write_field(name, sent, there, lang)) for name, sent, there in difference.fields]


def _write_field(name: str, sent: str, there: str, lang: str) -> str:
    in_arm = _write_value(name, there, lang) or "?"
    return _FIELD.fill(field=FIELD_NAMES[name], sent=_write_value(name, sent, lang), there=in_arm).text(lang)


def _write_value(name: str, value: str, lang: str) -> str:
    if name == "amount" and value:
        return write_amount(Decimal(value), lang)
    return value.upper() if name in {"type", "currency"} else value


def to_json(totals: ControlTotals) -> dict[str, Any]:
    """Return control totals as JSON; amounts are texts, so that no digit is lost."""
    return {
        "groups": [
            {
                "type": total.kind,
                "document_type": total.doc_type or None,
                "currency": total.currency or None,
                "period": total.period or None,
                **{name: _figure_to_json(figure) for name, figure in total.stages.items()},
            }
            for total in totals.totals
        ],
        "explained": [_explanation_to_json(part) for part in totals.explained],
        "done_before": [_explanation_to_json(part) for part in totals.done_before],
    }


def _figure_to_json(figure: Figure) -> dict[str, Any]:
    return {"records": figure.records, "amount": None if figure.amount is None else str(figure.amount)}


def _explanation_to_json(part: Explanation) -> dict[str, Any]:
    return {
        "reason": part.reason,
        "type": part.kind,
        "currency": part.currency or None,
        **_figure_to_json(part.figure),
        "first": list(part.numbers),
    }


def describe_stages(totals: ControlTotals, lang: str, *, is_plan: bool = False) -> list[dict[str, Any]]:
    """Return the rows of a table: each group on one row, or where it changes with one row a stage."""
    rows: list[dict[str, Any]] = []
    for total in totals.totals:
        figures = list(total.stages.values())
        is_same = all((figures[0] - figure).is_nothing for figure in figures)
        for name, figure in list(total.stages.items())[: 1 if is_same else None]:
            word: Text = TO_SEND if is_plan and name == SENT else STAGE_WORDS[name]
            rows.append(
                {
                    "group": name_group(total).text(lang) if name == IN_FILE else "",
                    "records": figure.records,
                    "amount": write_amount(figure.amount, lang),
                    "stage": "" if is_same else word.text(lang),
                }
            )
    return rows
