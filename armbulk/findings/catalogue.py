"""The catalogue: every code armbulk can report, with its texts in both languages. What to fix first comes first."""

from armbulk.findings.cell_findings import CELLS
from armbulk.findings.entry import FindingType
from armbulk.findings.sheet_findings import SHEETS
from armbulk.findings.value_findings import VALUES

__all__ = ["CATALOGUE", "TUNABLE", "FindingType"]

CATALOGUE: dict[str, FindingType] = {**SHEETS, **CELLS, **VALUES}

TUNABLE = frozenset(
    (
        "organisation-no national-id bank-account kid postal-code email country-code currency-code language-code "
        "peppol-scheme due-before-date date-unlikely amounts-differ lines-sum-differs document-without-lines "
        "no-lines-sheet customer-not-in-file pattern not-allowed too-long not-ascii invisible-character "
        "header-near stored-as-number zeros-from-format formula-values unknown-header"
    ).split()
)
"""Codes whose severity a profile may change or switch off: rules about values, never about unreadable cells."""
