"""One entry of the catalogue of findings."""

from dataclasses import dataclass

from armbulk.i18n import Text
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
    message: Text
    fix: Text
    tunable: bool = False


def error(message: Text, fix: Text, *, tunable: bool = False) -> FindingType:
    """Return an error: what is wrong and what to do."""
    return FindingType(Severity.ERROR, message, fix, tunable)


def warning(message: Text, fix: Text, *, tunable: bool = False) -> FindingType:
    """Return a warning: what to know and what to do."""
    return FindingType(Severity.WARNING, message, fix, tunable)
