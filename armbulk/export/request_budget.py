"""How many requests an export may make: what may use a large part of an hour's limit needs consent first."""

from collections.abc import Callable
from dataclasses import dataclass

from armbulk.errors import QuestionError
from armbulk.export.checkpoint import Checkpoint
from armbulk.i18n import _
from armbulk.quota.limits import Priority, QuotaLimits

DEFAULT_SHARE = 0.5
"""Share of the hour's limit that may be used, without a question, to look for records that ARM does not list."""


@dataclass(frozen=True, slots=True)
class RequestBudget:
    """The requests of one export.

    Attributes:
        checkpoint: has what was used, and what was accepted.
        limits: the quota.
        max_requests: the most requests of the export; None: no limit was named.
        confirm: asks whether a price is accepted: records that are missing, requests, and how many fit in an hour.
    """

    checkpoint: Checkpoint
    limits: QuotaLimits
    max_requests: int | None
    confirm: Callable[[int, int, int], bool]

    def verify_call(self) -> None:
        """Make sure that another call is within `max_requests`; QuestionError otherwise."""
        used = self.checkpoint.usage.requests
        if self.max_requests is not None and used >= self.max_requests:
            raise QuestionError(
                "max-requests",
                _(
                    "The export is not complete: it has used all {used:number} requests that --max-requests allows",
                    used=used,
                ),
                _("Run the same command with a larger --max-requests. What was read is kept"),
            )

    def accept(self, missing: int, requests: int, calls: int) -> None:
        """Make sure that looking for what is missing is accepted; QuestionError otherwise.

        Args:
            missing: records that ARM counts and did not return.
            requests: calls that are left, by an estimate.
            calls: calls that looked for them so far.
        """
        hour = self.limits.capacity("hour", "requests", Priority.NORMAL)
        accepted = self.checkpoint.file.read_fact("accepted requests", int(hour * DEFAULT_SHARE))
        if self.max_requests is not None or calls + requests <= accepted:
            return
        if not self.confirm(missing, requests, hour):
            total = self.checkpoint.usage.requests + requests
            raise QuestionError(
                "many-requests",
                _(
                    "ARM's list lacks {missing:number} of these records. Fetching them one by one takes about "
                    "{requests:number} requests; your limit is {hour:number} per hour",
                    missing=missing,
                    requests=requests,
                    hour=hour,
                ),
                _(
                    "Choose a shorter period, or allow the requests with --max-requests {value}. What was read is kept",
                    value=-(-total * 12 // 1000) * 100,
                ),
            )
        self.checkpoint.file.save_fact("accepted requests", calls + 2 * requests)
