"""Names of attachments in a sheet: which are a file in the workbook's folder, and which could be anything else."""

import re
import unicodedata

from armbulk.i18n import Text, _
from armbulk.model.file_names import find_name_problem

ATTACHMENT_ENDING = ".pdf"
"""The ending of an attachment. ARM's documentation names no type: which are allowed is set up for each client."""

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:/", re.IGNORECASE)
_DRIVE = re.compile(r"[a-z]:", re.IGNORECASE)
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_MAX_NAME_BYTES = 255

_OUTSIDE = _("it must be in the folder of the workbook, or in a folder in it")


def split_attachment_name(name: str) -> tuple[str, ...]:
    r"""Return the folders and the file of a name; `\` is `/`, as people write it on Windows."""
    return tuple(name.replace("\\", "/").split("/"))


def find_attachment_problem(name: str) -> Text | None:
    r"""Return why a name is not accepted, on any system; None if it is that of a PDF file below the workbook's folder.

    Refused are addresses, drives, `/x` and `\\server\x`, `..`, the names of devices (`NUL`), the streams of other files
    (`x.pdf:y`), ends in a dot or a space, invisible characters, and endings that only look like `.pdf`.
    """
    parts = split_attachment_name(name)
    if any(unicodedata.category(character) in _UNSEEN for character in name):
        return _("it contains characters that cannot be seen")
    if _ADDRESS.match(name):
        return _("it is an address, not a file")
    if not parts[0] or _DRIVE.match(name):
        return _OUTSIDE
    for part in parts:
        if part in {"", ".", ".."}:
            return _OUTSIDE
        if len(part.encode()) > _MAX_NAME_BYTES:
            return _("the name is too long")
        if problem := find_name_problem(part):
            return problem
    return _find_ending_problem(parts[-1])


def _find_ending_problem(name: str) -> Text | None:
    stem, dot, ending = name.rpartition(".")
    if stem and f"{dot}{ending}".lower() == ATTACHMENT_ENDING:
        return None
    if not ending.isascii() and dot:
        return _("its ending looks like another one, but has other letters: {ending}", ending=ascii(ending)[1:-1])
    return _("only PDF files can be attachments, and its name does not end in {ending}", ending=ATTACHMENT_ENDING)
