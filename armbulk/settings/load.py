"""Load the settings: option > environment > profile > default. Nothing else reads the environment."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

import platformdirs

from armbulk.arm.credentials import LOOPBACK, Login
from armbulk.errors import SettingsError, describe_os_error
from armbulk.i18n import _, choose_language, find_language, list_language_names
from armbulk.model.read_options import DATE_ORDERS, DECIMAL_SEPARATORS
from armbulk.model.toml_text import TomlTextError, parse_toml
from armbulk.quota.limits import LimitTableError, QuotaLimits
from armbulk.quota.tiers import TIERS
from armbulk.settings.config_file import ConfiguredProfile, read_profile
from armbulk.settings.names import DEFAULT_SETTINGS, NAMES
from armbulk.settings.profile import Profile

_SYNCED_FOLDER_VARIABLES = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
"""Variables in which Windows names the folders it synchronises."""

_GUARD_NAME = "armbulk-sendings"
"""Not `armbulk`: on Windows the cache folder of that name is in the folder of the store."""

_STORE_PREFIX = "sqlite:///"

_FLAGS = {"true": True, "yes": True, "false": False, "no": False}

_LOGIN_SETTINGS = ("token", "token_url", "client_id", "client_secret", "ca_file")
"""The settings of a `Login`, in the order of its fields."""


def load_profile(
    environ: Mapping[str, str],
    profile: str | None = None,
    options: Mapping[str, str | None] = MappingProxyType({}),
    aup_file: Path | None = None,
    *,
    new: bool = False,
) -> Profile:
    """Load the settings of a profile.

    Args:
        environ: The environment.
        profile: The profile's name; None: the environment's, else the default profile.
        options: Settings given as options of the command.
        aup_file: A file with limits that replace those of the client size.
        new: Whether the profile may be missing from config.toml.

    Raises:
        SettingsError: A setting is wrong; the error names it and where it is.
    """
    home = locate_home(environ)
    configured = read_profile(home, profile or environ.get("ARMBULK_PROFILE") or None, must_exist=not new)
    values = _merge_settings(environ, configured, options)
    base_url = check_address(values.get("base_url", ""))
    login = Login(*(values.get(key, "").strip() for key in _LOGIN_SETTINGS))
    check_address(login.token_url)
    secret_file = values.get("secret_file")
    return Profile(
        name=configured.name,
        home=home,
        store_url=_check_store(values.get("store", ""), home),
        lang=_read_lang(values.get("lang"), environ),
        base_url=base_url,
        client_no=values.get("client_no", "").strip(),
        login=login,
        client_name=" ".join(values.get("client_name", "").split()),
        secret_file=str(home / Path(secret_file).expanduser()) if secret_file else "",
        log_file=_log_file(values.get("log"), Path.cwd() if environ.get("ARMBULK_LOG") else home),
        user_id=values["user_id"],
        client_size=values["client_size"].upper(),
        poll_seconds=_read_number(values, "poll_seconds"),
        settle_seconds=_read_number(values, "settle_seconds"),
        wait_seconds=_read_number(values, "wait_seconds"),
        batch_documents=max(1, int(_read_number(values, "batch_documents"))),
        batch_customers=max(1, int(_read_number(values, "batch_customers"))),
        batch_bytes=max(1024, int(_read_number(values, "batch_bytes"))),
        limits=_read_limits(values, aup_file),
        dates=_read_choice(values, "dates", DATE_ORDERS),
        decimal=_read_choice(values, "decimal", DECIMAL_SEPARATORS),
        known_profiles=configured.known,
        rules=configured.rules,
        mappings=configured.mappings,
        migration=configured.migration,
        experimental=configured.experimental,
        shared_store=_read_choice(values, "shared_store", ("yes", "no")) == "yes",
        synced_folders=tuple(environ[name] for name in _SYNCED_FOLDER_VARIABLES if environ.get(name)),
        sole_sender=_read_flag(values, "sole_sender"),
        guard_folder=str(_locate_guard_folder(values, home)),
    )


def _merge_settings(
    environ: Mapping[str, str], configured: ConfiguredProfile, options: Mapping[str, str | None]
) -> dict[str, str]:
    values = {**DEFAULT_SETTINGS, **configured.settings}
    values.update({key: value for key in NAMES if (value := environ.get(f"ARMBULK_{key.upper()}"))})
    if options.get("secret_file"):
        values.update(token="", client_secret="")  # an option overrides the environment
    values.update({key: value for key, value in options.items() if value})
    return values


def _check_store(url: str, home: Path) -> str:
    """Return the address of the store: a SQLite file, by its full path. Without a setting it is in the home folder.

    Other databases have no lock for a client that all machines see, and a path that depends on the current folder is
    another store in each: both would send a document twice. The address is never quoted: it may have a password.
    """
    if not url:
        return f"{_STORE_PREFIX}{home / 'armbulk.db'}"
    path = url.removeprefix(_STORE_PREFIX)
    if not url.startswith(_STORE_PREFIX) or not Path(path).is_absolute() or set(path) & set("?\0"):
        example = f"{_STORE_PREFIX}{home.absolute() / 'armbulk.db'}"
        raise SettingsError(
            "store-unsupported",
            _("The setting store (ARMBULK_STORE) must be the full path of a SQLite file"),
            _(
                "For example: {address}. armbulk does not support other databases yet.",
                address=example,
            ),
        )
    return url


def _locate_guard_folder(values: Mapping[str, str], home: Path) -> Path:
    """Return the folder that tells an older copy of the store: backups of the store's folder must not have it too."""
    if not values.get("guard_folder"):
        return Path(platformdirs.user_cache_dir(_GUARD_NAME, appauthor=False))
    folder = Path(values["guard_folder"]).expanduser()
    if not folder.is_absolute() or folder.is_relative_to(home.absolute()):
        raise SettingsError(
            "setting-wrong",
            _("guard_folder: '{value}' cannot be used", value=values["guard_folder"]),
            _("Use an absolute path outside {home}, so that a backup of that folder does not include it", home=home),
        )
    return folder


def _log_file(name: str | None, folder: Path) -> str:
    """Return the absolute path of the log file: a profile's is below the home folder, others below the current one."""
    return str(folder / Path(name).expanduser()) if name else ""


def locate_home(environ: Mapping[str, str]) -> Path:
    """Return the folder of config.toml and the store: ARMBULK_HOME, else the platform's own."""
    home = environ.get("ARMBULK_HOME")
    return Path(home).expanduser() if home else Path(platformdirs.user_data_dir("armbulk", appauthor=False))


def check_address(url: str) -> str:
    """Return an address without a trailing slash; "" stays "".

    Raises:
        SettingsError: The address is malformed, or secrets may not be sent to it because it is not encrypted.
    """
    if not url:
        return ""
    malformed = SettingsError("address-wrong", _("The address is not valid"), _("Use the form https://HOST/arm/v1"))
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname and (parts.port is None or parts.port))
    except ValueError:
        raise malformed from None
    if parts.username or parts.password:  # checked before a message quotes the address
        raise malformed
    if "://" not in url:  # a word, not an address of another kind
        raise malformed
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        origin = f"{parts.scheme or '?'}://{parts.hostname or '?'}"
        raise SettingsError(
            "address-insecure",
            _("{origin}/… is not an https address", origin=origin),
            _("Use https://… (http is only allowed for 127.0.0.1)"),
        )
    if not has_host or parts.query or parts.fragment or not url.isprintable() or " " in url or "\\" in url:
        raise malformed
    return url.rstrip("/")


def _read_number(values: Mapping[str, str], name: str) -> float:
    try:
        number = float(values[name])
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e9:
        raise SettingsError(
            "setting-wrong",
            _("{name}: '{value}' is not a valid number", name=name, value=values[name]),
            _(
                "Use a number of 0 or more (ARMBULK_{variable}, or {name} in config.toml)",
                variable=name.upper(),
                name=name,
            ),
        )
    return number


def _read_choice(values: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = values.get(name, "")
    if value and value not in allowed:
        raise SettingsError(
            "setting-wrong",
            _("{name}: '{value}' is not a valid value", name=name, value=value),
            _("Use one of these: {allowed}", allowed=", ".join(allowed)),
        )
    return value


def _read_flag(values: Mapping[str, str], name: str) -> bool:
    value = values[name].strip().lower()
    if value not in _FLAGS:
        raise SettingsError(
            "setting-wrong",
            _("{name}: '{value}' is not a valid value", name=name, value=values[name]),
            _("Use true or false"),
        )
    return _FLAGS[value]


def _read_limits(values: Mapping[str, str], aup_file: Path | None) -> QuotaLimits:
    ceiling = 1 - _read_number(values, "reserve_percent") / 100
    try:
        if aup_file is not None:
            return QuotaLimits.from_table(parse_toml(aup_file.read_text(encoding="utf-8-sig")), ceiling=ceiling)
        return QuotaLimits.for_size(values["client_size"].upper(), ceiling=ceiling)
    except (OSError, ValueError, KeyError) as error:
        if aup_file is not None:
            raise _limits_error(aup_file, error) from None
        *sizes, last_size = TIERS
        hint = _("Use {sizes} or {last_size}", sizes=", ".join(sizes), last_size=last_size)
        raise SettingsError(
            "limits-wrong", _("client_size: '{value}' is not a client size", value=values["client_size"]), hint
        ) from None


def _limits_error(path: Path, error: Exception) -> SettingsError:
    if isinstance(error, OSError):
        message = _("{path} cannot be read: {reason}", path=path, reason=describe_os_error(error))
    elif isinstance(error, TomlTextError | LimitTableError):
        message = _("{path} is not a valid file with limits: {reason}", path=path, reason=error.reason)
    else:
        message = _("{path} is not a UTF-8 text file", path=path)
    return SettingsError("limits-wrong", message, _("Fix the file, or remove --aup-file to use the built-in limits"))


def _read_lang(lang: str | None, environ: Mapping[str, str]) -> str:
    known = find_language(lang) if lang else choose_language(environ)
    if known is None:
        raise SettingsError(
            "lang-unknown",
            _("Language '{lang}' is not supported", lang=lang),
            _("Use one of these: {languages}", languages=", ".join(list_language_names())),
        )
    return known
