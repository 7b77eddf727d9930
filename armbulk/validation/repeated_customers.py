"""Customers beside documents: a list of invoices has the number, name and address of a customer in several rows.

Rows with the same customer are one customer. Where they differ, it is not known which of them is right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from armbulk.findings.frame import empty_findings, merge_findings
from armbulk.mapping.apply import MappedSheet, map_customers_beside
from armbulk.mapping.entries import SheetMapping
from armbulk.mapping.headers import HeaderMatch, match_headers
from armbulk.model.fields import FieldRole, Resource
from armbulk.model.keys import normalise_key
from armbulk.model.sheet import Sheet, Table
from armbulk.resources import RESOURCES
from armbulk.validation.flat_file import find_disagreements

SAME_ROWS_SCHEMA = pl.Schema({"sheet": pl.UInt16, "row": pl.Int64, "first": pl.Int64})
"""Columns of the rows of customers that are in several rows: `first` is the row that stands for the customer."""

_OF_THE_DOCUMENTS = ["hidden-rows", "hidden-open-rows", "hidden-done", "hidden-included", "hidden-skipped"]
"""Codes that the documents of the sheet have, too."""


@dataclass(frozen=True, slots=True)
class CustomersBeside:
    """The customers of a sheet with documents, as a sheet of their own.

    Attributes:
        source: The index of the sheet with the documents.
        own: That sheet as it is in the file.
        mapped: The customers, as the mapping reads them.
    """

    source: int
    own: Sheet
    mapped: MappedSheet

    def match(self, index: int, documents: Sheet, resources: Mapping[str, Resource]) -> tuple[Sheet, HeaderMatch]:
        """Return the sheet of the customers, each text once, and what is recognised of it.

        Args:
            index: The index of the sheet with the customers.
            documents: The sheet with the documents, without the rows that are left out.
            resources: The resources by name.
        """
        sheet = self.mapped.sheet
        match = match_headers(sheet, index, resources)
        letters = tuple(letter for letter in sheet.letters if letter in match.columns.values())
        key = match.columns.get(match.recognised_resource.key)
        is_header = pl.col("row") == match.header_row
        body = sheet.frame.filter(pl.col("row") > match.header_row).join(
            documents.frame.select("row"), on="row", how="semi"
        )
        body = body.filter(pl.col(key).is_not_null()) if key else body.clear()
        texts = [name for name in sheet.frame.columns if name.partition(".")[0] in letters]
        shown_first = body.sort(pl.col("row").is_in(sorted(sheet.hidden_rows)), "row", maintain_order=True)
        distinct = shown_first.unique(texts, keep="first", maintain_order=True).sort("row")
        frame = pl.concat([sheet.frame.filter(is_header), distinct]).select("row", *texts)
        narrow = replace(sheet, frame=frame, letters=letters, merged_ranges=())
        return narrow, match_headers(narrow, index, resources)


def list_customers_beside(
    sheets: Sequence[Sheet],
    own: Sequence[Sheet],
    mapped: Sequence[MappedSheet],
    mapping: Sequence[SheetMapping],
) -> list[CustomersBeside]:
    """Return the customers beside documents, for which the mapping has an entry.

    Args:
        sheets: The sheets, without hidden columns that are left out.
        own: The sheets as they are in the files.
        mapped: What the mapping makes of each.
        mapping: The entries.
    """
    if not any(entry.repeated for entry in mapping):
        return []
    from armbulk.mapping.expressions import ExpressionEngine  # noqa: PLC0415 - only mappings need Jinja2

    beside: list[CustomersBeside] = []
    for index, sheet in enumerate(sheets):
        entry = mapped[index].entry
        if entry is None or entry.resource != "documents":
            continue
        indexes = (index, len(sheets) + len(beside))
        customers = map_customers_beside(sheet, indexes, mapping, RESOURCES, ExpressionEngine())
        if customers is not None:
            beside.append(CustomersBeside(index, own[index], customers))
    return beside


def merge_repeated(
    tables: Sequence[Table], mapped: Sequence[MappedSheet], sheets: Sequence[Sheet]
) -> tuple[list[Table], pl.DataFrame, pl.DataFrame]:
    """Return the tables with one row for each customer, findings for rows that differ, and the rows of each customer.

    A customer has the row number of its first row that is shown. Its values may be in all of its rows or in some, but
    must not differ.

    Args:
        tables: The typed table of each sheet.
        mapped: What the mapping makes of each sheet.
        sheets: The sheets.
    """
    merged: list[Table] = []
    findings, same = [empty_findings()], [pl.DataFrame(schema=SAME_ROWS_SCHEMA)]
    for table in tables:
        index = next(iter(table.columns))
        entry = mapped[index].entry
        if entry is None or not entry.repeated:
            merged.append(table)
            continue
        customers, different, rows = _merge_table(table, index, sheets[index].hidden_rows)
        merged.append(customers)
        findings.append(different)
        same.append(rows)
    return merged, merge_findings(findings), pl.concat(same)


def _merge_table(table: Table, index: int, hidden: frozenset[int]) -> tuple[Table, pl.DataFrame, pl.DataFrame]:
    key, letters = table.resource.key, table.columns[index]
    rows = table.rows.with_columns(normalise_key(pl.col(key)).alias("norm"))
    keyed = rows.filter(pl.col("norm").is_not_null())
    different = [
        find_disagreements(keyed, field, letters[field.name], index, "customer-rows-differ")
        for field in table.resource.fields
        if field.name in letters and field.name != key and field.role is FieldRole.WRITABLE
    ]
    values = [pl.col(name).drop_nulls().first() for name in table.rows.columns if name not in {"sheet", "row", key}]
    shown_first = keyed.sort(pl.col("row").is_in(sorted(hidden)), "row", maintain_order=True)
    groups = shown_first.group_by("norm", maintain_order=True)
    customers = groups.agg(pl.col("sheet", "row", key).first(), *values)
    same = keyed.join(customers.select("norm", pl.col("row").alias("first")), on="norm").select(list(SAME_ROWS_SCHEMA))
    one_each = pl.concat([customers.select(table.rows.columns), rows.filter(pl.col("norm").is_null()).drop("norm")])
    return replace(table, rows=one_each.sort("row")), merge_findings([empty_findings(), *different]), same


def spread_to_customers(errors: pl.DataFrame, same: pl.DataFrame) -> pl.DataFrame:
    """Return errors by `sheet` and `row` with those in other rows of a customer at its first row, too.

    The customer is held back because of them.
    """
    other = same.filter(pl.col("row") != pl.col("first"))
    at_first = errors.join(other, on=["sheet", "row"], maintain_order="left").with_columns(pl.col("first").alias("row"))
    return pl.concat([errors, at_first.select(errors.columns)])


def spread_errors(findings: pl.DataFrame, sources: Mapping[int, int], same: pl.DataFrame) -> pl.DataFrame:
    """Return findings with every error at the first row of its customer, too, and hidden rows at their customers.

    Args:
        findings: Every finding.
        sources: Index of a sheet with customers → index of the sheet with their documents.
        same: The rows of each customer.
    """
    hidden = findings.filter(pl.col("code").is_in(["hidden-rows", "hidden-open-rows"]))
    copies = [
        hidden.filter(pl.col("sheet") == source).with_columns(pl.lit(index, pl.UInt16).alias("sheet"))
        for index, source in sources.items()
    ]
    return spread_to_customers(pl.concat([findings, *copies]), same)


def drop_of_documents(
    findings: pl.DataFrame, sources: Mapping[int, int], matches: Sequence[HeaderMatch], mapped: Sequence[MappedSheet]
) -> pl.DataFrame:
    """Return findings without those of customers that their documents have, too, and without headers that are theirs.

    Args:
        findings: Every finding.
        sources: Index of a sheet with customers → index of the sheet with their documents.
        matches: What was recognised of each sheet.
        mapped: What the mapping makes of each.
    """
    is_repeated = pl.col("sheet").is_in(list(sources)) & pl.col("code").is_in(_OF_THE_DOCUMENTS)
    for index, source in sources.items():
        letters = {mapped[index].source_columns.get(letter, letter) for letter in matches[index].columns.values()}
        is_known = (pl.col("code") == "unknown-header") & pl.col("column").is_in([each for each in letters if each])
        is_repeated |= (pl.col("sheet") == source) & is_known.fill_null(value=False)
    return findings.filter(~is_repeated)
