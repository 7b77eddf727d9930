"""A copy of the files with every finding marked in its cell."""

from pathlib import Path

from armbulk.findings.frame import render_findings
from armbulk.resources import fields_by_name
from armbulk.validation.check import Checked
from armbulk.writers.workbooks import write_marked


def write_marked_copy(checked: Checked, target: Path, lang: str) -> Path:
    """Write a copy of the files with every finding marked in its cell; return the path it got."""
    findings = render_findings(checked.findings, checked.sheets, fields_by_name(), lang)
    header_rows = {index: match.header_row for index, match in enumerate(checked.header_matches) if match.header_row}
    return write_marked(target, checked.sheets, findings, lang, header_rows=header_rows)
