"""Changes that another process made to unconfirmed documents, as a sentence."""

from collections.abc import Sequence

from armbulk.i18n import Text, _, join_texts, ngettext
from armbulk.model.batch_state import BatchState
from armbulk.model.outcome import Outcome
from armbulk.store import Store, UnresolvedDocument

MAX_CHANGES_SHOWN = 10
"""How many documents that another process has changed are named."""

_FATES = {
    Outcome.CREATED: _("created"),
    Outcome.CREATED_WITH_WARNINGS: _("created with warnings"),
    Outcome.REJECTED: _("rejected by ARM"),
    Outcome.NOT_SENT: _("given up"),
    BatchState.PLANNED: _("to be sent again"),
    BatchState.POSTING: _("being sent"),
    BatchState.ACCEPTED: _("accepted by ARM, not finished"),
    BatchState.IN_DOUBT: _("unconfirmed"),
    BatchState.QUARANTINED: _("unconfirmed, not found in ARM"),
}
_GONE = _("no longer in the database")


def describe_changes(store: Store, changed: Sequence[UnresolvedDocument]) -> Text:
    """Return what has become of documents, as a sentence."""
    shown = changed[:MAX_CHANGES_SHOWN]
    fates = store.outcomes_or_states(shown)
    documents = [_describe_change(document, fate) for document, fate in zip(shown, fates, strict=True)]
    message = ngettext(
        "Another armbulk process has changed {count:number} document: {documents}",
        "Another armbulk process has changed {count:number} documents: {documents}",
        count=len(changed),
        documents=join_texts(*documents, separator="; "),
    )
    if len(changed) <= MAX_CHANGES_SHOWN:
        return message
    return join_texts(message, _("and {count:number} more", count=len(changed) - MAX_CHANGES_SHOWN), separator="; ")


def _describe_change(document: UnresolvedDocument, fate: str | None) -> Text:
    word = _GONE if fate is None else next((text for name, text in _FATES.items() if name == fate), _("changed"))
    return _("{number} (run {run}): {outcome}", number=document.key, run=document.run, outcome=word)
