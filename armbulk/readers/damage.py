"""Why a workbook cannot be read: the reason that a reader found."""

from armbulk.i18n import Text, _

SPLIT = _("Split the file into smaller files")
"""What to do with a file that is too large."""

CUT_OFF = _("a part of it is cut off")
"""The reason of a file that ends too early."""


class DamageError(ValueError):
    """A file has something that no sound file has; the reason is a message."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


def explain_damage(error: Exception) -> Text:
    """Return the reason of an error for people; of an error of Python's, the name of its kind."""
    if isinstance(error, DamageError):
        return error.reason
    return _("its content cannot be read ({error})", error=type(error).__name__)
