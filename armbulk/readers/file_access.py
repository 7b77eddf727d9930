"""Opening a file of the user: what is not a file, is missing or changes meanwhile is refused with advice."""

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from armbulk.errors import FileError, describe_os_error
from armbulk.i18n import Text, _, join_choices
from armbulk.model.file_names import find_path_problem
from armbulk.model.similar_words import find_similar

IS_WINDOWS = os.name == "nt"
_MAX_COMPARED = 500

_CLOSE_FILE = _(
    "Close the file in Excel and other programs, and check that you may read it. If it is in OneDrive, choose "
    '"Always keep on this device" for it'
)


@contextmanager
def explain_file_errors(path: Path, name: str, suffixes: Collection[str]) -> Iterator[None]:
    """Raise a FileError instead of the system's errors while a file is opened and read.

    Args:
        path: The file.
        name: Its name in messages.
        suffixes: The endings of files that are proposed instead of a missing one.

    Raises:
        FileError: The file is missing or cannot be read.
    """
    try:
        yield
    except FileNotFoundError:
        too_long = find_path_problem(str(path.absolute())) if IS_WINDOWS else None
        if too_long:
            what = _("{name} cannot be read: {why}", name=name, why=too_long)
            raise FileError("unreadable", what, _("Copy the file to a folder with a shorter path")) from None
        similar = _find_similar_files(path, suffixes)
        suggestion = _("Did you mean {name}?", name=join_choices(similar))
        hint = suggestion if similar else _("Check the file name and the folder")
        raise FileError("no-such-file", _("There is no file {name}", name=name), hint) from None
    except (OSError, ValueError) as error:  # ValueError: not a valid file name
        why = describe_os_error(error) if isinstance(error, OSError) else _("this is not a file name")
        raise FileError(
            "unreadable",
            _("{name} cannot be read: {why}", name=name, why=why),
            _CLOSE_FILE,
        ) from None


def refuse_other_than_file(path: Path, name: str, advice: Text) -> None:
    """Refuse a folder, a link, a device or a pipe (FileError); `advice` says what to use instead."""
    mode = os.lstat(path).st_mode
    if stat.S_ISDIR(mode):
        raise FileError("not-a-file", _("{name} is a folder", name=name), advice)
    if stat.S_ISLNK(mode):
        raise FileError(
            "not-a-file",
            _("{name} is a link to another file", name=name),
            _("Use the file itself: {path}", path=os.path.realpath(path)),
        )
    if not stat.S_ISREG(mode):
        raise FileError("not-a-file", _("{name} is not a file, but a device or a pipe", name=name), advice)


def changing_error(name: str) -> FileError:
    """Return the error for a file that was written while armbulk read it."""
    return FileError(
        "changing",
        _("{name} was changed while armbulk read it", name=name),
        _("Wait until the file has been saved, then run the command again"),
    )


def empty_error(name: str, size: int) -> FileError:
    """Return the error for a file without content."""
    return FileError(
        "empty-file",
        _("{name} is empty ({count} bytes)", name=name, count=size),
        _("Export or save the file again"),
    )


def _find_similar_files(path: Path, suffixes: Collection[str]) -> list[str]:
    """Return the files of a folder whose names resemble one that is not there, with the endings that are read."""
    try:
        names = sorted(each.name for each in path.parent.iterdir() if each.suffix.lower() in suffixes)
    except (OSError, ValueError):
        return []
    of_other_type = [each for each in names if Path(each).stem.casefold() == path.stem.casefold()]
    similar = of_other_type or find_similar(path.name, names[:_MAX_COMPARED])
    return [str(path.with_name(each)) for each in similar]
