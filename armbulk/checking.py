"""Checking files: read, recognise, parse, check. Every problem at once; nothing leaves the machine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.core import checks
from armbulk.core.headers import Headed, recognise
from armbulk.core.keys import normal
from armbulk.core.parsing import parse
from armbulk.edges.sheets import read
from armbulk.errors import FileError, UsageError
from armbulk.findings import CATALOGUE, SCHEMA, count, gather, tell
from armbulk.model import Severity, Sheet, Table
from armbulk.resources import RESOURCES, headers

MOST_LISTED = 10_000


@dataclass(frozen=True, slots=True)
class Checked:
    """Files, checked: the sheets as they stand, what was recognised, typed tables, findings, what is held back."""

    sheets: tuple[Sheet, ...]
    headed: tuple[Headed, ...]
    tables: dict[str, Table]
    findings: pl.DataFrame
    held: dict[str, pl.DataFrame]

    @property
    def errors(self) -> int:
        """How many errors there are."""
        return count(self.findings, Severity.ERROR)

    @property
    def warnings(self) -> int:
        """How many warnings there are."""
        return count(self.findings, Severity.WARNING)


def check_files(files: Sequence[str], as_resource: str | None = None, encoding: str | None = None) -> Checked:
    """Read and check files (`FILE` or `FILE#Sheet=RESOURCE`); FileError or UsageError when that cannot be."""
    sheets = [sheet for name in files for sheet in _sheets(name, as_resource, encoding)]
    checked = check_sheets(sheets)
    if not set(checked.tables) & {"customers", "documents"}:
        names = ", ".join(sheet.name for sheet in sheets) or "no visible sheet"
        raise FileError(
            "no-data",
            f"No sheet with customers or documents was found ({names})",
            "Name the sheets Customers, Documents and Lines (Kunder, Fakturaer, Linjer), or use --as; "
            "see `armbulk fields documents` for the headers",
        )
    return checked


def check_sheets(sheets: Sequence[Sheet]) -> Checked:
    """Check sheets that have been read."""
    headed = tuple(recognise(sheet, index, RESOURCES) for index, sheet in enumerate(sheets))
    findings = [one.findings for one in headed] + [_faults(sheet, index) for index, sheet in enumerate(sheets)]
    parts: dict[str, list[tuple[int, pl.DataFrame]]] = {}
    for index, (sheet, one) in enumerate(zip(sheets, headed, strict=True)):
        if one.resource is not None:
            rows, found = parse(sheet, index, one)
            parts.setdefault(one.resource.name, []).append((index, rows))
            findings.append(found)
    tables = {
        name: Table(
            resource,
            pl.concat([rows for _, rows in parts[name]]),
            {index: headed[index].columns for index, _ in parts[name]},
        )
        for name, resource in RESOURCES.items()
        if name in parts
    }
    findings.append(checks.check(tables, gather(findings)))
    whole = gather(findings)
    return Checked(tuple(sheets), headed, tables, whole, checks.held(tables, whole))


def _faults(sheet: Sheet, index: int) -> pl.DataFrame:
    """What the reader saw, as findings."""
    rows = [
        (index, one.row, one.column, None, one.code, CATALOGUE[one.code].severity.value, one.value, one.detail)
        for one in sheet.faults
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _sheets(name: str, as_resource: str | None, encoding: str | None) -> list[Sheet]:
    path, _, said = name.partition("#")
    sheets = read(Path(path), shown_as=path, encoding=encoding)
    if said:
        wanted, _, resource = said.partition("=")
        chosen = [sheet for sheet in sheets if sheet.name.casefold() == wanted.casefold()]
        if not chosen:
            names = ", ".join(sheet.name for sheet in sheets)
            raise FileError("no-such-sheet", f"{path} has no sheet {wanted!r}", f"It has: {names}")
        return [replace(sheet, resource=_resource(resource) if resource else None) for sheet in chosen]
    return [replace(sheet, resource=_resource(as_resource)) for sheet in sheets] if as_resource else sheets


def _resource(name: str) -> str:
    if name not in RESOURCES:
        raise UsageError("no-such-resource", f"There is no resource {name!r}", f"Use one of {', '.join(RESOURCES)}")
    return name


def report(checked: Checked, lang: str) -> dict[str, Any]:
    """Say what was found as the JSON contract of `armbulk check` does."""
    listed = tell(checked.findings.head(MOST_LISTED), checked.sheets, headers(), lang)
    return {
        "files": list(dict.fromkeys(sheet.file for sheet in checked.sheets)),
        "sheets": [_sheet(checked, index) for index in range(len(checked.sheets))],
        "findings": listed,
        "counts": {"error": checked.errors, "warning": checked.warnings},
    }


def _sheet(checked: Checked, index: int) -> dict[str, Any]:
    sheet, resource = checked.sheets[index], checked.headed[index].resource
    rows = held_back = 0
    if resource is not None:
        mine = checked.tables[resource.name].rows.filter(pl.col("sheet") == index)
        rows = mine.height
        held_back = _held_rows(checked, resource.name, mine).height
    return {
        "file": sheet.file,
        "sheet": sheet.name,
        "resource": resource.name if resource else None,
        "rows": rows,
        "ok": rows - held_back,
        "held_back": held_back,
    }


def _held_rows(checked: Checked, resource: str, rows: pl.DataFrame) -> pl.DataFrame:
    if resource != "lines":
        return rows.join(checked.held[resource], on=["sheet", "row"], how="semi")
    documents = checked.tables.get("documents")
    if documents is None:
        return rows
    good = documents.rows.join(checked.held["documents"], on=["sheet", "row"], how="anti")
    keys = good.select(normal(pl.col("document_no")).alias("norm")).unique()
    return rows.with_columns(normal(pl.col("document_no")).alias("norm")).join(keys, on="norm", how="anti")
