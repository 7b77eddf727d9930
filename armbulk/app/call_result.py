"""How a run of single calls ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic

from armbulk.clock import format_iso
from armbulk.errors import ArmbulkError, Exit, choose_exit
from armbulk.findings.frame import RenderedFinding
from armbulk.i18n import translate
from armbulk.model.call_rows import CallRow
from armbulk.model.outcome import Outcome
from armbulk.results.call_workbook import write_call_message
from armbulk.store.call_runs import RowT


@dataclass(slots=True)
class CallResult(Generic[RowT]):
    """How a run of single calls ended.

    Attributes:
        row_type: what its rows are.
        columns: what of a row is in the JSON, beside where it is and its outcome.
        state: as of an import; `stopped`: no row can be sent, `cancelled`: it was not confirmed.
        rows: the rows, with their outcomes.
        number: the run; None: nothing was sent.
        findings: errors of rows, as `armbulk check` has them.
        path: the result workbook; None: it was not written.
        resume_at: when a paused run may be resumed (epoch seconds).
        error: what stopped it.
    """

    row_type: ClassVar[type[CallRow]]
    columns: ClassVar[tuple[str, ...]]

    state: str
    rows: list[RowT]
    number: int | None = None
    findings: Sequence[RenderedFinding] = ()
    path: Path | None = None
    resume_at: float | None = None
    error: ArmbulkError | None = field(default=None)

    @property
    def exit_code(self) -> Exit:
        """The command's exit code."""
        codes = [Exit.OK if self.error is None else self.error.exit]
        outcomes = {row.shown_outcome for row in self.rows}
        if Outcome.IN_DOUBT in outcomes:
            codes.append(Exit.UNFINISHED)
        if self.state != "cancelled" and outcomes - {self.row_type.success, Outcome.UNCHANGED, Outcome.IN_DOUBT}:
            codes.append(Exit.FINDINGS)
        return choose_exit(codes)

    def to_json(self, lang: str) -> dict[str, Any]:
        """Return the JSON of the command; the outcomes add up to `rows`."""
        outcomes = [row.shown_outcome for row in self.rows]
        return {
            "run": str(self.number) if self.number else None,
            "state": self.state,
            "rows": len(self.rows),
            "outcomes": {name.value: outcomes.count(name) for name in self.row_type.outcomes},
            "findings": list(self.findings),
            "records": [
                {
                    **{name: getattr(row, name) for name in ("file", "sheet", "row", *self.columns)},
                    "outcome": row.shown_outcome.value,
                    "message": write_call_message(row, lang),
                }
                for row in self.rows
            ],
            "result": str(self.path) if self.path else None,
            "resume_at": format_iso(self.resume_at),
            "error": self._describe_error(lang),
        }

    def _describe_error(self, lang: str) -> dict[str, str] | None:
        if self.error is None:
            return None
        message, hint = (translate(text, lang) for text in (self.error.message, self.error.hint))
        return {"code": self.error.code, "message": message, "hint": hint}
