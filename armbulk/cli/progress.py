"""Progress at a terminal; without a terminal, nothing is shown."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from armbulk.i18n import _

if TYPE_CHECKING:
    from armbulk.cli.output import Reporter
    from armbulk.model.progress import Progress


@contextmanager
def show_progress(reporter: "Reporter", begins: str = _("sending …")) -> Iterator[Callable[["Progress"], None]]:
    """Yield a function that shows each step of a run or an export; `begins` is shown until the first."""
    with reporter.working(begins) as status:

        def show(progress: "Progress") -> None:
            if progress.doing in {"skew", "retrying", "settling"}:
                reporter.say(progress.text(reporter.lang))
            elif status is not None:
                status.update(progress.text(reporter.lang))

        yield show
