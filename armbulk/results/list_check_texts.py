"""Which lists of ARM were trusted in a run, in the user's language."""

from armbulk.i18n import _
from armbulk.store import ListCheck

_RESOURCES = {"documents": _("documents"), "customers": _("customers")}

_TRUSTED = _(
    "Duplicates were checked against ARM's list of {resource}: {records} records, including "
    "all {known} that ARM is known to have"
)
_ONE_BY_ONE = _("The {resource} were looked up one by one: {reason}")
_REASONS = {
    "nothing-known": _("this computer has no record of earlier documents to verify ARM's list with"),
    "few-known": _("only {known} {resource} are known to be in ARM, too few to verify its list"),
    "settling": _("ARM may still be processing the last import, so its list may be incomplete"),
    "incomplete": _("ARM has no complete list that takes fewer requests"),
    "lacks-known": _(
        "ARM's list ({records} records) lacks {missing} of the {known} {resource} that ARM is known to have"
    ),
}


def describe_list_check(check: ListCheck, lang: str) -> str:
    """Return whether a list was trusted, and why, as a sentence."""
    values = {
        "resource": _RESOURCES[check.resource].text(lang),
        "records": check.records or 0,
        "known": check.known,
        "missing": check.missing,
    }
    if check.reason is None:
        return _TRUSTED.text(lang).format(**values)
    reason = _REASONS[check.reason].text(lang).format(**values)
    return _ONE_BY_ONE.text(lang).format(resource=values["resource"], reason=reason)
