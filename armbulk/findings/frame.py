"""Findings: what is wrong with the data, as a frame; the catalogue says it to people.

A findings frame has one row per problem; `tell` turns it into sentences with cell addresses.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import polars as pl

from armbulk.findings.catalogue import CATALOGUE
from armbulk.i18n import Words
from armbulk.model.fields import Severity
from armbulk.model.sheet import Sheet

SCHEMA = pl.Schema(
    {
        "sheet": pl.UInt16,  # index into the book's sheets
        "row": pl.Int64,  # the sheet's own row number; null = the whole sheet
        "column": pl.String,  # Excel letter; null = the whole row or a column that is not there
        "field": pl.String,  # the field's name; null = none
        "code": pl.String,
        "severity": pl.String,
        "value": pl.String,  # the cell's own text
        "detail": pl.String,  # what the message needs besides: a length, another row, an amount
    }
)
"""Columns and dtypes of a findings frame."""


_KIND = ("severity", "code", "field")


class RenderedFinding(TypedDict):
    """A finding as people and scripts read it: the object of the JSON contract."""

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


SENSITIVE = frozenset({"ssn", "bank_account_no"})
"""Fields whose values are shown by their last two characters only."""


def empty_findings() -> pl.DataFrame:
    """Return a findings frame without rows."""
    return pl.DataFrame(schema=SCHEMA)


def merge(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Put findings frames together, in the order of sheets, rows and columns."""
    whole = pl.concat([empty_findings(), *(frame.select(list(SCHEMA)).cast(SCHEMA) for frame in frames)])
    letters = pl.col("column").str.len_chars()
    return whole.sort("sheet", "row", letters, "column", "severity", "code", nulls_last=False, maintain_order=True)


def count(findings: pl.DataFrame, severity: Severity) -> int:
    """Count the findings of one severity."""
    return findings.filter(pl.col("severity") == severity.value).height


def apply_severities(findings: pl.DataFrame, rules: Mapping[str, str]) -> pl.DataFrame:
    """Apply `[rules]` of a profile: code → error, warning or off."""
    off = [code for code, word in rules.items() if word == "off"]
    words = {code: word for code, word in rules.items() if word != "off"}
    kept = findings.filter(~pl.col("code").is_in(off))
    if not words:
        return kept
    severity = pl.col("code").replace_strict(words, default=pl.col("severity"), return_dtype=pl.String)
    return kept.with_columns(severity.alias("severity"))


class FindingGroup(TypedDict):
    """Findings of one kind in one field: how many, what to do, and the first of them."""

    severity: str
    code: str
    field: str | None
    count: int
    fix: str
    first: list[RenderedFinding]


def group(
    findings: pl.DataFrame, sheets: Sequence[Sheet], headers: dict[str, Words], lang: str, first: int = 5
) -> list[FindingGroup]:
    """Group findings by code and field, what to do first in front: errors before warnings, files before values."""
    ranks = {code: rank for rank, code in enumerate(CATALOGUE)}
    kinds = findings.group_by("severity", "code", "field", maintain_order=True).agg(pl.len().alias("count"))
    ordered = kinds.sort(
        "severity", pl.col("code").replace_strict(ranks, default=len(ranks), return_dtype=pl.Int64), "count",
        descending=[False, False, True], maintain_order=True,
    )  # fmt: skip
    groups: list[FindingGroup] = []
    for kind in ordered.iter_rows(named=True):
        mine = findings.filter(pl.all_horizontal(pl.col(name).eq_missing(kind[name]) for name in _KIND)).head(first)
        told = render(mine, sheets, headers, lang)
        groups.append(
            {
                "severity": kind["severity"],
                "code": kind["code"],
                "field": kind["field"],
                "count": kind["count"],
                "fix": told[0]["fix"],
                "first": told,
            }
        )
    return groups


def render(
    findings: pl.DataFrame, sheets: Sequence[Sheet], headers: dict[str, Words], lang: str
) -> list[RenderedFinding]:
    """Say each finding in `lang`. `headers` gives the words of each field, by name."""
    return [_tell_one(found, sheets[found["sheet"]], headers, lang) for found in findings.iter_rows(named=True)]


def _tell_one(
    found: dict[str, str | int | None], sheet: Sheet, headers: dict[str, Words], lang: str
) -> RenderedFinding:
    entry = CATALOGUE[str(found["code"])]
    name = str(found["field"] or "")
    value = None if found["value"] is None else str(found["value"])
    shown = mask(value) if name in SENSITIVE and value else value
    header = headers[name].text(lang) if name in headers else (shown or "")
    words = {"value": shown or "", "header": header, "detail": str(found["detail"] or "")}
    row = None if found["row"] is None else int(found["row"])
    column = None if found["column"] is None else str(found["column"])
    return {
        "file": sheet.file,
        "sheet": sheet.name,
        "row": row,
        "column": column,
        "cell": f"{sheet.name}!{column}{row}" if column and row else None,
        "field": name or None,
        "code": str(found["code"]),
        "severity": str(found["severity"]),
        "value": shown,
        "message": fill_template(entry.message.text(lang), words),
        "fix": fill_template(entry.fix.text(lang), words),
    }


def fill_template(template: str, words: dict[str, str]) -> str:
    """Put the words into a template in one pass, so that braces inside a value stay as they are."""
    parts = template.split("{")
    done = [parts[0]]
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        done.append(words.get(name, "") + rest)
    return "".join(done)


def mask(value: str) -> str:
    """Hide all but the last two characters of a sensitive value."""
    return "•" * max(len(value) - 2, 0) + value[-2:]
