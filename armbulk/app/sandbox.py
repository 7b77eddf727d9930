"""The sandbox, for trying armbulk without ARM."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from armbulk.errors import UsageError, describe_os_error
from armbulk.i18n import _
from armbulk.sandbox import BEHAVIOURS, CLIENT_NO, KINDS, InjectedFault, Sandbox, ServerBehaviour
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
        UsageError: There is no such behaviour or fault, or the port cannot be used.
    """
    dialect = dict(_read_dialect(text) for text in request.dialects)
    for text in request.faults:
        _check_fault(text)
    sandbox = Sandbox(
        port=request.port,
        size=request.size,
        dialect=dialect,
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
    try:
        sandbox.open_port()
    except OSError as error:
        message = _("Port {port} cannot be used: {reason}", port=request.port, reason=describe_os_error(error))
        raise UsageError("sandbox", message, _("Use another --port. Without --port a free one is used")) from None
    return sandbox


def _read_dialect(text: str) -> tuple[str, str]:
    """Return the name and the value of `NAME=VALUE`."""
    name, _equals, value = (part.strip() for part in text.partition("="))
    if name not in BEHAVIOURS:
        message = _("--dialect: there is no behaviour '{name}'", name=name)
        raise UsageError("sandbox", message, _("Use one of these: {names}", names=", ".join(BEHAVIOURS)))
    try:
        ServerBehaviour.of({name: value})
    except ValueError:
        message = _("--dialect: '{text}' is not a valid value of {name}", text=value, name=name)
        examples = ", ".join(f"{name}={each}" for each in BEHAVIOURS[name])
        raise UsageError("sandbox", message, _("Use for example: {examples}", examples=examples)) from None
    return name, value


def _check_fault(text: str) -> None:
    kind = text.partition(":")[0].partition("=")[0]
    if kind not in KINDS:
        message = _("--fault: there is no fault '{kind}'", kind=kind)
        raise UsageError("sandbox", message, _("Use one of these: {names}", names=", ".join(KINDS)))
    try:
        InjectedFault.parse(text)
    except ValueError:
        message = _("--fault: '{text}' does not have the right form", text=text)
        hint = _("Use for example: {examples}", examples="lose-after:POST:documents/batches:1, slow=5:GET:batches:1-3")
        raise UsageError("sandbox", message, hint) from None
