"""What a check found, as the JSON of `armbulk check` has it."""

from typing import Any

import polars as pl

from armbulk.findings.frame import RenderedFinding, group_findings, render_findings
from armbulk.model.keys import normalise_key
from armbulk.resources import fields_by_name
from armbulk.validation.check import Checked

MAX_LISTED_FINDINGS = 10_000
"""Findings, and attachments, that the JSON lists; its counts are never capped."""


def to_json(checked: Checked, lang: str) -> dict[str, Any]:
    """Return what was found, as the JSON contract of `armbulk check` has it."""
    return {
        "files": list(dict.fromkeys(sheet.file for sheet in checked.sheets)),
        "sheets": describe_sheets(checked),
        "findings": render_findings(checked.findings.head(MAX_LISTED_FINDINGS), checked.sheets, fields_by_name(), lang),
        "groups": group_findings(checked.findings, checked.sheets, fields_by_name(), lang),
        "counts": {"error": checked.errors, "warning": checked.warnings},
        "attachments": attachments_to_json(checked, checked.attachments),
    }


def describe_sheets(checked: Checked) -> list[dict[str, Any]]:
    """Return what each sheet contains: how many records, how many of them are held back."""
    return [_describe_sheet(checked, index) for index in range(len(checked.sheets))]


def attachments_to_json(checked: Checked, attachments: pl.DataFrame) -> dict[str, Any] | None:
    """Return the files of documents, each with its document, cell and hash; None without any. None of them is sent."""
    if attachments.is_empty():
        return None
    files = [
        {
            "file": checked.sheets[row["sheet"]].file,
            "sheet": checked.sheets[row["sheet"]].name,
            "row": row["row"],
            "document_no": row["document_no"],
            "path": row["path"],
            "bytes": row["bytes"],
            "sha256": row["sha256"],
        }
        for row in attachments.head(MAX_LISTED_FINDINGS).iter_rows(named=True)
    ]
    return {"count": attachments.height, "sent": False, "files": files}


def list_near_headers(checked: Checked, lang: str) -> list[RenderedFinding]:
    """Return the headers that only resemble a column: a person can be asked about them."""
    near = checked.findings.filter(pl.col("code") == "header-near")
    return render_findings(near, checked.sheets, fields_by_name(), lang)


def _describe_sheet(checked: Checked, index: int) -> dict[str, Any]:
    sheet, resource = checked.sheets[index], checked.header_matches[index].resource
    rows = held_back = 0
    if resource is not None:
        own = checked.tables[resource.name].rows.filter(pl.col("sheet") == index)
        rows = own.height
        held_back = _blocked(checked, resource.name, own).height
    return {
        "file": sheet.file,
        "sheet": sheet.name,
        "resource": resource.name if resource else None,
        "rows": rows,
        "ok": rows - held_back,
        "held_back": held_back,
        "saved_mapping": _is_matched_as_saved(checked, index),
    }


def _is_matched_as_saved(checked: Checked, index: int) -> bool:
    """Return whether the columns of a sheet are matched as a person decided for the same headers before."""
    entry = checked.mapped_sheets[index].entry
    return entry is not None and bool(entry.headers)


def _blocked(checked: Checked, resource: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that are held back: a line is when its document is blocked or not in the files."""
    if resource != "lines":
        return rows.join(checked.blocked_rows[resource], on=["sheet", "row"], how="semi")
    documents = checked.tables.get("documents")
    if documents is None:
        return rows
    good = documents.rows.join(checked.blocked_rows["documents"], on=["sheet", "row"], how="anti")
    keys = good.select(normalise_key(pl.col("document_no")).alias("norm")).unique()
    return rows.with_columns(normalise_key(pl.col("document_no")).alias("norm")).join(keys, on="norm", how="anti")
