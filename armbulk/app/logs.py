"""Logging of a command: where it goes, when the command began, and how it ended."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from armbulk import log
from armbulk._version import __version__
from armbulk.app.session import Session
from armbulk.errors import ArmbulkError, Exit, FileError, describe_os_error
from armbulk.i18n import _

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class CommandEnd:
    """How a command ended."""

    exit_code: Exit = Exit.OK


@contextmanager
def logged_command(session: Session, command: str, verbosity: int) -> Iterator[CommandEnd]:
    """Log to the error stream as `verbosity` says (0: not at all) and to the log file of the settings, if any.

    Yields where the command writes its exit code.

    Raises:
        FileError: The log file cannot be written.
    """
    file = Path(session.profile.log_file) if session.profile.log_file else None
    try:
        configured = log.open_log(verbosity, file)
    except log.NoLogError:
        raise FileError(
            "log-file",
            _("{file} exists and is not a log file of armbulk", file=file),
            _("Choose another file with --log-file"),
        ) from None
    except OSError as error:
        raise FileError(
            "log-file",
            _("The log file {file} cannot be written: {reason}", file=file, reason=describe_os_error(error)),
            _("Choose a file in another folder with --log-file"),
        ) from None
    with configured:
        clock, end = session.clock, CommandEnd()
        began = clock.monotonic()
        _log.info("Command started", extra={"command": command.strip("_"), "version": __version__})
        try:
            yield end
        except ArmbulkError as error:
            end.exit_code = error.exit
            _log.warning("Command stopped", extra={"command": command.strip("_"), "error": error.code})
            raise
        except Exception:
            end.exit_code = Exit.BUG
            _log.exception("Command failed", extra={"command": command.strip("_")})
            raise
        finally:
            seconds = clock.monotonic() - began
            _log.info(
                "Command ended",
                extra={"command": command.strip("_"), "exit_code": int(end.exit_code), "seconds": seconds},
            )
