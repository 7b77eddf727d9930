"""The currency of a line on a sheet of its own, compared with that of its document: ARM's lines have none."""

from collections.abc import Mapping, Sequence

import polars as pl

from armbulk.findings.frame import empty_findings, to_findings
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import HeaderMatch, list_headers
from armbulk.model.sheet import Sheet, Table
from armbulk.validation.cell_findings import with_norm

_CODE = r"^[A-Z]{3}$"


def compare_currencies(
    tables: Mapping[str, Table], sheets: Sequence[Sheet], matches: Sequence[HeaderMatch]
) -> pl.DataFrame:
    """Return a finding for each line in another currency than its document."""
    findings = [empty_findings()]
    documents, lines = tables.get("documents"), tables.get("lines")
    if documents is None or lines is None:
        return findings[0]
    names = {fold_header(name) for name in list_headers(documents.resource.field("currency"))}
    for index, (sheet, match) in enumerate(zip(sheets, matches, strict=True)):
        if match.resource is not lines.resource or match.header_row is None:
            continue
        header = sheet.frame.filter(pl.col("row") == match.header_row)
        for letter in sheet.letters:
            text = header[letter][0] if header.height else None
            if text and fold_header(text) in names:
                own = with_norm(documents, documents.resource.key, "currency").drop_nulls(["norm", "currency"])
                of_documents = own.select("norm", pl.col("currency").str.to_uppercase().alias("detail")).unique("norm")
                of_lines = with_norm(lines, lines.resource.record_key).drop_nulls("norm").select("sheet", "row", "norm")
                currency = pl.col(letter).str.strip_chars().str.to_uppercase().alias("value")
                cells = sheet.frame.filter(pl.col("row") > match.header_row).select("row", currency)
                rows = of_lines.filter(pl.col("sheet") == index).join(cells, on="row", maintain_order="left")
                joined = rows.join(of_documents, on="norm", maintain_order="left")
                differs = joined.filter(pl.col("value").str.contains(_CODE) & (pl.col("value") != pl.col("detail")))
                values = differs.select("sheet", "row", "value", "detail")
                findings.append(to_findings(values, column=letter, code="line-currency-differs"))
    return pl.concat(findings)
