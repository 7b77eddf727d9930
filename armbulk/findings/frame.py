"""Findings as frames, and as sentences for people.

A findings frame has one row per problem; `render_findings` turns it into sentences with cell addresses.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, partial
from itertools import chain
from pathlib import PurePath
from typing import TypedDict

import polars as pl

from armbulk.findings.catalogue import CATALOGUE
from armbulk.findings.titles import TITLES
from armbulk.i18n import unpack_text
from armbulk.model.fields import MASK, Field, Severity
from armbulk.model.sheet import Sheet, qualify_name

SCHEMA = pl.Schema(
    {
        "sheet": pl.UInt16,  # index into the sheets of the check
        "row": pl.Int64,  # the sheet's own row number; null = the whole sheet
        "column": pl.String,  # Excel letter; null = the whole row, or a column that is missing
        "field": pl.String,  # the field's name; null = none
        "code": pl.String,
        "severity": pl.String,
        "value": pl.String,  # the cell's own text
        "detail": pl.String,  # what else the message needs: a length, another row; words by `i18n.pack_text`
    }
)
"""Columns and dtypes of a findings frame."""

SEVERITY_OF_CODE: dict[str, str] = {code: finding_type.severity.value for code, finding_type in CATALOGUE.items()}
"""Code → severity, before a profile changes it."""

DECIDED_CODES = ("row-left-out", "table-total")
"""Codes of what is only told: a person has decided it."""

_CAUSES_OF_COLUMNS = {
    "word-read-as-code": True,
    "unknown-code": True,
    "code-not-listed": True,
    "zeros-from-format": False,
    "stored-as-number": False,
}
"""Codes of warnings that are about a column and not about single rows → whether each value is a cause of its own."""

_QUIET_CODES = ("word-read-as-code", "zeros-from-format")
"""Those of them after which nothing has to be done."""

_CODES_OF_FILES = (
    "dates-1904", "macros-ignored", "signature-removed", "external-links", "open-in-excel", "mapping-not-used",
)  # fmt: skip
"""Codes of what is true of a whole file: the frame has it at one of its sheets."""

_GROUP_KEYS = ("severity", "code", "field")


class RenderedFinding(TypedDict):
    """A finding as people and scripts read it: the object of the JSON contract. `sheet` is "" for a whole file."""

    file: str
    sheet: str
    row: int | None
    column: str | None
    cell: str | None
    field: str | None
    code: str
    severity: str
    value: str | None
    message: str
    fix: str


def name_place(finding: RenderedFinding, repeated: Collection[str] = ()) -> str:
    """Return where a finding is: its cell, or its row or column, or its sheet, or the name of its file.

    `repeated` are names of sheets that more than one file has: the file is named, too.
    """
    part, file = finding["row"] or finding["column"], PurePath(finding["file"]).name
    cell = finding["cell"] or (f"{finding['sheet']}!{part}" if part else finding["sheet"] or file)
    return qualify_name(file, cell) if finding["sheet"] in repeated else cell


def cause_of_column(finding: RenderedFinding) -> tuple[str | None, ...] | None:
    """Return what a warning has in common with those in other rows; None if each row has a cause of its own."""
    by_value = _CAUSES_OF_COLUMNS.get(finding["code"])
    if by_value is None or finding["severity"] != Severity.WARNING.value:
        return None
    names = finding["file"], finding["sheet"], finding["code"], finding["field"]
    return (*names, finding["value"]) if by_value else names


def is_quiet(finding: RenderedFinding) -> bool:
    """Return whether the cells of a warning are not coloured: nothing has to be done about any of them."""
    return finding["code"] in _QUIET_CODES and finding["severity"] == Severity.WARNING.value


class FindingGroup(TypedDict):
    """Findings with one code in one field: what they are about, how many, what to do, and the first of them."""

    severity: str
    code: str
    title: str
    field: str | None
    count: int
    fix: str
    first: list[RenderedFinding]


@cache
def empty_findings() -> pl.DataFrame:
    """Return a findings frame without rows: always the same, because frames are never changed."""
    return pl.DataFrame(schema=SCHEMA)


def to_findings(rows: pl.DataFrame, **values: str | int | pl.Expr | None) -> pl.DataFrame:
    """Return a findings frame from rows that have some of its columns.

    Args:
        rows: Any of the columns of SCHEMA; others are ignored.
        values: More columns, as a constant or an expression over `rows`. Columns that are still missing are null, and
            the severity is the catalogue's.
    """
    if rows.is_empty():
        return empty_findings()
    columns = {name: pl.col(name) if name in rows.columns else pl.lit(None) for name in SCHEMA}
    columns |= {name: value if isinstance(value, pl.Expr) else pl.lit(value) for name, value in values.items()}
    columns["severity"] = columns["code"].replace_strict(SEVERITY_OF_CODE, return_dtype=pl.String)
    return rows.with_columns(columns[name].cast(dtype).alias(name) for name, dtype in SCHEMA.items())[list(SCHEMA)]


def make_finding(sheet: int, code: str, **values: str | int | None) -> pl.DataFrame:
    """Return a findings frame with one row; `values` are more of its columns."""
    return make_findings(sheet, [{"code": code, **values}])


def make_findings(sheet: int, rows: Sequence[Mapping[str, str | int | None]]) -> pl.DataFrame:
    """Return a findings frame of a sheet; `rows` have a code and other columns."""
    full = [{"sheet": sheet, "severity": SEVERITY_OF_CODE[str(row["code"])], **row} for row in rows]
    return pl.DataFrame({name: [row.get(name) for row in full] for name in SCHEMA}, schema=SCHEMA)


def merge_findings(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Concatenate findings frames, sorted by sheet, row and column."""
    filled = [
        frame if frame.schema == SCHEMA else frame.select(list(SCHEMA)).cast(SCHEMA) for frame in frames if frame.height
    ]
    if not filled:
        return empty_findings()
    findings = pl.concat(filled)
    letters = pl.col("column").str.len_chars()
    return findings.sort("sheet", "row", letters, "column", "severity", "code", nulls_last=False, maintain_order=True)


def count_findings(findings: pl.DataFrame, severity: Severity) -> int:
    """Return how many findings have a severity."""
    return findings.filter(pl.col("severity") == severity.value).height


def apply_severities(findings: pl.DataFrame, rules: Mapping[str, str]) -> pl.DataFrame:
    """Apply `[rules]` of a profile: code → error, warning or off."""
    off = [code for code, severity in rules.items() if severity == "off"]
    severities = {code: severity for code, severity in rules.items() if severity != "off"}
    kept = findings.filter(~pl.col("code").is_in(off))
    if not severities:
        return kept
    severity = pl.col("code").replace_strict(severities, default=pl.col("severity"), return_dtype=pl.String)
    return kept.with_columns(severity=severity)


def group_findings(
    findings: pl.DataFrame, sheets: Sequence[Sheet], fields: Mapping[str, Field], lang: str, first: int = 5
) -> list[FindingGroup]:
    """Group findings by code and field, and render the `first` of each group.

    What to fix first comes first: errors before warnings, then by the order of the catalogue. What a person has decided
    comes last.
    """
    ranks = {code: rank for rank, code in enumerate([*CATALOGUE, *DECIDED_CODES])}
    counts = findings.group_by(*_GROUP_KEYS, maintain_order=True).agg(pl.len().alias("count"))
    ordered = counts.sort(
        "severity", pl.col("code").replace_strict(ranks, default=len(ranks), return_dtype=pl.Int64), "count",
        descending=[False, False, True], maintain_order=True,
    )  # fmt: skip
    groups: list[FindingGroup] = []
    for key in ordered.iter_rows(named=True):
        members = findings.filter(pl.all_horizontal(pl.col(name).eq_missing(key[name]) for name in _GROUP_KEYS))
        rendered = render_findings(members.head(first), sheets, fields, lang)
        groups.append(
            {
                "severity": key["severity"],
                "code": key["code"],
                "title": TITLES[key["code"]].text(lang),
                "field": key["field"],
                "count": key["count"],
                "fix": rendered[0]["fix"],
                "first": rendered,
            }
        )
    return groups


def render_findings(
    findings: pl.DataFrame, sheets: Sequence[Sheet], fields: Mapping[str, Field], lang: str
) -> list[RenderedFinding]:
    """Return each finding as a sentence in `lang`. `fields` are the fields by name."""
    write = cache(partial(_write, fields=fields, lang=lang))  # the same mistake is often in many rows
    return [_render(finding, sheets[finding["sheet"]], write) for finding in findings.iter_rows(named=True)]


_Sentences = tuple[str | None, str, str]
"""The value as it is shown, what is wrong, and what to do."""


def _render(finding: Mapping[str, str | int | None], sheet: Sheet, write: Callable[..., _Sentences]) -> RenderedFinding:
    code = str(finding["code"])
    row = None if finding["row"] is None else int(finding["row"])
    column = None if finding["column"] is None else str(finding["column"])
    shown, message, fix = write(
        code, finding["field"], finding["value"], finding["detail"], row if _names_row(code) else None
    )
    return {
        "file": sheet.file,
        "sheet": _name_sheet(code, finding["value"], sheet),
        "row": row,
        "column": column,
        "cell": f"{sheet.name}!{column}{row}" if column and row else None,
        "field": str(finding["field"] or "") or None,
        "code": code,
        "severity": str(finding["severity"]),
        "value": shown,
        "message": message,
        "fix": fix,
    }


def _name_sheet(code: str, value: str | int | None, sheet: Sheet) -> str:
    """Return the sheet that a finding is about; "" if it is about the whole file."""
    if code == "hidden-sheet":
        return str(value)
    return "" if code in _CODES_OF_FILES else sheet.name


def _write(
    code: str,
    name: str | None,
    value: str | None,
    detail: str | None,
    row: int | None,
    *,
    fields: Mapping[str, Field],
    lang: str,
) -> _Sentences:
    """Return the sentences of a finding; `row` counts only where they name it."""
    field = fields.get(name or "")
    shown = mask_value(value) if field and field.sensitive and value else value
    header = field.header.text(lang) if field else (shown or "")
    words = unpack_text(detail or "")
    parts: dict[str, object] = {"value": shown or "", "header": header, "detail": words, "row": row or ""}
    message, fix = CATALOGUE[code].texts_for(value, words)
    if message.plural:
        parts["count"] = int(value or 0)
    return shown, message.fill(**parts).text(lang), fix.fill(**parts).text(lang)


@cache
def _names_row(code: str) -> bool:
    """Return whether a sentence of a finding names the row."""
    finding_type = CATALOGUE[code]
    texts = [
        finding_type.message,
        finding_type.fix,
        finding_type.without_detail,
        *chain(*finding_type.by_value.values()),
    ]
    return any("{row}" in f"{text.message}{text.plural}" for text in texts if text is not None)


def mask_value(value: str) -> str:
    """Hide all but the last two characters of a sensitive value."""
    return MASK * max(len(value) - 2, 0) + value[-2:]
