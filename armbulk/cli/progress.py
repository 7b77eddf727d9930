"""Progress on a terminal; nothing of it where nobody is looking."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from armbulk.cli.output import Reporter
    from armbulk.model.progress import Progress


@contextmanager
def progress(report: "Reporter") -> Iterator[Callable[["Progress"], None]]:
    """Show what a session does, as it does it."""
    with report.working("sending …") as status:

        def tell(at: "Progress") -> None:
            if at.doing == "skew":
                report.say(_skew(at.ahead, report.lang))
            elif status is not None:
                status.update(_words(at, report.lang))

        yield tell


def _skew(ahead: float, lang: str) -> str:
    minutes = round(abs(ahead) / 60)
    if lang == "no":
        side = "foran" if ahead > 0 else "etter"
        return f"Klokka på denne maskinen går {minutes} minutter {side} ARMs; grensene regnes etter ARMs."
    side = "ahead of" if ahead > 0 else "behind"
    return f"This machine's clock is {minutes} minutes {side} ARM's; the limits are counted by ARM's."


def _words(at: "Progress", lang: str) -> str:
    if at.doing == "waiting":
        until = datetime.fromtimestamp(at.until, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        return f"venter til {until}" if lang == "no" else f"waiting until {until}"
    if at.doing == "reading":
        return f"{at.done} av {at.total} poster lest" if lang == "no" else f"{at.done} of {at.total} records read"
    doing = {"posted": "sendt", "polled": "spurt", "asked": "slått opp"}.get(at.doing, at.doing)
    name = doing if lang == "no" else at.doing
    return (
        f"batch {at.batch} {name} · {at.done}/{at.total} ferdig"
        if lang == "no"
        else (f"batch {at.batch} {name} · {at.done} of {at.total} finished")
    )
