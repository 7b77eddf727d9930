"""The profiles of config.toml: which there are, and writing one without touching what else stands there."""

import contextlib
import os
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable, Table

from armbulk.errors import SettingsError


def list_profile_names(home: Path) -> list[str]:
    """The profiles there are, in their order."""
    profiles = _document(home).get("profiles", {})
    return [name for name, values in profiles.items() if isinstance(values, dict)] if isinstance(profiles, dict) else []


def save_settings(home: Path, name: str, settings: Mapping[str, str]) -> Path:
    """Write settings of a profile into config.toml, and take out those that are empty. Owner-only.

    Comments, rules, other settings and other profiles stay: what is written is read again before it takes the file's
    place. SettingsError when it cannot be.
    """
    path = home / "config.toml"
    text = _added(home, name, settings, tomlkit.table) or _added(home, name, settings, tomlkit.inline_table)
    if text is None:
        raise SettingsError("config-unclear", f"{path} cannot be added to as it stands", "Write the profile by hand")
    try:
        _replace(path, text)
    except OSError as error:
        why = f"{path} cannot be written: {error.strerror}"
        raise SettingsError("config-unwritable", why, "Check its folder") from None
    return path


def _added(home: Path, name: str, settings: Mapping[str, str], kind: Callable[[], Table | InlineTable]) -> str | None:
    """The file's new text, with a new profile as this `kind` of table; None where it would not say what it should."""
    document = _document(home)
    wanted = document.unwrap()
    try:
        own = wanted.setdefault("profiles", {}).setdefault(name, {})
        profiles = document.setdefault("profiles", tomlkit.table(is_super_table=True))
        profile = profiles.setdefault(name, kind())
        for key, value in settings.items():
            for one in (profile, own):
                if value:
                    one[key] = value
                else:
                    one.pop(key, None)
        text = tomlkit.dumps(document)
        return text if tomllib.loads(text) == wanted else None
    except (AttributeError, TypeError, ValueError, TOMLKitError):
        return None


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(prefix=".config-", dir=path.parent)  # readable by its owner alone
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def _document(home: Path) -> tomlkit.TOMLDocument:
    path = home / "config.toml"
    try:
        return tomlkit.parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return tomlkit.document()
    except (OSError, ValueError, TOMLKitError) as error:
        raise SettingsError("config-unreadable", f"{path}: {error}", "Mend the file; it must be TOML") from None
