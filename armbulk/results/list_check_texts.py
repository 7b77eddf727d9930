"""Which lists of ARM were trusted in a run, in the user's language."""

from armbulk.i18n import _
from armbulk.store import ListCheck

_RESOURCES = {"documents": _("documents"), "customers": _("customers")}

_TRUSTED = _(
    "ARM's list of {resource} was used: {records} records, complete, with all {known} "
    "{resource} that ARM is known to have"
)
_ONE_BY_ONE = _("The {resource} were looked up one by one: {reason}")
_REASONS = {
    "nothing-known": _("this machine knows of nothing at ARM that would prove ARM's list complete"),
    "few-known": _("the {known} {resource} that ARM is known to have are too few to prove ARM's list"),
    "settling": _("ARM may still be working on what was sent last, so its list may lack it"),
    "incomplete": _("ARM did not give a complete list that costs less"),
    "lacks-known": _(
        "ARM's list of {records} records lacks {missing} of the {known} {resource} that ARM is known to have"
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
