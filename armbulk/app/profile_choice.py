"""The profiles of this computer, for a choice: which client each is for, and where."""

from dataclasses import dataclass
from pathlib import Path

from armbulk.i18n import Text
from armbulk.model.client_name import name_client
from armbulk.model.environment import Environment, find_environment, name_environment
from armbulk.settings.config_file import read_every_profile


@dataclass(frozen=True, slots=True)
class ProfileChoice:
    """A profile that can be chosen.

    Attributes:
        name: Its name in config.toml.
        client: Its client, as people write it: number and name.
        environment: Where it sends to.
        environment_name: What people call this.
    """

    name: str
    client: str
    environment: Environment
    environment_name: Text


def list_profile_choices(home: Path) -> list[ProfileChoice]:
    """Return the profiles of config.toml, in the order of the file; settings of the environment are not in them.

    Raises:
        SettingsError: The file cannot be read.
    """
    choices = []
    for name, settings in read_every_profile(home).items():
        address = settings.get("base_url", "")
        environment = find_environment(address)
        client = name_client(settings.get("client_no", ""), settings.get("client_name"))
        choices.append(ProfileChoice(name, client, environment, name_environment(environment, address)))
    return choices
