"""A sandbox on 127.0.0.1, written from ARM's public documentation alone.

It is an independent reference and imports nothing of the rest of armbulk: fields, types and answers are written by
hand from the published samples, so that a wrong path elsewhere cannot agree with itself. Where the documentation is
silent, a `ServerBehaviour` sets how this ARM behaves; an `InjectedFault` makes single calls fail on purpose.
"""

from armbulk.sandbox.dialects import BEHAVIOURS, ServerBehaviour
from armbulk.sandbox.faults import KINDS, InjectedFault
from armbulk.sandbox.server import CLIENT_NO, Sandbox
from armbulk.sandbox.state import CallRecord, SandboxState

__all__ = [
    "BEHAVIOURS",
    "CLIENT_NO",
    "KINDS",
    "CallRecord",
    "InjectedFault",
    "Sandbox",
    "SandboxState",
    "ServerBehaviour",
]
