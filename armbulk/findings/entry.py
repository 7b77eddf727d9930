"""One entry of the catalogue of findings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from armbulk.i18n import Text
from armbulk.model.fields import Severity


@dataclass(frozen=True, slots=True)
class FindingType:
    """One entry of the catalogue.

    Attributes:
        severity: Error or warning, as long as no profile changes it.
        message: What is wrong; may use {value}, {header}, {detail} and {row}, and {count} for a value that is a number.
        fix: What to do; may use the same.
        tunable: Whether a profile may change the severity or switch the rule off: for rules about values that were
            read with certainty, never for unreadable cells or duplicates.
        without_detail: The message of a finding that has no detail, if that needs other words.
        by_value: Value → (message, fix), for values that need other words.
    """

    severity: Severity
    message: Text
    fix: Text
    tunable: bool = False
    without_detail: Text | None = None
    by_value: Mapping[str, tuple[Text, Text]] = field(default_factory=dict)

    def texts_for(self, value: str | None, detail: str | None) -> tuple[Text, Text]:
        """Return the message and the fix of a finding with a value and a detail."""
        if value is not None and value in self.by_value:
            return self.by_value[value]
        return (self.message if detail or self.without_detail is None else self.without_detail), self.fix


def error(
    message: Text,
    fix: Text,
    *,
    tunable: bool = False,
    without_detail: Text | None = None,
    by_value: Mapping[str, tuple[Text, Text]] | None = None,
) -> FindingType:
    """Return an error: what is wrong and what to do."""
    return FindingType(Severity.ERROR, message, fix, tunable, without_detail, by_value or {})


def warning(message: Text, fix: Text, *, tunable: bool = False, without_detail: Text | None = None) -> FindingType:
    """Return a warning: what to know and what to do."""
    return FindingType(Severity.WARNING, message, fix, tunable, without_detail)
