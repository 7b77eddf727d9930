"""Where a write goes: environment, address and client of a profile."""

from dataclasses import dataclass
from decimal import Decimal

from armbulk.model.environment import Environment, find_environment
from armbulk.settings.profile import Profile


@dataclass(frozen=True, slots=True)
class Destination:
    """Where records go.

    Attributes:
        environment: Which environment of ARM that is.
        address: ARM's base URL.
        client_no: The client.
        profile: The name of the profile.
        reserved_percent: The share of ARM's limits that armbulk leaves to other programs.
        client_name: The name of the client; "": unknown.
    """

    environment: Environment
    address: str
    client_no: str
    profile: str
    reserved_percent: Decimal
    client_name: str = ""

    @classmethod
    def of_profile(cls, profile: Profile) -> "Destination":
        """Return where the records of a profile go."""
        address = profile.account.origin
        left = (1 - Decimal(str(profile.limits.ceiling))) * 100
        environment = find_environment(address)
        return cls(environment, address, profile.client_no, profile.name, left, profile.client_name)

    def to_json(self) -> dict[str, str]:
        """Return it as the JSON of `armbulk plan` has it."""
        return {
            "environment": self.environment.value,
            "address": self.address,
            "client_no": self.client_no,
            "client_name": self.client_name,
            "profile": self.profile,
        }
