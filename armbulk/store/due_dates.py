"""New due dates of AR items: intents and answers, each committed as one transaction.

The intent, with the item as ARM had it, is committed before a byte leaves.
"""

from armbulk.model.call_rows import CallAnswer
from armbulk.model.due_date import DueDateRow
from armbulk.quota.limits import Account, QuotaLimits
from armbulk.store.call_runs import CallRunStore, CallUsage
from armbulk.store.due_date_tables import DUE_DATES


class DueDateStore(CallRunStore):
    """Records changes of due dates; every public method is one transaction."""

    def record_due_date_intent(
        self, account: Account, number: int, row: DueDateRow, limits: QuotaLimits
    ) -> int | float:
        """Commit the intent to change a due date; return the reservation, or the time when the quota has room."""
        with self._engine.begin() as conn:
            return self._record_intent(conn, DUE_DATES, account, number, row.no, limits, kept=row.kept)

    def save_due_date_answer(
        self, account: Account, number: int, row: DueDateRow, answer: CallAnswer, usage: CallUsage | None = None
    ) -> None:
        """Commit what is known of a change: state, outcome, what ARM answered, and quota together.

        Args:
            account: the client.
            number: the run.
            row: the row, with the answer.
            answer: what is known of it now.
            usage: what the call used of the quota; None: nothing was called.
        """
        values = {"verdict": row.verdict, "surprise": row.surprise}
        with self._engine.begin() as conn:
            self._save_answer(conn, DUE_DATES, account, number, row.no, answer, usage, **values)
