"""The sandbox, for trying armbulk without ARM."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from armbulk.errors import UsageError
from armbulk.i18n import _, quote_text
from armbulk.sandbox import CLIENT_NO, Sandbox
from armbulk.sandbox.lists import build_lists


@dataclass(frozen=True, slots=True)
class SandboxRequest:
    """How the sandbox behaves.

    Attributes:
        port: 0: a free one.
        size: The client's size, which sets its limits.
        dialects: `NAME=VALUE`, ways in which ARM may behave.
        faults: What fails on purpose, like `lose-after:POST:documents/batches:1`.
        delay: Seconds until a batch is processed.
        invoices: How many invoices its own ledger has.
        on_one_day: How many of them are of one day.
        to_one_customer: How many of them are to one customer.
        seed: Chooses the ledger; the same number gives the same one.
    """

    port: int = 0
    size: str = "S"
    dialects: Sequence[str] = ()
    faults: Sequence[str] = ()
    delay: float = 1.0
    invoices: int = 0
    on_one_day: int = 0
    to_one_customer: int = 0
    seed: int = 1


def build_sandbox(request: SandboxRequest, now: Callable[[], float]) -> Sandbox:
    """Return a sandbox on 127.0.0.1, to be started with `with`; its `settings` are those to use it.

    Raises:
        UsageError: There is no such behaviour or fault.
    """
    try:
        return Sandbox(
            port=request.port,
            size=request.size,
            dialect=dict(text.partition("=")[::2] for text in request.dialects),
            faults=request.faults,
            delay=request.delay,
            clock=now,
            lists=build_lists(
                CLIENT_NO,
                request.invoices,
                seed=request.seed,
                on_one_day=request.on_one_day,
                to_one_customer=request.to_one_customer,
            ),
        )
    except ValueError as error:
        raise UsageError("sandbox", quote_text(str(error)), _("See `armbulk sandbox --help`")) from None
