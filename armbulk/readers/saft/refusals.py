"""Errors of SAF-T files: each says the file, the XML line, what is wrong and what to do."""

from armbulk.errors import FileError
from armbulk.i18n import Text, _
from armbulk.model.plain_text import show_invisible, to_one_line

EXPORT_AGAIN = _(
    "Export the file from the ledger again. If this message remains, send it to the support of the ledger: the file "
    "does not follow the SAF-T format."
)
"""What to do with a file that has something no sound file has."""

DOWNLOAD_AGAIN = _("Copy or download the file again. If that does not help, export it from the ledger again.")
"""What to do with a file that may have been damaged on its way."""

UNSAFE = _("A SAF-T file from a ledger never contains this. Do not use the file unless you know where it is from.")
"""What to do with a file that contains what only attacks contain."""

_MAX_QUOTED = 60


def quote_value(value: str) -> str:
    """Return a value of a file for a message: on one line, shortened, invisible characters as their code points."""
    return show_invisible(to_one_line(value, _MAX_QUOTED))


def line_error(file: str, line: int, what: Text, advice: Text = EXPORT_AGAIN, code: str = "damaged") -> FileError:
    """Return the error for something that is wrong in a line of a file.

    Args:
        file: The name of the file in messages.
        line: The line of the XML, from 1.
        what: What is wrong, as a sentence without a full stop.
        advice: What to do.
        code: The error's code for scripts.
    """
    return FileError(code, _("{file}, XML line {line}: {what}", file=file, line=line, what=what), advice)
