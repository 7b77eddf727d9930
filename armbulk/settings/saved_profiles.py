"""Save a profile in config.toml, or choose the default one, without changing the rest of the file."""

import contextlib
import os
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable, Table

from armbulk.errors import SettingsError, describe_os_error
from armbulk.i18n import _
from armbulk.model.toml_text import parse_toml
from armbulk.settings.config_file import DEFAULT_KEY, FILE_NAME, unreadable_error


def save_settings(home: Path, name: str, settings: Mapping[str, str | bool]) -> Path:
    """Save settings of a profile in config.toml, and remove texts that are empty; return the file's path.

    The file is readable by its owner only. Comments, rules, other settings and other profiles stay: the new text is
    parsed and compared before it replaces the file.

    Raises:
        SettingsError: The file cannot be changed or written.
    """
    path = home / FILE_NAME
    text = _add_profile(home, name, settings, tomlkit.table) or _add_profile(home, name, settings, tomlkit.inline_table)
    if text is None:
        raise SettingsError(
            "config-unclear",
            _("armbulk cannot add the profile to {path}", path=path),
            _("Add the profile with a text editor"),
        )
    _write(path, text)
    return path


def save_default_profile(home: Path, name: str) -> Path:
    """Make a profile the one that is used where none is named; return the file's path.

    Raises:
        SettingsError: The file cannot be changed or written.
    """
    path, document = home / FILE_NAME, _read_document(home)
    intended = {**document.unwrap(), DEFAULT_KEY: name}
    document[DEFAULT_KEY] = name
    text = tomlkit.dumps(document)
    if tomllib.loads(text) != intended:
        line = f'{DEFAULT_KEY} = "{name}"'
        raise SettingsError(
            "config-unclear",
            _("armbulk cannot choose the default profile in {path}", path=path),
            _("Write this as the first line of the file: {line}", line=line),
        )
    _write(path, text)
    return path


def _write(path: Path, text: str) -> None:
    try:
        _replace(path, text)
    except OSError as error:
        why = _("{path} cannot be written: {reason}", path=path, reason=describe_os_error(error))
        raise SettingsError("config-unwritable", why, _("Check that you may write in its folder")) from None


def _add_profile(
    home: Path, name: str, settings: Mapping[str, str | bool], make_table: Callable[[], Table | InlineTable]
) -> str | None:
    """Return the file's new text; None where it would not have the intended content.

    `make_table` makes the table of a new profile.
    """
    document = _read_document(home)
    intended = document.unwrap()
    try:
        own = intended.setdefault("profiles", {}).setdefault(name, {})
        profiles = document.setdefault("profiles", tomlkit.table(is_super_table=True))
        profile = profiles.setdefault(name, make_table())
        for key, value in settings.items():
            for table in (profile, own):
                if value != "":
                    table[key] = value
                else:
                    table.pop(key, None)
        text = tomlkit.dumps(document)
        return text if tomllib.loads(text) == intended else None
    except (AttributeError, TypeError, ValueError, TOMLKitError):
        return None


def _replace(path: Path, text: str) -> None:
    """Replace a file atomically."""
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


def _read_document(home: Path) -> tomlkit.TOMLDocument:
    path = home / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8-sig")
        parse_toml(text)  # its errors have words of ours
        return tomlkit.parse(text)
    except FileNotFoundError:
        return tomlkit.document()
    except (OSError, ValueError, TOMLKitError) as error:
        raise unreadable_error(path, error) from None
