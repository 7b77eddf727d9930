"""Which lists of ARM were trusted in a run, in the user's language."""

from armbulk.i18n import Words
from armbulk.store import ListCheck

_RESOURCES = {"documents": Words("documents", "bilag"), "customers": Words("customers", "kunder")}

_TRUSTED = Words(
    "ARM's list of {resource} was used: {records} records, complete, with all {known} {resource} that ARM is known to "
    "have",
    "ARMs liste over {resource} ble brukt: {records} poster, komplett, med alle {known} {resource} vi vet at ARM har",
)
_ONE_BY_ONE = Words(
    "The {resource} were looked up one by one: {reason}", "Det ble slått opp {resource} én og én: {reason}"
)
_REASONS = {
    "nothing-known": Words(
        "this machine knows of nothing at ARM that would prove ARM's list complete",
        "denne maskinen kjenner ikke til noe hos ARM som kan vise at ARMs liste er komplett",
    ),
    "few-known": Words(
        "the {known} {resource} that ARM is known to have are too few to prove ARM's list",
        "de {known} {resource} vi vet at ARM har, er for få til å bekrefte ARMs liste",
    ),
    "settling": Words(
        "ARM may still be working on what was sent last, so its list may lack it",
        "ARM kan fortsatt behandle det som ble sendt sist, så listen kan mangle det",
    ),
    "incomplete": Words(
        "ARM did not give a complete list that costs less", "ARM ga ingen komplett liste som koster mindre"
    ),
    "lacks-known": Words(
        "ARM's list of {records} records lacks {missing} of the {known} {resource} that ARM is known to have",
        "ARMs liste på {records} poster mangler {missing} av de {known} {resource} vi vet at ARM har",
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
