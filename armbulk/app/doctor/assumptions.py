"""The check of what a profile relies on although Amili's public documentation does not say it.

The questions are in docs/questions-for-amili.md; the numbers here are theirs.
"""

from dataclasses import dataclass

from armbulk.app.doctor.check import CheckState, HealthCheck
from armbulk.app.session import Session
from armbulk.clock import format_iso
from armbulk.errors import StoreError
from armbulk.i18n import NO_TEXT, Text, _, join_texts, ngettext
from armbulk.model.environment import Environment, find_environment
from armbulk.resources.auto_postings import POSTINGS_EXPERIMENT
from armbulk.resources.due_dates import DUE_DATE_EXPERIMENT
from armbulk.resources.payment_reservations import EXPERIMENT
from armbulk.settings.profile import Profile
from armbulk.store.observations import Observations

_TITLE = _("Unverified")
_REMEDY = _(
    "Ask Amili to confirm each point. The setting in brackets changes it. The numbers are those of 'Questions for "
    "Amili' in armbulk's documentation."
)
_ADDRESS = _("the address of ARM's production (2)")
_LOGIN = _("the login service (3)")
_COUNTING = _("how ARM counts records (6)")
_BATCHES = _("how large a batch may be (7)")
_MIGRATION = _("how opening items are sent (11, 12, 23)")
_RESERVATIONS = _("the form of payment reservations (25)")
_POSTINGS = _("the form of auto postings (24)")
_DUE_DATES = _("the form of due date changes (26)")
_CODES = _("where ARM's codes are (28)")
_NOT_SEEN = _("no run has shown it yet")
_NEVER_EARLY = _("ARM has refused no call earlier than expected")
_NOTHING = Observations(0, None, {}, 0, (), 0, 0, None)


@dataclass(frozen=True, slots=True)
class _Fact:
    """What a profile relies on: in words, what changes it, and what runs have shown ("": nothing)."""

    text: Text
    override: str
    observed: Text | str = ""


def check_assumptions(session: Session) -> HealthCheck:
    """Return what the profile relies on that is not documented in public, and what its own runs have shown of it."""
    profile = session.profile
    if not profile.base_url:
        return HealthCheck("assumptions", _TITLE, CheckState.SKIPPED, _("No client is set"))
    seen = _observe(session)
    facts = _list_facts(profile, seen)
    values = {
        "facts": list(facts),
        "observed": {name: bool(fact.observed) for name, fact in facts.items()},
        "override": {name: fact.override for name, fact in facts.items()},
        "batches": seen.batches,
        "last_batch": format_iso(seen.last),
        "largest_batches": dict(seen.largest),
        "early_refusals": seen.early_refusals,
        "document_types": list(seen.document_types),
        "reservations": seen.reservations,
        "due_dates": seen.due_dates,
    }
    shown = [
        _("{fact}: {observed} ({override})", fact=fact.text, observed=fact.observed or _NOT_SEEN,
          override=fact.override)
        for fact in facts.values()
    ]  # fmt: skip
    summary = _("not documented by Amili: {facts}", facts=join_texts(*shown, separator="; "))
    return HealthCheck("assumptions", _TITLE, CheckState.OK, summary, _REMEDY, values=values)


def _observe(session: Session) -> Observations:
    """Return what the client's runs have shown; nothing without a usable store, and none is created."""
    try:
        if not session.profile.client_no or not session.context.has_store():
            return _NOTHING
        return session.store.observe(session.profile.account)
    except StoreError:
        return _NOTHING


def _list_facts(profile: Profile, seen: Observations) -> dict[str, _Fact]:
    """Return the facts that this profile relies on, by their names in JSON."""
    accepted = _accepted(seen)
    facts = {}
    if find_environment(profile.base_url) is Environment.PRODUCTION:
        facts["base_url"] = _Fact(_ADDRESS, "ARMBULK_BASE_URL", accepted)
    facts["record_cost"] = _Fact(_COUNTING, "--size, --aup-file", _describe_counting(seen))
    facts["batch_size"] = _Fact(_BATCHES, "ARMBULK_BATCH_DOCUMENTS, ARMBULK_BATCH_CUSTOMERS", _describe_largest(seen))
    if profile.login.token_url:
        facts["token_url"] = _Fact(_LOGIN, "ARMBULK_TOKEN_URL", accepted)
    if profile.migration:
        facts["migration"] = _Fact(_MIGRATION, "[migration]", _describe_types(seen))
    if POSTINGS_EXPERIMENT in profile.experimental:
        facts[POSTINGS_EXPERIMENT] = _Fact(_POSTINGS, f"[experimental.{POSTINGS_EXPERIMENT}]")
    if EXPERIMENT in profile.experimental:
        confirmed = ngettext(
            "ARM has confirmed {count:number} reservation",
            "ARM has confirmed {count:number} reservations",
            count=seen.reservations,
        )
        observed = confirmed if seen.reservations else ""
        facts[EXPERIMENT] = _Fact(_RESERVATIONS, f"[experimental.{EXPERIMENT}]", observed)
    if DUE_DATE_EXPERIMENT in profile.experimental:
        changed = ngettext(
            "ARM's items have {count:number} new due date",
            "ARM's items have {count:number} new due dates",
            count=seen.due_dates,
        )
        override = f"[experimental.{DUE_DATE_EXPERIMENT}]"
        facts[DUE_DATE_EXPERIMENT] = _Fact(_DUE_DATES, override, changed if seen.due_dates else "")
    if seen.codes_read_at is not None:
        read = _("ARM's lists were read at {time:time}", time=seen.codes_read_at)
        facts["codes"] = _Fact(_CODES, "armbulk codes --fresh", read)
    return facts


def _accepted(seen: Observations) -> Text:
    """Return that ARM accepted batches, which needs its address and the login."""
    if seen.last is None:
        return NO_TEXT
    return ngettext(
        "ARM has accepted {count:number} batch, the last at {time:time}",
        "ARM has accepted {count:number} batches, the last at {time:time}",
        count=seen.batches,
        time=seen.last,
    )


def _describe_counting(seen: Observations) -> Text:
    if seen.early_refusals:
        return _("ARM has refused calls earlier than expected: other programs, or another way to count")
    return _NEVER_EARLY if seen.batches else NO_TEXT


def _describe_largest(seen: Observations) -> Text:
    if not seen.largest:
        return NO_TEXT
    counted = {
        "customers": lambda count: ngettext("{count:number} customer", "{count:number} customers", count=count),
        "documents": lambda count: ngettext("{count:number} document", "{count:number} documents", count=count),
    }
    sizes = [counted[name](count) for name, count in sorted(seen.largest.items())]
    return _("ARM has accepted batches of {sizes}", sizes=join_texts(*sizes, separator=", "))


def _describe_types(seen: Observations) -> Text:
    if not seen.document_types:
        return NO_TEXT
    return _("ARM has created documents of the types {types}", types=", ".join(seen.document_types))
