"""Correct what has one sure remedy: an overlay of changed cells, and a copy of the files with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from armbulk.app.check import CheckResult
from armbulk.app.drafts import TypedCell
from armbulk.findings.frame import mask_value, render_findings
from armbulk.model.corrected_cell import CorrectedCell
from armbulk.model.plain_text import show_invisible
from armbulk.resources import fields_by_name
from armbulk.results.marked import write_marked_copy
from armbulk.validation.check import Checked, check_sheets
from armbulk.validation.corrections import SCHEMA, apply_corrections, merge_corrections
from armbulk.validation.repairs import propose_corrections

_MAX_ROUNDS = 3
_CELL_KEYS = ["sheet", "row", "column"]


@dataclass(frozen=True, slots=True)
class Corrected:
    """Files with corrections.

    Attributes:
        before: The files as they are.
        after: The same with the corrections, checked again.
        corrections: The changed cells: a frame of `validation.corrections.SCHEMA`.
        findings: What was found before each correction, a frame of `findings.frame.SCHEMA`.
    """

    before: CheckResult
    after: CheckResult
    corrections: pl.DataFrame
    findings: pl.DataFrame

    @property
    def ok(self) -> bool:
        """Whether there are no errors after the corrections."""
        return self.after.ok

    def list_changes(self) -> list[CorrectedCell]:
        """Return the changed cells as people read them; sensitive values by their last two characters."""
        fields, lang = fields_by_name(), self.before.lang
        sheets = self.before.checked.sheets
        findings = self.findings.join(
            self.corrections.select(*_CELL_KEYS, "code"), on=[*_CELL_KEYS, "code"], how="semi"
        )
        messages = {
            (finding["file"], finding["sheet"], finding["cell"]): finding["message"]
            for finding in render_findings(findings, sheets, fields, lang)
        }
        changes = []
        letters = pl.col("column").str.len_chars()
        for row in self.corrections.sort("sheet", "row", letters, "column").iter_rows(named=True):
            sheet, field = sheets[row["sheet"]], fields.get(row["field"] or "")
            hides = field is not None and field.sensitive
            before, after = (
                mask_value(text) if hides and text else show_invisible(text or "")
                for text in (row["before"], row["after"])
            )
            changes.append(
                CorrectedCell(
                    file=sheet.file,
                    sheet=sheet.name,
                    row=row["row"],
                    column=row["column"],
                    header=field.header.text(lang) if field else row["column"],
                    before=before,
                    after=after,
                    reason=messages.get((sheet.file, sheet.name, f"{sheet.name}!{row['column']}{row['row']}"), ""),
                    code=row["code"],
                    text=row["after"] or "",
                )
            )
        return changes

    def to_json(self) -> dict[str, Any]:
        """Return the changes, and what is still found, as the JSON of `armbulk check --fix` has them."""
        changes = [
            {name: getattr(change, name) for name in ("file", "sheet", "row", "column", "before", "after", "code")}
            | {"cell": change.cell}
            for change in self.list_changes()
        ]
        return {**self.after.to_json(), "changes": changes, "corrections": len(changes)}

    def write(self, target: str | Path, *, replace_input: bool = False) -> Path:
        """Write a copy of the files with the corrections, the cells coloured and listed; return the path it got.

        Args:
            target: The copy.
            replace_input: As for `CheckResult.write`.

        Raises:
            UsageError: It would replace one of the files.
            FileError: The copy cannot be written.
        """
        return write_marked_copy(
            self.after.checked,
            Path(target),
            self.before.lang,
            self.before.written,
            replace_input=replace_input,
            changes=self.list_changes(),
        )


def correct(result: CheckResult) -> Corrected:
    """Correct every finding that has one sure remedy, and check again.

    A correction may show the next one. It counts only if its finding is gone, and its cell has no new error.
    """
    corrections, after, findings = (
        propose_corrections(result.checked, result.known, result.inputs.options),
        result.checked,
        [result.checked.findings],
    )
    for _round in range(_MAX_ROUNDS):  # a corrected country decides how its postal code is checked
        after = _check_corrected(result, corrections)
        more = propose_corrections(after, result.known, result.inputs.options)
        if more.is_empty():
            break
        corrections = merge_corrections(corrections, more)
        findings.append(after.findings)
    kept = corrections.join(_find_failed(result.checked, after, corrections), on=_CELL_KEYS, how="anti")
    if kept.height < corrections.height:
        after = _check_corrected(result, kept)
    return Corrected(result, replace(result, checked=after), kept, pl.concat(findings))


def correct_typed(result: CheckResult, typed: Sequence[TypedCell]) -> Corrected:
    """Return the files with what a person typed into cells, checked again. The files are not changed.

    Cells that the files no longer have are left out.
    """
    indexes = {(Path(sheet.file).name, sheet.name): index for index, sheet in enumerate(result.checked.sheets_as_read)}
    rows = [
        (indexes[cell.file, cell.sheet], cell.row, cell.column, cell.text or None)
        for cell in typed
        if (cell.file, cell.sheet) in indexes
        and cell.column in result.checked.sheets_as_read[indexes[cell.file, cell.sheet]].letters
    ]
    cells = pl.DataFrame(rows, schema={name: SCHEMA[name] for name in (*_CELL_KEYS, "after")}, orient="row")
    errors = result.checked.findings.unique(_CELL_KEYS, keep="first", maintain_order=True)
    known = cells.join(errors.select(*_CELL_KEYS, "field", "code"), on=_CELL_KEYS, how="left", maintain_order="left")
    before = [_read_cell(result.checked, *cell) for cell in known.select(_CELL_KEYS).iter_rows()]
    corrections = known.with_columns(pl.Series("before", before, pl.String), pl.col("code").fill_null("typed")).select(
        list(SCHEMA)
    )
    after = _check_corrected(result, corrections.cast(SCHEMA))
    return Corrected(result, replace(result, checked=after), corrections, result.checked.findings)


def _read_cell(checked: Checked, sheet: int, row: int, column: str) -> str | None:
    """Return the text of a cell; None where it is blank."""
    texts = checked.sheets_as_read[sheet].frame.filter(pl.col("row") == row)[column]
    return texts[0] if len(texts) and texts[0] is not None else None


def _check_corrected(result: CheckResult, corrections: pl.DataFrame) -> Checked:
    options = replace(result.inputs.options, known_customers=result.known, known_codes=result.codes)
    sheets = apply_corrections(result.checked.sheets_as_read, corrections)
    return check_sheets(sheets, options, result.checked.mapping)


def _find_failed(before: Checked, after: Checked, corrections: pl.DataFrame) -> pl.DataFrame:
    """Return the cells whose finding is still there, or that have an error they did not have before."""
    cells = corrections.select(*_CELL_KEYS, "code")
    same = after.findings.join(cells, on=[*_CELL_KEYS, "code"], how="semi")
    errors = after.findings.filter(pl.col("severity") == "error").join(cells, on=_CELL_KEYS, how="semi")
    new = errors.join(before.findings, on=[*_CELL_KEYS, "code"], how="anti")
    return pl.concat([same.select(_CELL_KEYS), new.select(_CELL_KEYS)]).unique()
