"""One entry of the catalogue of findings."""

from dataclasses import dataclass

from armbulk.i18n import Words
from armbulk.model.fields import Severity


@dataclass(frozen=True, slots=True)
class FindingType:
    """One entry of the catalogue.

    Attributes:
        severity: Error or warning, as long as no profile changes it.
        message: What is wrong; may use {value}, {header}, {detail} and {row}.
        fix: What to do; may use the same.
        tunable: Whether a profile may change the severity or switch the rule off: for rules about values that were
            read with certainty, never for unreadable cells or duplicates.
    """

    severity: Severity
    message: Words
    fix: Words
    tunable: bool = False


def error(en: str, no: str, fix_en: str, fix_no: str, *, tunable: bool = False) -> FindingType:
    """Return an error: what is wrong and what to do, in both languages."""
    return FindingType(Severity.ERROR, Words(en, no), Words(fix_en, fix_no), tunable)


def warning(en: str, no: str, fix_en: str, fix_no: str, *, tunable: bool = False) -> FindingType:
    """Return a warning: what to know and what to do, in both languages."""
    return FindingType(Severity.WARNING, Words(en, no), Words(fix_en, fix_no), tunable)
