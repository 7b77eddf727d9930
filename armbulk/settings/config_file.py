"""Read config.toml: the settings of a profile, severities of rules, and names of mapping files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armbulk.errors import SettingsError, describe_os_error
from armbulk.findings.catalogue import TUNABLE
from armbulk.i18n import _
from armbulk.model.toml_text import TomlTextError, parse_toml
from armbulk.settings.names import NAMES, SECRETS

FILE_NAME = "config.toml"

_SEVERITIES = {"error", "warning", "off"}


@dataclass(frozen=True, slots=True)
class ConfiguredProfile:
    """What config.toml has for one profile.

    Attributes:
        settings: Name → value.
        rules: Code → error, warning or off.
        mappings: Name → mapping file.
    """

    settings: dict[str, str]
    rules: dict[str, str]
    mappings: dict[str, str]


def read_profile(home: Path, name: str, *, must_exist: bool) -> ConfiguredProfile:
    """Read a profile; `[rules]` and `[mappings]` apply to every profile, the profile's own override them.

    Raises:
        SettingsError: The file cannot be read, has a wrong value, or lacks a profile that must exist.
    """
    path = home / FILE_NAME
    try:
        content = parse_toml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        content = {}
    except (OSError, ValueError) as error:
        raise unreadable_error(path, error) from None
    rules = _check_rules(content.get("rules", {}), path)
    mappings = _resolve_mappings(content.get("mappings", {}), path)
    profiles = content.get("profiles", {})
    if name not in profiles:
        if must_exist:
            known = ", ".join(profiles) or _("none")
            raise SettingsError(
                "no-such-profile",
                _("There is no profile '{name}'", name=name),
                _(
                    "Profiles in {path}: {known}. Create this one with `armbulk login --profile {name}`.",
                    path=path,
                    known=known,
                    name=name,
                ),
            )
        return ConfiguredProfile({}, rules, mappings)
    values = dict(profiles[name])
    rules.update(_check_rules(values.pop("rules", {}), path))
    mappings.update(_resolve_mappings(values.pop("mappings", {}), path))
    return ConfiguredProfile(_check_settings(values, path, name), rules, mappings)


def unreadable_error(path: Path, error: Exception) -> SettingsError:
    """Return the error for a config.toml that cannot be opened, or is not TOML."""
    if isinstance(error, OSError):
        message = _("{path} cannot be read: {reason}", path=path, reason=describe_os_error(error))
        hint = _("Check the folder and its permissions (setting ARMBULK_HOME)")
    elif isinstance(error, UnicodeDecodeError):
        message = _("{path} is not a UTF-8 text file", path=path)
        hint = _("Save the file as UTF-8")
    else:
        message = _("{path} is not valid TOML", path=path)
        if isinstance(error, TomlTextError):
            message = _("{path} is not valid TOML: {reason}", path=path, reason=error.reason)
        hint = _("Fix the file with a text editor")
    return SettingsError("config-unreadable", message, hint)


def _resolve_mappings(table: Any, path: Path) -> dict[str, str]:
    """Read a `[mappings]` table: name → file, relative to the folder of config.toml."""
    if not isinstance(table, dict) or not all(isinstance(file, str) for file in table.values()):
        raise SettingsError(
            "mappings-wrong",
            _("[mappings] in {path} must contain names of mapping files", path=path),
            _('For example: mine = "mine.toml"'),
        )
    return {name: str(path.parent / Path(file).expanduser()) for name, file in table.items()}


def _check_rules(content: Any, path: Path) -> dict[str, str]:
    """Read a `[rules]` table: code → error, warning or off."""
    table = content if isinstance(content, dict) else {"rules": content}
    for code, severity in table.items():
        if code not in TUNABLE:
            raise SettingsError(
                "rule-unknown",
                _("[rules] in {path}: '{code}' is not a rule that can be changed", path=path, code=code),
                _("Rules that can be changed: {rules}", rules=", ".join(sorted(TUNABLE))),
            )
        if severity not in _SEVERITIES:
            raise SettingsError(
                "rule-wrong",
                _(
                    "[rules] in {path}: '{severity}' is not a valid value for {code}",
                    path=path,
                    code=code,
                    severity=severity,
                ),
                _("Use error, warning or off"),
            )
    return dict(table)


def _check_settings(values: dict[str, Any], path: Path, name: str) -> dict[str, str]:
    unknown = [key for key in values if key not in NAMES]
    secret = [key for key in values if key in SECRETS]
    if unknown:
        raise SettingsError(
            "setting-unknown",
            _("{path}, profile {name}: unknown setting {unknown}", path=path, name=name, unknown=", ".join(unknown)),
            _("Settings: {names}", names=", ".join(NAMES)),
        )
    if secret:
        raise SettingsError(
            "secret-in-file",
            _(
                "{path}, profile {name}: {secret} is not allowed in config.toml",
                path=path,
                name=name,
                secret=", ".join(secret),
            ),
            _(
                "Save it in the keyring with `armbulk login`. Or set ARMBULK_TOKEN or "
                "ARMBULK_CLIENT_SECRET in the environment, or set secret_file to a file only you can "
                "read."
            ),
        )
    return {key: str(value) for key, value in values.items()}
