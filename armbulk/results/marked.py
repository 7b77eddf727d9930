"""A copy of the files with every finding marked in its cell."""

from collections.abc import Sequence
from pathlib import Path

from armbulk.findings.frame import render_findings
from armbulk.model.corrected_cell import CorrectedCell
from armbulk.resources import fields_by_name
from armbulk.store import WrittenFiles
from armbulk.validation.check import Checked
from armbulk.writers.inputs import back_up, find_input, verify_macro_suffix, verify_no_input, verify_workbook_target
from armbulk.writers.workbooks import write_marked


def write_marked_copy(
    checked: Checked,
    target: Path,
    lang: str,
    written: WrittenFiles,
    *,
    replace_input: bool = False,
    changes: Sequence[CorrectedCell] = (),
) -> Path:
    """Write a copy of the files with every finding marked in its cell; return the path it got.

    `changes` are the cells that were corrected: `checked` has them, the files do not.

    A file that it replaces is kept as .bak, unless it is as armbulk wrote it.

    Raises:
        UsageError: it would replace one of the files, and `replace_input` does not allow that; or no workbook.
    """
    verify_workbook_target(target)
    inputs = {sheet.file for sheet in checked.sheets}
    verify_macro_suffix(target, inputs)
    if find_input(target, inputs) and replace_input:
        back_up(target)
    verify_no_input(target, () if replace_input else inputs)
    findings = render_findings(checked.findings, checked.sheets, fields_by_name(), lang)
    header_rows = {index: match.header_row for index, match in enumerate(checked.header_matches) if match.header_row}
    path = write_marked(
        target, checked.file_sheets, findings, lang, header_rows=header_rows, own=written.digests(), changes=changes
    )
    written.record([path])
    return path
