"""Checks of what armbulk keeps: the database, and the use of ARM's limits."""

from pathlib import Path

from armbulk.app.doctor.check import CheckState, HealthCheck, hide_home, problem_of
from armbulk.app.session import Session
from armbulk.errors import Exit, StoreError
from armbulk.i18n import _, ngettext
from armbulk.model.plain_text import to_one_line
from armbulk.store.health import inspect_store
from armbulk.store.location_check import find_sharing, sharing_error

_DATABASE, _LIMITS = _("Database"), _("Limits")
_DAMAGED = _("Keep a copy of the file and ask for help. It records which invoices were sent.")
_MEGABYTE = 1_000_000
_ALMOST_USED = 0.9


def check_store(session: Session) -> HealthCheck:
    """Return where the database is, whether it is whole, and whether runs have to be continued."""
    profile = session.profile
    health = inspect_store(profile.store_url)
    if health is None:
        return HealthCheck("database", _DATABASE, CheckState.OK, _("not created yet"), values={"exists": False})
    path = hide_home(health.path)
    values = {
        "exists": True, "path": path, "bytes": health.size, "version": health.version, "intact": health.is_intact,
        "runs": health.runs, "unfinished": health.unfinished,
    }  # fmt: skip
    if health.problem or not health.is_intact:
        reason = to_one_line(health.problem, 100) or _("SQLite finds damage in it")
        message = _("{path} cannot be used: {reason}", path=path, reason=reason)
        return HealthCheck("database", _DATABASE, CheckState.PROBLEM, message, _DAMAGED, Exit.USAGE, values)
    if health.version is not None and health.version > health.latest_version:
        message = _("{path} was written by a newer armbulk", path=path)
        remedy = _("Update armbulk on this computer")
        return HealthCheck("database", _DATABASE, CheckState.PROBLEM, message, remedy, Exit.USAGE, values)
    shared = find_sharing(Path(health.path), profile.synced_folders)
    if shared and not profile.shared_store:
        return problem_of("database", _DATABASE, sharing_error(Path(health.path), shared), **values)
    size = f"{health.size / _MEGABYTE:.1f}"
    summary = ngettext(
        "{path}: whole, {size:decimal} MB, version {version}, {count:number} run",
        "{path}: whole, {size:decimal} MB, version {version}, {count:number} runs",
        path=path, size=size, version=health.version, count=health.runs,
    )  # fmt: skip
    if health.unfinished:
        remedy = ngettext(
            "{count:number} run has not ended. See: armbulk runs",
            "{count:number} runs have not ended. See: armbulk runs",
            count=health.unfinished,
        )
        return HealthCheck("database", _DATABASE, CheckState.WARNING, summary, remedy, values=values)
    return HealthCheck("database", _DATABASE, CheckState.OK, summary, values=values)


def check_limits(session: Session) -> HealthCheck:
    """Return how much of ARM's limits is used."""
    profile = session.profile
    if not (profile.base_url and profile.client_no):
        return HealthCheck("limits", _LIMITS, CheckState.SKIPPED, _("No client is set"))
    try:
        meters = session.describe_usage()["meters"] if session.context.has_store() else []
    except StoreError as error:
        return HealthCheck("limits", _LIMITS, CheckState.SKIPPED, error.message)
    values = {"size": profile.client_size, "meters": meters}
    used = {(meter["window"], meter["meter"]): meter for meter in meters}
    if not meters:
        summary = _("size {size}; nothing used yet", size=profile.client_size)
        return HealthCheck("limits", _LIMITS, CheckState.OK, summary, values=values)
    hour, month = used["hour", "requests"], used["month", "requests"]
    summary = _(
        "size {size}; requests used: {hour:number} of {hour_limit:number} this hour, "
        "{month:number} of {month_limit:number} in 31 days",
        size=profile.client_size, hour=hour["used"], hour_limit=hour["limit"], month=month["used"],
        month_limit=month["limit"],
    )  # fmt: skip
    full = [meter for meter in meters if meter["used"] + meter["reserved"] >= _ALMOST_USED * meter["limit"]]
    if full:
        remedy = _("More than 90 % of a limit is used. See: armbulk usage")
        return HealthCheck("limits", _LIMITS, CheckState.WARNING, summary, remedy, values=values)
    return HealthCheck("limits", _LIMITS, CheckState.OK, summary, values=values)
