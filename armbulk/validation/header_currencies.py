"""The currency in the header of an amount, compared with that of the documents: `Beløp inkl. mva (NOK)`."""

from collections.abc import Mapping, Sequence

import polars as pl

from armbulk.findings.frame import empty_findings, make_finding
from armbulk.i18n import _, join_texts, pack_text
from armbulk.mapping.header_units import split_currency
from armbulk.mapping.headers import HeaderMatch
from armbulk.model.sheet import Sheet, Table
from armbulk.validation.amounts import AMOUNTS
from armbulk.validation.cell_findings import with_norm
from armbulk.validation.numbers import CURRENCIES_OF_CROWNS

_MAX_ROWS_NAMED = 3


def compare_header_currencies(
    tables: Mapping[str, Table], sheets: Sequence[Sheet], matches: Sequence[HeaderMatch]
) -> pl.DataFrame:
    """Return a finding for each column of amounts whose header names another currency than one of the documents.

    It stops the sheet. `kr` is the currency of any country with crowns.
    """
    documents = tables.get("documents")
    if documents is None:
        return empty_findings()
    own: pl.DataFrame | None = None
    findings = [empty_findings()]
    reported = set()
    for table in (documents, tables.get("lines")):
        for index, columns in table.columns.items() if table is not None else ():
            headers = _read_headers(sheets[index], matches[index].header_row)
            for name in (*AMOUNTS, "price"):
                letter = columns.get(name, "")
                currency = split_currency(headers.get(letter, ""))[1]
                if table is None or currency is None:
                    continue
                own = _list_currencies(documents) if own is None else own
                rows = with_norm(table, table.resource.record_key).filter(
                    (pl.col("sheet") == index) & table.rows[name].is_not_null()
                )
                allowed = CURRENCIES_OF_CROWNS if currency == "KR" else [currency]
                others = rows.join(own, on="norm", maintain_order="left").filter(~pl.col("currency").is_in(allowed))
                if others.height:
                    detail = _name_rows(others)
                    if (index, currency, detail) in reported:  # the other amounts of the same documents
                        continue
                    reported.add((index, currency, detail))
                    cell = {"row": matches[index].header_row, "column": letter, "field": name, "value": headers[letter]}
                    findings.append(make_finding(index, "header-currency-differs", **cell, detail=detail))
    return pl.concat(findings)


def _list_currencies(documents: Table) -> pl.DataFrame:
    own = with_norm(documents, documents.resource.key, "currency").drop_nulls(["norm", "currency"])
    return own.select("norm", pl.col("currency").str.to_uppercase()).unique("norm")


def _name_rows(rows: pl.DataFrame) -> str:
    """Return the first rows and their currencies, packed for a finding."""
    first = rows.head(_MAX_ROWS_NAMED).select("row", "currency").iter_rows()
    named = join_texts(
        *(_("row {row}: {currency}", row=row, currency=currency) for row, currency in first), separator=", "
    )
    return pack_text(join_texts(named, "…" if rows.height > _MAX_ROWS_NAMED else ""))


def _read_headers(sheet: Sheet, header_row: int | None) -> dict[str, str]:
    """Return letter → header of a sheet."""
    header = sheet.frame.filter(pl.col("row") == header_row)[list(sheet.letters)]
    return {letter: text for letter, text in header.to_dicts()[0].items() if text} if header.height else {}
