"""The profiles of config.toml: which there are, and writing one without touching what else stands there."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import tomlkit
from tomlkit.exceptions import ParseError

from armbulk.errors import SettingsError


def names(home: Path) -> list[str]:
    """The profiles there are, in their order."""
    profiles = _document(home).get("profiles", {})
    return [name for name, values in profiles.items() if isinstance(values, dict)] if isinstance(profiles, dict) else []


def save(home: Path, name: str, settings: Mapping[str, str]) -> Path:
    """Write a profile's settings into config.toml; comments, rules and other profiles stay. Owner-only."""
    document = _document(home)
    profiles = document.setdefault("profiles", tomlkit.table(is_super_table=True))
    profile = profiles.setdefault(name, tomlkit.table())
    profile.update(settings)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(prefix=".config-", dir=home)  # mkstemp makes it readable by its owner alone
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(tomlkit.dumps(document))
        file.flush()
        os.fsync(file.fileno())
    return Path(temporary).replace(home / "config.toml")


def _document(home: Path) -> tomlkit.TOMLDocument:
    path = home / "config.toml"
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return tomlkit.document()
    except (OSError, ValueError, ParseError) as error:
        raise SettingsError("config-unreadable", f"{path}: {error}", "Mend the file; it must be TOML") from None
