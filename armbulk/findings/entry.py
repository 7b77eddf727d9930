"""One entry of the catalogue of findings."""

from dataclasses import dataclass

from armbulk.i18n import Words
from armbulk.model.fields import Severity


@dataclass(frozen=True, slots=True)
class FindingType:
    """One entry of the catalogue; message and fix may use {value}, {header} and {detail}."""

    severity: Severity
    message: Words
    fix: Words


def error(en: str, no: str, fix_en: str, fix_no: str) -> FindingType:
    """Return an error: what is wrong and what to do, in both languages."""
    return FindingType(Severity.ERROR, Words(en, no), Words(fix_en, fix_no))


def warning(en: str, no: str, fix_en: str, fix_no: str) -> FindingType:
    """Return a warning: what to know and what to do, in both languages."""
    return FindingType(Severity.WARNING, Words(en, no), Words(fix_en, fix_no))
