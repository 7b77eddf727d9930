"""A stand-in ARM on 127.0.0.1, written from ARM's public documentation alone: it knows nothing of the rest of armbulk.

It is a second witness. Fields, types and answers are written here by hand from the published samples, so that a wrong
path elsewhere cannot agree with itself. Where the documentation is silent a `Dialect` says how this ARM behaves; a
`Fault` makes single calls fail on purpose.
"""

from armbulk.sandbox.dialects import DIALECTS, Dialect
from armbulk.sandbox.faults import KINDS, Fault
from armbulk.sandbox.server import CLIENT_NO, Sandbox
from armbulk.sandbox.state import Call, State

__all__ = ["CLIENT_NO", "DIALECTS", "KINDS", "Call", "Dialect", "Fault", "Sandbox", "State"]
