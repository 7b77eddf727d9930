"""How a run that reserves payments ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from armbulk.clock import format_iso
from armbulk.errors import ArmbulkError, Exit, choose_exit
from armbulk.findings.frame import RenderedFinding
from armbulk.i18n import translate
from armbulk.model.reservation import ReservationOutcome, ReservationRow
from armbulk.results.reservation_workbook import write_reservation_message


@dataclass(slots=True)
class ReserveResult:
    """How a run that reserves payments ended.

    Attributes:
        state: as of an import; `stopped`: no row can be sent, `cancelled`: it was not confirmed.
        rows: the rows, with their outcomes.
        number: the run; None: nothing was sent.
        findings: errors of rows, as `armbulk check` has them.
        path: the result workbook; None: it was not written.
        resume_at: when a paused run may be resumed (epoch seconds).
        error: what stopped it.
    """

    state: str
    rows: list[ReservationRow]
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
        if ReservationOutcome.IN_DOUBT in outcomes:
            codes.append(Exit.UNFINISHED)
        if self.state != "cancelled" and outcomes - {ReservationOutcome.RESERVED, ReservationOutcome.IN_DOUBT}:
            codes.append(Exit.FINDINGS)
        return choose_exit(codes)

    def to_json(self, lang: str) -> dict[str, Any]:
        """Return the JSON of `armbulk reserve`; the outcomes add up to `rows`."""
        outcomes = [row.shown_outcome for row in self.rows]
        error = self.error
        return {
            "run": str(self.number) if self.number else None,
            "state": self.state,
            "rows": len(self.rows),
            "outcomes": {name.value: outcomes.count(name) for name in ReservationOutcome},
            "findings": list(self.findings),
            "records": [
                {
                    "file": row.file,
                    "sheet": row.sheet,
                    "row": row.row,
                    "payment_id": row.payment_id,
                    "amount": row.amount,
                    "currency": row.currency,
                    "outcome": row.shown_outcome.value,
                    "message": write_reservation_message(row, lang),
                }
                for row in self.rows
            ],
            "result": str(self.path) if self.path else None,
            "resume_at": format_iso(self.resume_at),
            "error": error
            and {"code": error.code, "message": translate(error.message, lang), "hint": translate(error.hint, lang)},
        }
