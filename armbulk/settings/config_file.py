"""Read config.toml: the settings of a profile, severities of rules, and names of mapping files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armbulk.errors import SettingsError, describe_os_error
from armbulk.findings.catalogue import TUNABLE
from armbulk.i18n import _, join_choices, join_texts
from armbulk.model.request_form import ExperimentalWrite
from armbulk.model.similar_words import find_similar
from armbulk.model.toml_text import TomlTextError, parse_toml
from armbulk.resources.migration_questions import CATEGORIES, QUESTION_RULES, AnswerForm, QuestionRule, is_answer
from armbulk.settings.experiments import read_experiments
from armbulk.settings.names import NAMES, SECRETS

FILE_NAME = "config.toml"
DEFAULT_KEY = "default_profile"
"""The key of config.toml that names the default profile."""

DEFAULT_NAME = "default"
"""The default profile where config.toml names none."""

_SEVERITIES = {"error", "warning", "off"}

_MIGRATION_RULES = {**QUESTION_RULES, **dict.fromkeys(CATEGORIES, QuestionRule(AnswerForm.CODE))}


@dataclass(frozen=True, slots=True)
class ConfiguredProfile:
    """What config.toml has for one profile.

    Attributes:
        name: Its name.
        settings: Name → value.
        rules: Code → error, warning or off.
        mappings: Name → mapping file.
        migration: Key of a question of a migration → answer.
        experimental: Name → who confirmed the form of a write that is not documented.
        known: The names of all profiles.
    """

    name: str
    settings: dict[str, str]
    rules: dict[str, str]
    mappings: dict[str, str]
    migration: dict[str, str]
    experimental: dict[str, ExperimentalWrite]
    known: tuple[str, ...]


def read_profile(home: Path, name: str | None, *, must_exist: bool) -> ConfiguredProfile:
    """Read a profile; `[rules]`, `[mappings]`, `[migration]` and `[experimental]` apply to all, its own override them.

    Args:
        home: The folder of config.toml.
        name: The profile; None: the default profile, which may be missing where config.toml names none.
        must_exist: Whether a profile that was named has to be in config.toml.

    Raises:
        SettingsError: The file cannot be read, has a wrong value, or lacks a profile that must exist.
    """
    path, content = home / FILE_NAME, _read_content(home)
    rules = _check_rules(content.get("rules", {}), path)
    mappings = _resolve_mappings(content.get("mappings", {}), path)
    migration = _check_answers(content.get("migration", {}), path)
    experimental = read_experiments(content.get("experimental", {}), path)
    profiles = content.get("profiles", {})
    known = tuple(_list_names(content))
    chosen = name if name is not None else find_default_profile(content)
    if chosen not in profiles:
        if must_exist and (name is not None or DEFAULT_KEY in content):
            raise _missing_profile(chosen, known, path, is_default=name is None)
        return ConfiguredProfile(chosen, {}, rules, mappings, migration, experimental, known)
    values = dict(profiles[chosen])
    rules.update(_check_rules(values.pop("rules", {}), path))
    mappings.update(_resolve_mappings(values.pop("mappings", {}), path))
    migration.update(_check_answers(values.pop("migration", {}), path))
    experimental.update(read_experiments(values.pop("experimental", {}), path))
    settings = _check_settings(values, path, chosen)
    return ConfiguredProfile(chosen, settings, rules, mappings, migration, experimental, known)


def list_profile_names(home: Path) -> list[str]:
    """Return the names of the profiles, in the order of the file; SettingsError when it cannot be read."""
    return _list_names(_read_content(home))


def read_every_profile(home: Path) -> dict[str, dict[str, str]]:
    """Return the settings of each profile that are texts, in the order of the file; SettingsError: it is unreadable."""
    content = _read_content(home)
    return {
        name: {key: value for key, value in content["profiles"][name].items() if isinstance(value, str)}
        for name in _list_names(content)
    }


def read_default_profile(home: Path) -> str:
    """Return the name of the profile that is used where none is named; SettingsError when config.toml is unreadable."""
    return find_default_profile(_read_content(home))


def find_default_profile(content: Mapping[str, Any]) -> str:
    """Return the name of the default profile of a config.toml."""
    return str(content.get(DEFAULT_KEY) or DEFAULT_NAME)


def _read_content(home: Path) -> dict[str, Any]:
    path = home / FILE_NAME
    try:
        return parse_toml(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise unreadable_error(path, error) from None


def _list_names(content: Mapping[str, Any]) -> list[str]:
    profiles = content.get("profiles", {})
    return [name for name, values in profiles.items() if isinstance(values, dict)] if isinstance(profiles, dict) else []


def _missing_profile(name: str, known: Sequence[str], path: Path, *, is_default: bool) -> SettingsError:
    """Return the error for a profile that does not exist: with the similar ones, then all."""
    similar = find_similar(name, known)
    suggestion = _("Did you mean {name}?", name=join_choices(similar)) if similar else ""
    hint = (
        _(
            "Profiles in {path}: {known}. Create this one with `armbulk login --profile {name}`.",
            path=path,
            known=", ".join(known),
            name=name,
        )
        if known
        else _("There are no profiles yet. Create this one with `armbulk login --profile {name}`.", name=name)
    )
    message = _("There is no profile '{name}'", name=name)
    if is_default:
        message = _("The default profile '{name}' does not exist (default_profile in {path})", name=name, path=path)
    return SettingsError("no-such-profile", message, join_texts(suggestion, hint))


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


def _check_answers(content: Any, path: Path) -> dict[str, str]:
    """Read a `[migration]` table: key of a question → answer, and type of customer → category code.

    Days may be dates of TOML, numbers of days numbers.
    """
    table = content if isinstance(content, dict) else {"migration": content}
    answers = {}
    for key, value in table.items():
        rule, answer = _MIGRATION_RULES.get(key), str(value).strip()
        if rule is None:
            raise SettingsError(
                "answer-unknown",
                _("[migration] in {path}: '{key}' is not a question of a migration", path=path, key=key),
                _("Questions: {keys}", keys=", ".join(_MIGRATION_RULES)),
            )
        if not is_answer(rule, answer):
            raise SettingsError(
                "answer-wrong",
                _("[migration] in {path}: '{answer}' is no answer to {key}", path=path, answer=answer, key=key),
                _("Type {answers}", answers=rule.answers),
            )
        answers[key] = answer
    return answers


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
