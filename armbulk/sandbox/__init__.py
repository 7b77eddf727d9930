"""A stand-in ARM on loopback, written from ARM's public documentation alone (it knows nothing of the rest of armbulk)."""

from armbulk.sandbox.server import Sandbox

__all__ = ["Sandbox"]
