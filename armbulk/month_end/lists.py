"""The lists a month-end reads, one after the other, each complete or unavailable."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from armbulk.context import Context
from armbulk.errors import ForbiddenError, ServerError
from armbulk.export.fetched_list import FetchedList, fetch_list
from armbulk.export.page_reader import is_list_missing
from armbulk.export.request import ExportRequest
from armbulk.export.result import find_gaps
from armbulk.export.session import ExportSession, OnProgress
from armbulk.i18n import Text, _
from armbulk.model.outcome import ApiUsage
from armbulk.model.partition import Partition
from armbulk.resources import EXPORTS
from armbulk.stored_messages import read_stored_text
from armbulk.writers.tables import CSV_DIALECT_NAMES

_NO_LIST = _("ARM has no GL movements for this client: {reason}")
_INCOMPLETE = _('ARM\'s list "{resource}" is not complete: {why}')


class Unavailable(Exception):  # noqa: N818 - a fact about ARM
    """A figure of the month-end cannot be calculated; `reason` says why."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class MonthEndLists:
    """Reads the lists of one month-end; what was read stays in checkpoints until its file is complete.

    Attributes:
        context: settings, clock and transport.
        target: the file of the month-end.
        waits: whether to wait for room in the quota.
        fresh: whether to delete what an interrupted export has read.
        on_progress: called with progress.
        stack: closes the sessions.
        sessions: the sessions opened so far.
        other_usage: what reading lists without a session of these has used of the quota.
    """

    context: Context
    target: Path
    waits: bool
    fresh: bool
    on_progress: OnProgress
    stack: ExitStack
    sessions: list[ExportSession] = field(default_factory=list)
    other_usage: ApiUsage = field(default_factory=ApiUsage)

    def open_session(self, request: ExportRequest) -> ExportSession:
        """Begin a list, or continue with it."""
        session = self.stack.enter_context(ExportSession(self.context, request, self.waits, self.on_progress))
        self.sessions.append(session)
        return session

    def read(self, request: ExportRequest) -> FetchedList:
        """Read a list completely."""
        return self.fetch(self.open_session(request))

    def fetch(self, session: ExportSession) -> FetchedList:
        """Read the list of a session completely."""
        return fetch_list(session, fresh=self.fresh)

    def read_after(self, request: ExportRequest, earlier: FetchedList) -> FetchedList:
        """Read a list completely, and not before `earlier`: a checkpoint from before that is deleted.

        Raises:
            Unavailable: ARM does not offer the list to this client.
        """
        session = self.open_session(request)
        file = session.checkpoint.file
        mark = earlier.checkpoint.usage.meters()  # the usage of reading `earlier` identifies that reading
        if file.read_fact("after", None) != mark:
            file.clear()
            file.save_fact("after", mark)
        try:
            return fetch_list(session, fresh=False)
        except (ServerError, ForbiddenError) as error:
            if not is_list_missing(error):
                raise
            file.clear()
            raise Unavailable(_NO_LIST.fill(reason=error.message)) from None

    def build_further_request(self, name: str, root: Partition) -> ExportRequest:
        """Return the request for another list of the month-end."""
        resource = EXPORTS[name]
        listing = resource.listing
        if listing is None:
            raise AssertionError(name)
        return ExportRequest(
            resource, listing, root, frozenset(), (), self.target.with_suffix(".xlsx"), CSV_DIALECT_NAMES[0]
        )

    def mark_done(self) -> None:
        """Let all checkpoints be deleted: the file is complete."""
        for session in self.sessions:
            session.is_done = True

    @property
    def usage(self) -> ApiUsage:
        """What all lists have used of the quota."""
        return sum((session.checkpoint.usage for session in self.sessions), self.other_usage)


def verify_complete(fetched: FetchedList) -> None:
    """Raise Unavailable when records of a list may be missing."""
    gaps = find_gaps(fetched)
    if gaps:
        raise Unavailable(
            _INCOMPLETE.fill(resource=fetched.request.resource.title, why=read_stored_text(gaps[0]["why"]))
        )
