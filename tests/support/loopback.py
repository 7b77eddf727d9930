"""Calls to this machine without TLS: they load no certificates, which takes longer than most tests."""

import ssl

import httpx

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""It trusts no one: a call with TLS fails."""


def open_loopback() -> httpx.HTTPTransport:
    """Return a transport of calls to this machine."""
    return httpx.HTTPTransport(verify=NO_CERTIFICATES)
