"""Which lists of ARM were trusted in a run, in the user's language."""

from armbulk.i18n import _
from armbulk.store import ListCheck

_RESOURCES = {"documents": _("documents"), "customers": _("customers")}

_TRUSTED = _(
    "ARM's list of {resource} was used for the check: {records:number} records, including all {known:number} that ARM "
    "is known to have"
)
_TRUSTED_UNTRIED = _("ARM's list of {resource} was used for the check: {records:number} records")
_ONE_BY_ONE = _("The {resource} were looked up one by one: {reason}")
_REASONS = {
    "nothing-known": _("this computer has no record of earlier documents to verify ARM's list with"),
    "few-known": _("only {known:number} {resource} are known to be in ARM, too few to verify its list"),
    "settling": _("ARM may still be processing the last import, so its list may be incomplete"),
    "incomplete": _("ARM has no complete list that takes fewer requests"),
    "lacks-known": _(
        "ARM's list ({records:number} records) lacks {missing:number} of the {known:number} {resource} that ARM is "
        "known to have"
    ),
}


def describe_list_check(check: ListCheck, lang: str) -> str:
    """Return whether a list was trusted, and why, as a sentence."""
    resource = _RESOURCES[check.resource]
    trusted = _TRUSTED if check.known else _TRUSTED_UNTRIED
    message = trusted if check.reason is None else _REASONS[check.reason]
    text = message.fill(resource=resource, records=check.records or 0, known=check.known, missing=check.missing)
    return (text if check.reason is None else _ONE_BY_ONE.fill(resource=resource, reason=text)).text(lang)
