"""The rows of single calls: customers to delete, payments to reserve, due dates, postings to validate."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from armbulk.i18n import _
from armbulk.model.call_state import CallState
from armbulk.model.outcome import Outcome
from armbulk.model.outcome_words import OUTCOME_WORDS

_WORDS = {
    "deleted": _("deleted"),
    "not_found": _("does not exist"),
    "reserved": _("reserved"),
    "valid": _("valid"),
    "failed": _("failed"),
    "batch_rejected": _("valid, but another posting of the set failed"),
}
"""The outcomes that only single calls have."""


def translate_call_outcome(outcome: str, lang: str) -> str:
    """Return an outcome as people read it."""
    text = _WORDS.get(outcome) or OUTCOME_WORDS[Outcome(outcome)]
    return text.text(lang)


@dataclass(slots=True)
class CallRow:
    """A row of a sheet that is one call.

    Attributes:
        outcomes: the outcomes that rows of its kind can have.
        success: that of a call that was carried out.
        no: its number in the run.
        file: the file's name.
        sheet: the sheet's name.
        row: the row's number in the sheet.
        state: how far it is.
        outcome: its outcome, of `outcomes`; None: nothing yet.
        message: why, as `i18n.pack_text` writes it; "": there is nothing to say.
        decided_at: when the outcome was known, or the call was made (epoch seconds).
    """

    outcomes: ClassVar[type[StrEnum]]
    success: ClassVar[StrEnum]

    no: int
    file: str
    sheet: str
    row: int
    state: CallState = field(default=CallState.PLANNED, kw_only=True)
    outcome: StrEnum | None = field(default=None, kw_only=True)
    message: str = field(default="", kw_only=True)
    decided_at: float | None = field(default=None, kw_only=True)

    @property
    def shown_outcome(self) -> StrEnum:
        """The outcome, and what a row without one is called until then."""
        if self.outcome is not None:
            return self.outcome
        return Outcome.NOT_SENT if self.state is CallState.PLANNED else Outcome.IN_DOUBT

    def start_again(self) -> None:
        """Forget what only the session that began the run knew for certain."""


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """What is known of a call: how far it is, its outcome (None: nothing yet), and why (packed)."""

    state: CallState
    outcome: StrEnum | None = None
    message: str = ""
