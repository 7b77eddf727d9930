"""Column mappings: a starter from a file's headers, and how one row becomes its JSON."""

import errno
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.app.column_report import describe_proposal
from armbulk.app.column_starter import write_starters
from armbulk.app.columns import (
    ask_about_sheet,
    propose_columns,
    save_columns,
    write_columns,
)
from armbulk.app.dialog import Dialog
from armbulk.app.session import Session
from armbulk.arm.encode import encode_records
from armbulk.errors import FileError, UsageError, describe_os_error
from armbulk.findings.frame import mask_value, render_findings
from armbulk.i18n import _
from armbulk.mapping.files import list_mappings
from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import HeaderMatch
from armbulk.mapping.write import write_mapping
from armbulk.model.column_proposal import SheetDecision
from armbulk.model.fields import MASK, Field, FieldRole
from armbulk.model.keys import normalise_key
from armbulk.model.sheet import Sheet, Table
from armbulk.planning.items import SEND_ORDER
from armbulk.resources import fields_by_name
from armbulk.settings.saved_mappings import SavedMappings
from armbulk.validation.check import Checked
from armbulk.validation.parse import format_column


def match_columns_of(
    checked: Checked, session: Session, dialog: Dialog, target: Path | None
) -> list[tuple[int, SheetDecision]]:
    """Ask about the columns of every sheet that has a table; return (sheet index, what was decided).

    Raises:
        FileError: The answers cannot be saved: `target` exists, or cannot be written.
    """
    saved = SavedMappings(session.profile.home)
    if target is not None:
        _refuse_existing(target)
    elif dialog.asks_about_columns:
        saved.require_writable()
    proposals = (propose_columns(checked, index, saved) for index in range(len(checked.used_sheets)))
    decisions = (
        (proposal.index, ask_about_sheet(checked, proposal, saved, dialog))
        for proposal in proposals
        if proposal is not None
    )
    return [(index, decision) for index, decision in decisions if decision is not None]


def save_mapping(
    checked: Checked,
    decisions: Sequence[tuple[int, SheetDecision]],
    session: Session,
    target: Path | None,
) -> dict[str, Any]:
    """Write what a person decided: to `target`, or for the next files with the same headers. Return the JSON of `map`.

    Raises:
        FileError: The file exists, or cannot be written.
    """
    sheets, lang = checked.used_sheets, session.profile.lang
    text = write_columns([(sheets[index], decision) for index, decision in decisions], lang)
    if target is not None:
        _write_new(target, text)
    else:
        saved = SavedMappings(session.profile.home)
        for index, decision in decisions:
            save_columns(sheets, index, decision, saved, lang)
    return {"mapping": text, "file": str(target) if target else None, "ready_made": list_mappings(), "proposals": []}


def create_mapping(checked: Checked, session: Session, target: Path | None, lang: str) -> dict[str, Any]:
    """Return a starter mapping as the JSON of `armbulk map`, with comments in `lang`; write it to `target` if given.

    Raises:
        FileError: The file exists, or cannot be written.
    """
    saved = SavedMappings(session.profile.home)
    proposals = [propose_columns(checked, index, saved) for index in range(len(checked.used_sheets))]
    matches = checked.header_matches[: len(proposals)]
    sheets = [
        starter
        for sheet, match, proposal in zip(checked.used_sheets, matches, proposals, strict=True)
        if proposal is not None
        for starter in write_starters(sheet, proposal, is_recognised=match.resource is not None)
    ]
    text = write_mapping(sheets, lang)
    if target is not None:
        _write_new(target, text)
    return {
        "mapping": text,
        "file": str(target) if target else None,
        "ready_made": list_mappings(),
        "proposals": [describe_proposal(proposal, lang) for proposal in proposals if proposal is not None],
    }


def _refuse_existing(target: Path) -> None:
    """Stop before questions whose answers could not be written."""
    if target.exists() or not target.parent.is_dir():
        reason = errno.EEXIST if target.exists() else errno.ENOENT
        raise _cannot_write(target, OSError(reason, os.strerror(reason)))


def _write_new(target: Path, text: str) -> None:
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise _cannot_write(target, error) from None


def _cannot_write(target: Path, error: OSError) -> FileError:
    return FileError(
        "cannot-write",
        _("{target} cannot be written: {strerror}", target=target, strerror=describe_os_error(error)),
        _("Choose another file with -o"),
    )


def explain_row(checked: Checked, row: int, sheet_name: str | None, lang: str) -> dict[str, Any]:
    """Return how one row becomes its JSON: the cell, text, value and path of each field of each of its records.

    Args:
        checked: The files.
        row: The sheet's own row number.
        sheet_name: The sheet, where several have that row.
        lang: Of headers and findings.

    Raises:
        UsageError: No recognised sheet has data in that row.
    """
    index = _find_sheet(checked, row, sheet_name)
    sheet, match = checked.sheets[index], checked.header_matches[index]
    fields = [
        field for part in (match, match.lines) if part for field in _explain_fields(checked, index, row, part, lang)
    ]
    beside = [other for other, source in checked.sources.items() if source == index]
    customers = [_explain_customer(checked, other, row, lang) for other in beside]
    findings = checked.findings.filter(pl.col("sheet").is_in([index, *beside]) & (pl.col("row") == row))
    return {
        "file": sheet.file,
        "sheet": sheet.name,
        "row": row,
        "resource": match.recognised_resource.name,
        "fields": fields,
        "json": _payload_of_row(checked, index, row),
        "customer": customers[0] if customers else None,
        "findings": render_findings(findings, checked.sheets, fields_by_name(), lang),
    }


def _explain_customer(checked: Checked, index: int, row: int, lang: str) -> dict[str, Any]:
    """Return how a row becomes the customer beside its document; several rows may be the same customer."""
    match = checked.header_matches[index]
    first = _find_record(checked, index, row, match)["row"].to_list()
    fields = _explain_fields(checked, index, row, match, lang)
    return {
        "row": first[0] if first else None,
        "fields": fields,
        "json": _payload_of_row(checked, index, first[0]) if first else None,
    }


def _find_sheet(checked: Checked, row: int, name: str | None) -> int:
    for index, (sheet, match) in enumerate(zip(checked.sheets, checked.header_matches, strict=True)):
        has_row = match.resource is not None and (sheet.frame["row"] == row).any() and row > (match.header_row or 0)
        if has_row and (name is None or fold_header(name) == fold_header(sheet.name)):
            return index
    names = ", ".join(sheet.name for sheet in checked.sheets)
    raise UsageError(
        "no-such-row",
        _("No recognised sheet has data in row {row}", row=row),
        _("Choose another row, or one of these sheets with --sheet: {names}", names=names),
    )


def _explain_fields(checked: Checked, index: int, row: int, match: HeaderMatch, lang: str) -> list[dict[str, Any]]:
    sheet, mapped = checked.sheets[index], checked.mapped_sheets[index]
    resource, columns = match.recognised_resource, match.columns
    typed = _find_record(checked, index, row, match)
    cells = sheet.frame.filter(pl.col("row") == row)
    return [
        _explain_field(
            field, sheet, mapped.source_columns.get(columns[field.name], columns[field.name]), cells, typed, lang
        )
        | {"way": mapped.operations.get(columns[field.name], "header"), "resource": resource.name}
        for field in resource.fields
        if field.name in columns and field.role is not FieldRole.READ_ONLY
    ]


def _find_record(checked: Checked, index: int, row: int, match: HeaderMatch) -> pl.DataFrame:
    """Return the record of a row: also the document whose line it is, and the customer that another row has, too."""
    table = checked.tables[match.recognised_resource.name]
    key = table.resource.record_key
    rows = table.rows.filter(pl.col("sheet") == index)
    record = rows.filter(pl.col("row") == row)
    lines = checked.tables.get("lines")
    if record.height or (table.resource.lines is None and table.resource.name != "customers"):
        return record
    if table.resource.lines is not None and lines is not None:
        keys = lines.rows.filter((pl.col("sheet") == index) & (pl.col("row") == row))[key]
    else:
        letter = checked.mapped_sheets[index].source_columns.get(match.columns.get(key, ""), match.columns.get(key))
        sheet = checked.sheets[index]
        keys = (
            sheet.frame.filter(pl.col("row") == row)[letter]
            if letter in sheet.letters
            else pl.Series([], dtype=pl.String)
        )
    normal = keys.to_frame("key").select(normalise_key(pl.col("key")))["key"].drop_nulls()
    return rows.filter(normalise_key(pl.col(key)).is_in(normal.implode())).head(1)


def _explain_field(
    field: Field, sheet: Sheet, letter: str | None, cells: pl.DataFrame, typed: pl.DataFrame, lang: str
) -> dict[str, Any]:
    text = cells[letter][0] if letter and cells.height else None
    value = typed.select(format_column(field)).item() if typed.height else None
    hide = field.sensitive
    return {
        "field": field.name,
        "header": field.header.text(lang),
        "cell": f"{sheet.name}!{letter}{cells['row'][0]}" if letter and cells.height else None,
        "text": mask_value(text) if hide and text else text,
        "value": mask_value(value) if hide and value else value,
        "path": field.path,
    }


def _payload_of_row(checked: Checked, index: int, row: int) -> str | None:
    """Return the JSON of the record in this row, or of the document this line belongs to."""
    in_row = (pl.col("sheet") == index) & (pl.col("row") == row)
    for name in SEND_ORDER:
        if name not in checked.tables:
            continue
        table, lines = checked.tables[name], checked.tables.get("lines")
        records = encode_records(_mask_values(table), lines if name == "documents" else None)
        matches = records.filter(in_row)
        if matches.is_empty() and lines is not None and name == "documents":
            keys = lines.rows.filter(in_row)["document_no"].str.to_lowercase()
            matches = records.filter(pl.col("key_norm").is_in(keys.implode())) if len(keys) else matches
        if matches.height:
            return str(matches["payload"][0])
    return None


def _mask_values(table: Table) -> Table:
    """Return the table with sensitive values shown as elsewhere: by their last two characters."""
    sensitive = [field.name for field in table.resource.fields if field.sensitive]
    masked = [pl.concat_str(pl.lit(MASK * 4), pl.col(name).str.tail(2)).alias(name) for name in sensitive]
    return replace(table, rows=table.rows.with_columns(masked))
