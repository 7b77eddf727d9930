"""Staging and production are recognised by their hosts; any other host is unknown."""

import pytest

from armbulk.model.environment import find_environment, name_environment


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://api.amili.no/arm/v1", "production"),
        ("https://API.amili.no:443/arm/v1", "production"),
        ("https://api.staging.amili.no/arm/v1", "staging"),
        ("https://auth.staging.amili.no/token", "staging"),
        ("http://127.0.0.1:8080/arm/v1", "the sandbox on this computer"),
        ("http://[::1]:8080/arm/v1", "the sandbox on this computer"),
        ("https://staging.example.com/arm/v1", "unknown environment (staging.example.com)"),
        ("https://api.staging.amili.no.example.com/arm/v1", "unknown environment (api.staging.amili.no.example.com)"),
        ("https://test.amili.no/arm/v1", "unknown environment (test.amili.no)"),
    ],
)
def test_the_environment_of_an_address(address: str, name: str) -> None:
    """A host that only resembles one of Amili's is not called by its name."""
    assert name_environment(find_environment(address), address) == name
