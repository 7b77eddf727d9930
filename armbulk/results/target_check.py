"""Whether the file of a result or an export can be written, before anything is sent or read."""

from pathlib import Path

from armbulk.i18n import _
from armbulk.store import WrittenFiles
from armbulk.writers import atomic
from armbulk.writers.inputs import choose_copy, is_of_a_person

_OBSTACLES = {
    atomic.OPEN: _(
        "{path} is open in another program, for example Excel. Close it; otherwise the result is written beside it "
        "under a new name ({name})"
    ),
    atomic.READ_ONLY: _("{path} is read-only, so the result is written beside it under a new name ({name})"),
}
_KEPT = _("{path} was not written by armbulk, or was changed since. It is copied to {copy} before it is replaced")


def verify_writable(target: Path, lang: str, written: WrittenFiles) -> str:
    """Make sure, before anything is sent, that a file can be written.

    Returns:
        A warning when the target is open or read-only, so that the file will get another name, or when it is a person's
        file, of which a copy will be kept; else "".

    Raises:
        FileError: nothing can be written in its folder.
    """
    obstacle = atomic.verify_writable(target)
    if obstacle:
        name = f"{target.stem}-2{target.suffix}"
        return _OBSTACLES[obstacle].fill(path=target, name=name).text(lang) + "."
    if is_of_a_person(target, written.digests()):
        return _KEPT.fill(path=target, copy=choose_copy(target).name).text(lang) + "."
    return ""
