"""The entry point. Stop signals are handled before the command line is loaded, which takes a moment."""

import signal

from armbulk.stop_signals import STOP, stop_signals


def main() -> None:
    """Run the command line; a signal that comes while it loads ends it with exit code 130, too."""
    for number in stop_signals():
        signal.signal(number, STOP.note)
    from armbulk.cli import main as run  # noqa: PLC0415 - after the handlers

    run()


if __name__ == "__main__":
    main()
