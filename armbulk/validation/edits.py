"""What was edited in a sheet that armbulk exported, found by comparing it with the copy hidden in the workbook.

A cell that still has the exported value is treated as blank, and blank means unchanged: it is neither checked nor sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from armbulk.findings.frame import empty_findings, to_findings
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import HeaderMatch, index_headers
from armbulk.model.fields import FieldRole, FieldType, Resource
from armbulk.model.keys import normalise_key
from armbulk.model.sheet import Sheet

BASE_SHEET = "armbulk-base"
"""The name of the hidden sheet with the exported values."""

BASE_SCHEMA = {"sheet": pl.UInt16, "row": pl.Int64, "base": pl.String}
"""The exported values of each changed row, as JSON: ARM's path → the cell's text or null."""

_GUARDED_FORMULA = "^'([=+\\-@\t\uff1d\uff0b\uff0d\uff20])"
_IDENTIFIER_TYPES = {FieldType.IDENTIFIER, FieldType.TEXT_LIST}
_MARKER = "armbulk export 1 "


@dataclass(frozen=True, slots=True)
class Compared:
    """A sheet with only its edited cells, the exported values of its edited rows (BASE_SCHEMA), and findings."""

    sheet: Sheet
    bases: pl.DataFrame
    findings: pl.DataFrame


def make_export_marker(client_hash: str) -> str:
    """Return the header of the hidden copy's last column, which names the client whose data it is."""
    return _MARKER + client_hash


def read_client_hash(sheet: Sheet) -> str | None:
    """Return the hash of the client that a sheet was exported for; None for a sheet that is no export."""
    base = sheet.base
    if base is None or base.frame.is_empty():
        return None
    header = base.frame.select(base.letters).row(0)
    return next((text.removeprefix(_MARKER) for text in header if text and text.startswith(_MARKER)), "")


def attach_base(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Return the sheets of one file without its hidden copy, which becomes the `base` of each."""
    base = next((sheet for sheet in sheets if fold_header(sheet.name) == fold_header(BASE_SHEET)), None)
    return [replace(sheet, base=base) for sheet in sheets if sheet is not base]


def strip_formula_guards(sheet: Sheet) -> Sheet:
    """Return a csv sheet without the apostrophes that an export puts before texts that look like formulas."""
    if sheet.format != "csv":
        return sheet
    return replace(sheet, frame=sheet.frame.with_columns(pl.col(sheet.letters).str.replace(_GUARDED_FORMULA, "$1")))


def drop_expected_findings(sheet: Sheet, findings: pl.DataFrame) -> pl.DataFrame:
    """Return findings without those about columns that are not sent but come from armbulk's own export."""
    if sheet.base is None or sheet.base.frame.is_empty():
        return findings
    exported = [text for text in sheet.base.frame.select(sheet.base.letters).row(0) if text]
    is_unsent = pl.col("code").is_in(["computed-column", "unknown-header"])
    return findings.filter(~is_unsent | ~pl.col("value").is_in(exported))


def compare_with_base(sheet: Sheet, index: int, match: HeaderMatch, *, pad_postal_codes: bool = False) -> Compared:
    """Return a sheet with only the cells its user edited; rows are matched by their key, wherever they are now.

    A cell with the exported value without its leading zeros was damaged, not edited.
    """
    resource, base = match.resource, sheet.base
    unchanged = Compared(sheet, pl.DataFrame(schema=BASE_SCHEMA), empty_findings())
    if base is None or resource is None or not resource.updatable or resource.key not in match.columns:
        return unchanged
    base_columns = _match_columns(base, resource)
    if resource.key not in base_columns:
        return unchanged
    shared = {name: letter for name, letter in match.columns.items() if name in base_columns and name != resource.key}
    rows = _join_base(sheet, base, match, base_columns, shared)
    is_same = {name: pl.col(letter).eq_missing(_exported(name)) & pl.col("in_base") for name, letter in shared.items()}
    is_edited = {name: pl.col(letter).is_not_null() & ~is_same[name] for name, letter in shared.items()}
    read_only = [name for name in shared if resource.field(name).role is FieldRole.READ_ONLY]
    sent = [name for name in shared if name not in read_only]
    is_changed = pl.any_horizontal([is_edited[name] for name in sent] or [pl.lit(value=False)])
    strangers = rows.filter(~pl.col("in_base") & pl.col("norm").is_not_null())
    findings = [_cell_findings(strangers, resource.key, match.columns[resource.key], "not-in-export", index)]
    for name in read_only:
        edited = rows.filter(pl.col("in_base") & is_edited[name])
        findings.append(_cell_findings(edited, name, shared[name], "computed-changed", index))
    identifiers = [name for name in sent if resource.field(name).type in _IDENTIFIER_TYPES]
    for name in identifiers:
        if pad_postal_codes and resource.field(name).format == "postal-code":
            continue
        has_lost_zeros = is_edited[name] & pl.col("in_base") & _has_lost_zeros(pl.col(shared[name]), _exported(name))
        damaged = rows.filter(has_lost_zeros)
        findings.append(_cell_findings(damaged, name, shared[name], "zeros-lost-in-change", index))
        is_same[name] = is_same[name] | has_lost_zeros.fill_null(value=False)
    bases = _encode_bases(rows.filter(is_changed & pl.col("in_base")), sent, resource, index)
    # of the other rows, it does not matter whether they are hidden
    relevant = frozenset(rows.filter(is_changed | ~pl.col("in_base"))["row"])
    edited_sheet = replace(
        sheet, frame=_blank_unchanged(sheet, rows, shared, is_same), hidden_rows=sheet.hidden_rows & relevant
    )
    return Compared(edited_sheet, bases, pl.concat([empty_findings(), *findings]))


def _match_columns(base: Sheet, resource: Resource) -> dict[str, str]:
    """Return field → letter of the hidden copy, whose first row is its header."""
    if base.frame.is_empty():
        return {}
    names = index_headers(resource)
    header = zip(base.letters, base.frame.select(base.letters).row(0), strict=True)
    return {names[fold_header(text)].name: letter for letter, text in header if text and fold_header(text) in names}


def _join_base(
    sheet: Sheet, base: Sheet, match: HeaderMatch, base_columns: dict[str, str], shared: dict[str, str]
) -> pl.DataFrame:
    """Return the rows below the header with their exported values: `exported.FIELD`, and `in_base` Boolean."""
    key = match.recognised_resource.key
    current = sheet.frame.filter(pl.col("row") > match.header_row).with_columns(
        normalise_key(pl.col(match.columns[key])).alias("norm")
    )
    exported = base.frame.slice(1).select(
        normalise_key(pl.col(base_columns[key])).alias("norm"),
        *(pl.col(base_columns[name]).alias(f"exported.{name}") for name in shared),
        pl.lit(value=True).alias("in_base"),
    )
    exported = exported.drop_nulls("norm").unique("norm", keep="first", maintain_order=True)
    joined = current.join(exported, on="norm", how="left", maintain_order="left")
    return joined.with_columns(pl.col("in_base").fill_null(value=False))


def _has_lost_zeros(text: pl.Expr, exported: pl.Expr) -> pl.Expr:
    """Return whether a text is the exported one without the leading zeros of each of its parts."""
    parts = [part.str.replace_all(r"\s*[;\r\n]+\s*", ";").str.strip_chars() for part in (text, exported)]
    without_decimals = parts[0].str.replace_all(r"(^|;)([0-9]+)[.,]0+(;|$)", "$1$2$3")
    return without_decimals == parts[1].str.replace_all("(^|;)0+([0-9]+(;|$))", "$1$2")


def _exported(name: str) -> pl.Expr:
    return pl.col(f"exported.{name}")


def _encode_bases(rows: pl.DataFrame, sent: Sequence[str], resource: Resource, index: int) -> pl.DataFrame:
    """Return the exported values of changed rows as BASE_SCHEMA."""
    if not sent:
        return pl.DataFrame(schema=BASE_SCHEMA)
    values = pl.struct(_exported(name).alias(resource.field(name).path) for name in sent)
    return rows.select(pl.lit(index).cast(pl.UInt16).alias("sheet"), "row", values.struct.json_encode().alias("base"))


def _blank_unchanged(
    sheet: Sheet, rows: pl.DataFrame, shared: dict[str, str], is_same: dict[str, pl.Expr]
) -> pl.DataFrame:
    """Return the sheet's cells with null where a cell has its exported value."""
    edited = [
        pl.when(~is_same[name]).then(pl.col(column)).alias(column)
        for name, letter in shared.items()
        for column in (letter, f"{letter}.cell")
    ]
    below = rows.with_columns(edited).select(sheet.frame.columns)
    above = sheet.frame.join(below.select("row"), on="row", how="anti", maintain_order="left")
    return pl.concat([above, below])


def _cell_findings(rows: pl.DataFrame, name: str, letter: str, code: str, index: int) -> pl.DataFrame:
    cells = rows.select("row", pl.col(letter).alias("value"))
    return to_findings(cells, sheet=index, column=letter, field=name, code=code)
