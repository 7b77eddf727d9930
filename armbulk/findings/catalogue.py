"""The catalogue: every code armbulk can report, with its texts in both languages. What to fix first comes first."""

from armbulk.findings.cell_findings import CELLS
from armbulk.findings.entry import FindingType
from armbulk.findings.sheet_findings import SHEETS
from armbulk.findings.value_findings import VALUES

__all__ = ["CATALOGUE", "TUNABLE", "FindingType"]

CATALOGUE: dict[str, FindingType] = {**SHEETS, **CELLS, **VALUES}

TUNABLE = frozenset(code for code, finding_type in CATALOGUE.items() if finding_type.tunable)
"""Codes whose severity a profile may change or switch off."""
