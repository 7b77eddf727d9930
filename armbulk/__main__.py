"""The entry point. Stop signals are handled before the command line is loaded, which takes a moment."""

import gc
import signal

from armbulk.stop_signals import STOP, stop_signals

_NEW_OBJECTS = 200_000
"""New objects after which Python looks for garbage: after 700, it would do so hundreds of times while it loads."""


def main() -> None:
    """Run the command line; a signal that comes while it loads ends it with exit code 130, too."""
    gc.set_threshold(_NEW_OBJECTS)
    for number in stop_signals():
        signal.signal(number, STOP.note)
    from armbulk.cli import main as run  # noqa: PLC0415 - after the handlers

    run()


if __name__ == "__main__":
    main()
