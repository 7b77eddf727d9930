"""Signals that ask to stop, and whether one came. It loads nothing else: they are handled before all other modules."""

import signal


class StopRequest:
    """Whether a signal asked this process to stop: then it ends with exit code 130, whatever else happens.

    Attributes:
        is_requested: a stop signal came.
        is_over: the exit code is decided; a signal that comes now changes nothing.
    """

    def __init__(self) -> None:
        self.is_requested = False
        self.is_over = False

    def note(self, *_: object) -> None:
        """Take note of a signal. A signal handler."""
        self.is_requested = True

    def raise_if_requested(self) -> None:
        """Stop what is being done, if a signal came."""
        if self.is_requested:
            raise KeyboardInterrupt

    def stop_at_once(self, *_: object) -> None:
        """Take note of a signal, and stop what is being done. A signal handler."""
        if self.is_over:
            return
        self.is_requested = True  # what is being done may swallow the exception
        raise KeyboardInterrupt


STOP = StopRequest()
"""The one of this process."""


def stop_signals() -> list[signal.Signals]:
    """Return the signals that ask to stop (Ctrl-C, a shutdown, a closed console), but for those that are ignored."""
    known = {"SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"}
    return [
        number for number in signal.Signals if number.name in known and signal.getsignal(number) is not signal.SIG_IGN
    ]
