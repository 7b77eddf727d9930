"""The check of what a profile relies on although Amili's public documentation does not say it.

The questions are in docs/questions-for-amili.md; the numbers here are theirs.
"""

from armbulk.app.doctor.check import CheckState, HealthCheck
from armbulk.i18n import Text, _, join_texts
from armbulk.model.environment import Environment, find_environment
from armbulk.settings.profile import Profile

_TITLE = _("Unverified")
_PAGE = _("Questions to mail to Amili, and how to change each: docs/questions-for-amili.md")
_ADDRESS = _("the address of ARM's production (2)")
_LOGIN = _("the login service (3)")
_COUNTING = _("how ARM counts records (6)")
_BATCHES = _("how large a batch may be (7)")
_MIGRATION = _("how opening items are sent (11, 12, 23)")


def check_assumptions(profile: Profile) -> HealthCheck:
    """Return what the profile relies on that is not documented in public."""
    if not profile.base_url:
        return HealthCheck("assumptions", _TITLE, CheckState.SKIPPED, _("No client is set"))
    facts = _list_facts(profile)
    values = {"facts": list(facts)}
    summary = _("not documented by Amili: {facts}", facts=join_texts(*facts.values(), separator="; "))
    return HealthCheck("assumptions", _TITLE, CheckState.OK, summary, _PAGE, values=values)


def _list_facts(profile: Profile) -> dict[str, Text]:
    """Return the facts that this profile relies on, by their names in JSON."""
    facts = {"record_cost": _COUNTING, "batch_size": _BATCHES}
    if find_environment(profile.base_url) is Environment.PRODUCTION:
        facts = {"base_url": _ADDRESS, **facts}
    if profile.login.token_url:
        facts["token_url"] = _LOGIN
    if profile.migration:
        facts["migration"] = _MIGRATION
    return facts
