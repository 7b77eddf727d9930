"""Errors that stop a command, and their exit codes.

Problems in data are findings, not exceptions. These are raised for files, settings, network and store::

    ArmbulkError                 the command cannot continue                          exit 2
    ├── UsageError               the command was called wrongly                       exit 2
    │   └── QuestionError        a question cannot be asked: there is no terminal     exit 2
    ├── FileError                a file cannot be read or written                     exit 2
    │   └── UnknownColumnsError  no sheet is recognised                               exit 2
    ├── StoreError               the local store cannot be used                       exit 2
    ├── Unfinished               something is unconfirmed or unfinished               exit 3
    ├── LimitError               an AUP limit stops the run                           exit 4
    ├── SettingsError            settings are missing or wrong                        exit 5
    │   └── LoginError           ARM refuses the credentials                          exit 5
    │       └── ForbiddenError   ARM knows the credentials, and does not allow it     exit 5
    ├── ServerError              ARM cannot be reached, or its answer is unusable     exit 6
    └── Interrupted              the user asked to stop                               exit 130

`docs/exit-codes.md` is generated from this module.
"""

import errno
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

from armbulk.i18n import NO_TEXT, Text, _, quote_text


class Exit(IntEnum):
    """The documented exit codes of every command."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    UNFINISHED = 3
    LIMIT = 4
    SETTINGS = 5
    SERVER = 6
    BUG = 70
    INTERRUPTED = 130


EXIT_MEANINGS: dict[Exit, Text] = {
    Exit.OK: _("done; all rows were accepted (there may be warnings)"),
    Exit.FINDINGS: _("done, but rows were rejected or held back, or the check found errors"),
    Exit.USAGE: _("wrong usage, or a file that cannot be read"),
    Exit.UNFINISHED: _(
        "something is unconfirmed or unfinished, or ARM has other values; the message shows how to continue"
    ),
    Exit.LIMIT: _("stopped at a limit; the message shows when to continue"),
    Exit.SETTINGS: _("settings or login are missing or wrong"),
    Exit.SERVER: _("ARM is unreachable, or its answer cannot be read"),
    Exit.BUG: _("a bug in armbulk"),
    Exit.INTERRUPTED: _("interrupted; the run can be continued"),
}
"""What each code means, in English and Norwegian."""


_EXIT_ORDER = (
    Exit.INTERRUPTED, Exit.BUG, Exit.SETTINGS, Exit.USAGE, Exit.UNFINISHED, Exit.LIMIT, Exit.SERVER, Exit.FINDINGS,
)  # fmt: skip


def choose_exit(codes: Iterable[Exit]) -> Exit:
    """Return the exit code of a command to which several apply."""
    all_codes = frozenset(codes)
    return next((code for code in _EXIT_ORDER if code in all_codes), Exit.OK)


class ArmbulkError(Exception):
    """Something stops the command. `code` names it for scripts, `hint` says what to do next."""

    exit = Exit.USAGE

    def __init__(self, code: str, message: Text, hint: Text = NO_TEXT) -> None:
        """Keep what is wrong (`message`) and what to do about it (`hint`)."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class UsageError(ArmbulkError):
    """The command was called wrongly."""


class QuestionError(UsageError):
    """A question cannot be asked: there is no terminal, and no `--yes`."""


class FileError(ArmbulkError):
    """A file cannot be read or written."""


class UnknownColumnsError(FileError):
    """No sheet is recognised. `proposals` say what its columns may be, as the JSON of `armbulk map` has them."""

    def __init__(self, code: str, message: Text, hint: Text, proposals: Sequence[Mapping[str, object]]) -> None:
        """Keep what the columns may be."""
        super().__init__(code, message, hint)
        self.proposals = proposals


class StoreError(ArmbulkError):
    """The local store cannot be used: damaged, locked, read-only or from a newer armbulk."""


class Unfinished(ArmbulkError):  # noqa: N818 - a state, not a fault
    """Something is unconfirmed or unfinished; `armbulk resume` continues."""

    exit = Exit.UNFINISHED


class LimitError(ArmbulkError):
    """An AUP limit stops the run; the message shows when it can continue."""

    exit = Exit.LIMIT


class SettingsError(ArmbulkError):
    """Settings are missing or wrong."""

    exit = Exit.SETTINGS


class LoginError(SettingsError):
    """ARM refuses the credentials or the client number."""


class ForbiddenError(LoginError):
    """ARM accepts the credentials, but does not allow the call."""


class ServerError(ArmbulkError):
    """ARM cannot be reached, or its answer is unusable."""

    exit = Exit.SERVER


class Interrupted(ArmbulkError):  # noqa: N818 - not a fault: the user asked to stop
    """The user stopped the command; the same call continues from here."""

    exit = Exit.INTERRUPTED


_SYSTEM_ERRORS = {
    errno.EADDRINUSE: _("Another program uses it"),
    errno.EAGAIN: _("Another program uses it"),
    errno.EBUSY: _("Another program uses it"),
    errno.EDQUOT: _("No space left on device"),
    errno.EEXIST: _("There is already something with this name"),
    errno.EFBIG: _("The file is too large"),
    errno.EIO: _("The disk or the network reported an error"),
    errno.ELOOP: _("The links lead in a circle"),
    errno.EMFILE: _("Too many files are open"),
    errno.ENOENT: _("No such file or directory"),
    errno.EACCES: _("Permission denied"),
    errno.EPERM: _("Operation not permitted"),
    errno.ENOTDIR: _("Not a directory"),
    errno.EISDIR: _("Is a directory"),
    errno.ENOSPC: _("No space left on device"),
    errno.EROFS: _("Read-only file system"),
    errno.ENAMETOOLONG: _("File name too long"),
    errno.EINVAL: _("Invalid argument"),
    errno.ENOTEMPTY: _("The folder is not empty"),
    errno.ETIMEDOUT: _("The disk or the network does not respond"),
}
"""The system's words for common errors."""

_WINDOWS_ERRORS = {  # by winerror, where errno says less: https://learn.microsoft.com/windows/win32/debug/system-error-codes
    32: _("It is open in another program, for example Excel"),
    33: _("It is open in another program, for example Excel"),
    206: _("File name too long"),
    362: _("OneDrive is not running"),
    426: _("OneDrive does not respond"),
}

_SQLITE_ERRORS = {  # by SQLite's primary result codes: https://www.sqlite.org/rescode.html
    5: _("Another program uses it"),
    6: _("Another program uses it"),
    8: _("It is read-only"),
    10: _("The disk or the network reported an error"),
    11: _("The file is damaged"),
    13: _("No space left on device"),
    14: _("It cannot be opened"),
    26: _("The file is damaged"),
}


def describe_os_error(error: Exception) -> Text:
    """Return what the system or SQLite says about an error; of any other error, the name of its kind."""
    if on_windows := _WINDOWS_ERRORS.get(getattr(error, "winerror", None) or 0):
        return on_windows
    if isinstance(error, OSError) and error.strerror:
        return _SYSTEM_ERRORS.get(error.errno or 0) or quote_text(error.strerror)
    if isinstance(error, UnicodeError):
        return _("It is not a UTF-8 text file")
    known = _SQLITE_ERRORS.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return known or _("Unexpected error ({name})", name=type(error).__name__)
