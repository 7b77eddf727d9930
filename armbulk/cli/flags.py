"""Flags of which only one may be used."""

from collections.abc import Mapping

from armbulk.errors import UsageError
from armbulk.i18n import _


def choose_flag(flags: Mapping[str, bool], option: str) -> str | None:
    """Return the flag that was used; None when none was. UsageError when there are several: the last one must not win.

    Args:
        flags: whether each was used.
        option: how a flag is written on the command line, with {} for its name.
    """
    used = [name for name, is_used in flags.items() if is_used]
    if len(used) > 1:
        *options, last = (option.format(name) for name in used)
        message = _("{options} and {last} cannot be used together", options=", ".join(options), last=last)
        raise UsageError("options-contradict", message, _("Use only one of them"))
    return used[0] if used else None
