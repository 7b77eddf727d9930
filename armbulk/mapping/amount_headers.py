"""Unknown headers whose numbers may be an amount: an invoice must not be sent without one of its amounts unnoticed.

An unknown column is ignored with a warning. Under a header such as `Restbeløp` or `Beløp EUR` it stops the sheet: the
user chooses the field, or leaves the column out. A header such as `Mva %` is never read as an amount. A column `D/K`
beside amounts without a sign stops it, too: credit notes would become invoices.
"""

from collections.abc import Mapping

import polars as pl

from armbulk.findings.frame import make_findings
from armbulk.i18n import join_choices, pack_text, quote_names
from armbulk.mapping.amount_sides import has_unsigned_credit, is_side_header
from armbulk.mapping.block_titles import to_number
from armbulk.mapping.header_units import Unit, find_units, is_money, is_price, is_vat
from armbulk.model.fields import Field, Resource
from armbulk.model.sheet import NUMERIC_CELLS, Sheet

_CURRENCY = r"(?:kr|nok|eur|usd|gbp|€|\$|£)?\.?"
_NUMBER = rf"(?i)^[-(]?\s*{_CURRENCY}\s*[-\u2212]?[0-9][0-9 \u00a0.,']*(?:,-|-|\))?\s*{_CURRENCY}$"
_DATE_WITH_DOTS = r"^[0-9]{1,2}\.[0-9]{1,2}\.(?:[0-9]{4}|[0-9]{2})\.?$"


def judge_unknown_headers(
    sheet: Sheet, index: int, findings: pl.DataFrame, columns: dict[str, str], resources: tuple[Resource, ...]
) -> pl.DataFrame:
    """Return the findings of a sheet's headers, with those of unknown columns by the words of their header.

    Args:
        sheet: The sheet.
        index: Its index.
        findings: The findings of its headers.
        columns: Field name → letter of what was recognised.
        resources: The resources on the sheet: one, or documents and their lines.
    """
    fields = {field.name: field for resource in reversed(resources) for field in resource.fields}
    if "incl_vat" not in fields:
        return findings
    judged: list[dict[str, str | int | None]] = []
    is_unknown = findings["code"] == "unknown-header"
    if not is_unknown.any():
        return findings
    unknown = findings.filter(is_unknown).unique("column", keep="first", maintain_order=True)
    body = sheet.frame.filter(pl.col("row") > unknown["row"].min()) if unknown.height else sheet.frame
    for header_row, letter, text in unknown.select("row", "column", "value").iter_rows():
        names = list_possible_amounts(text, fields, columns)
        cell: dict[str, str | int | None] = {"row": header_row, "column": letter, "value": text}
        if Unit.RATE in find_units(text) and _is_numeric(body, letter, percent=True):
            judged.append({"code": "rate-not-sent", **cell})
        elif names and Unit.SCALE in find_units(text) and _is_numeric(body, letter):
            judged.append({"code": "amount-in-other-unit", **cell})
        elif is_side_header(text) and _is_without_sign(body, letter, columns):
            judged.append({"code": "debit-credit-column", **cell})
        elif names and _is_numeric(body, letter):
            detail = pack_text(join_choices(quote_names([fields[name].header for name in names])))
            judged.append({"code": "amount-header-unclear", **cell, "detail": detail})
    if not judged:
        return findings
    replaced = make_findings(index, judged)
    is_replaced = (pl.col("code") == "unknown-header") & pl.col("column").is_in(replaced["column"].implode())
    return pl.concat([findings.filter(~is_replaced), replaced])


def list_possible_amounts(text: str, fields: Mapping[str, Field], columns: Mapping[str, str]) -> list[str]:
    """Return the fields that an unknown header may mean, if its numbers may be money; [] otherwise."""
    units = find_units(text)
    if is_price(text):
        return ["price"] if "price" in fields and "price" not in columns else []
    if not is_money(text):
        return []
    if Unit.NET in units:
        return ["excl_vat"]
    if Unit.GROSS in units:
        return ["incl_vat"]
    return ["vat"] if is_vat(text) else ["incl_vat", "excl_vat", "vat"]


def _is_without_sign(body: pl.DataFrame, side: str, columns: Mapping[str, str]) -> bool:
    """Return whether an amount in credit has no sign: `side` has the sides."""
    amounts = [columns[name] for name in ("incl_vat", "excl_vat") if columns.get(name) in body.columns]
    return bool(amounts) and has_unsigned_credit(body, side, to_number(amounts[0]))


def _is_numeric(body: pl.DataFrame, letter: str, *, percent: bool = False) -> bool:
    """Return whether at least half of a column's values are numbers."""
    text, kind = body[letter], body[f"{letter}.cell"].cast(pl.String)
    kinds = [*NUMERIC_CELLS, "uncalculated", *(["percent"] if percent else [])]
    written = text.str.strip_chars(" %" if percent else " ")
    is_number = kind.is_in(kinds) | (
        (kind == "text") & written.str.contains(_NUMBER) & ~written.str.contains(_DATE_WITH_DOTS)
    )
    return 0 < text.count() <= 2 * is_number.sum()
