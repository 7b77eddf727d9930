"""A stand-in ARM on loopback, written from ARM's public documentation alone: a second witness."""

from armbulk.sandbox.server import Sandbox

__all__ = ["Sandbox"]
