"""After sending: look up what ARM has under the numbers in conflict, so that a person can compare.

The plan and the store know what the file says and what was sent before; only ARM knows what it has now.
"""

from functools import partial

import polars as pl

from armbulk.errors import LoginError, ServerError
from armbulk.model.lookup import DocumentLookup, ExpectedDocument, LookupResult, expect_document
from armbulk.model.outcome import Outcome
from armbulk.model.record_messages import IN_ARM, NONE_IN_ARM, SAME_IN_ARM, join_sentences
from armbulk.model.response import ApiResult
from armbulk.sending.session import SendingSession

MAX_CONFLICTS = 100
"""How many conflicts ARM is asked about; the message of the others lacks what ARM has."""

_CONTENTS = {LookupResult.EQUAL: SAME_IN_ARM, LookupResult.ABSENT: NONE_IN_ARM}


def report_conflicts(session: SendingSession) -> None:
    """Add what ARM has to the messages of the run's documents that are in conflict with an earlier one.

    It is no part of sending: after a limit, a failure or an interruption, the messages stay as they are.
    """
    items = session.store.items(session.run.id)
    if not (items["outcome"] == Outcome.CONFLICT.value).any():
        return
    is_conflict = (pl.col("resource") == "documents") & (pl.col("outcome") == Outcome.CONFLICT.value)
    is_unreported = ~pl.col("message").fill_null("").str.contains("ARM", literal=True)
    for record in items.filter(is_conflict & is_unreported).head(MAX_CONFLICTS).iter_rows(named=True):
        lookup = _look_up(session, expect_document(record))
        if lookup is None:
            return
        content = _CONTENTS.get(lookup.result, lookup.message)
        message = join_sentences(record["message"], f"{IN_ARM}: {content}")
        session.store.append_message(session.run.id, message, [record["no"]])


def _look_up(session: SendingSession, expected: ExpectedDocument) -> DocumentLookup | None:
    """Look a document up; None when ARM cannot be asked now."""
    if session.clock.interrupted:
        return None
    try:
        result = session.client.get(partial(session.system.look_up_document, expected), run_id=session.run.id)
    except (LoginError, ServerError):
        return None
    return result.content if isinstance(result, ApiResult) else None
