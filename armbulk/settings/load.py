"""Settings: option > environment > profile > default. Nothing else reads the environment."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import platformdirs

from armbulk.arm.credentials import LOOPBACK, Login, is_header_safe
from armbulk.errors import SettingsError
from armbulk.findings.catalogue import TUNABLE
from armbulk.quota.limits import Account, QuotaLimits

DEFAULTS = {
    "user_id": "armbulk",
    "client_size": "S",
    "poll_seconds": "2",
    "settle_seconds": "1800",
    "wait_seconds": "3600",
    "batch_documents": "50",
    "batch_customers": "500",
    "batch_bytes": str(2 * 1024 * 1024),
    "reserve_percent": "5",
}
"""Settings with a default; the rest must be given where they are needed."""

NAMES = (
    "base_url",
    "client_no",
    "token",
    "token_url",
    "client_id",
    "client_secret",
    "secret_file",
    "ca_file",
    "store",
    "shared_store",
    "lang",
    "dates",
    "decimal",
    *DEFAULTS,
)
"""Every setting: `name` in a profile, `ARMBULK_NAME` in the environment."""

_SYNCED = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
"""Where Windows tells which folders it synchronises."""

_SECRET = frozenset({"token", "client_secret"})


@dataclass(frozen=True, slots=True)
class Profile:
    """The settings of one client in one environment; secrets do not show in `repr`."""

    name: str
    home: Path
    store_url: str
    lang: str
    base_url: str
    client_no: str
    login: Login = field(repr=False)
    secret_file: str = ""  # where the secret stands, on machines without a keyring
    user_id: str = "armbulk"
    client_size: str = "S"
    poll_seconds: float = 2.0
    settle_seconds: float = 1800.0
    wait_seconds: float = 3600.0
    batch_documents: int = 50
    batch_customers: int = 500
    batch_bytes: int = 2 * 1024 * 1024
    limits: QuotaLimits = field(default_factory=lambda: QuotaLimits.for_size("S"))
    dates: str = ""
    decimal: str = ""
    rules: Mapping[str, str] = field(default_factory=dict)
    mappings: Mapping[str, str] = field(default_factory=dict)  # name → file
    shared_store: bool = False
    synced_folders: tuple[str, ...] = ()  # those the environment names

    @property
    def account(self) -> Account:
        """The client whose meters and documents are meant: its origin (said in one way) and number."""
        parts = urlsplit(self.base_url)
        usual = {"https": ":443", "http": ":80"}.get(parts.scheme, ":")
        host = parts.netloc.lower().removesuffix(usual)
        return Account(f"{parts.scheme}://{host}" + parts.path.rstrip("/"), self.client_no)

    def require_server(self) -> None:
        """Make sure ARM can be called; SettingsError names what is missing."""
        missing = [name for name in ("base_url", "client_no") if not getattr(self, name)]
        there = self.login.token or (self.login.by_client and self.login.client_secret)
        if not there and not missing:
            raise self._no_secret()
        if not there:
            missing.append("token (or token_url, client_id and client_secret)")
        if self.login.token and not is_header_safe(self.login.token):
            raise SettingsError(
                "token-wrong", "The token holds characters that no token has, such as a blank", "Copy it once more"
            )
        if missing:
            names = ", ".join(f"ARMBULK_{name.upper()}" if " " not in name else "ARMBULK_TOKEN" for name in missing)
            raise SettingsError(
                "settings-missing",
                f"Not set: {', '.join(missing)}",
                f"`armbulk login` asks for them; or set {names} in the environment, "
                f"or the profile in {self.home / 'config.toml'}. `armbulk demo` works without",
            )

    def _no_secret(self) -> SettingsError:
        name = "CLIENT_SECRET" if self.login.by_client else "TOKEN"
        return SettingsError(
            "settings-missing",
            f"There is no {'client secret' if self.login.by_client else 'token'} for profile {self.name} at "
            f"{self.account.origin}, client {self.client_no}, neither set nor in this machine's keyring; one that was "
            "kept for another address or client is not used",
            f"`armbulk login --profile {self.name}` asks for it and keeps it; where there is no keyring, set "
            f"ARMBULK_{name} in the environment or give --secret-file FILE",
        )


def load_profile(
    environ: Mapping[str, str],
    profile: str | None = None,
    options: Mapping[str, str | None] = MappingProxyType({}),
    aup_file: Path | None = None,
    *,
    new: bool = False,
) -> Profile:
    """Read the settings; `said` are the options given, a `new` profile need not exist yet.

    SettingsError says which one is wrong, and where it stands.
    """
    home = locate_home(environ)
    name = profile or environ.get("ARMBULK_PROFILE") or "default"
    asked = bool(profile or environ.get("ARMBULK_PROFILE")) and not new
    own = _profile(home, name, asked=asked)
    found = {**DEFAULTS, **own.settings}
    found.update({key: value for key in NAMES if (value := environ.get(f"ARMBULK_{key.upper()}"))})
    if options.get("secret_file"):
        found.update(token="", client_secret="")  # an option goes before the environment
    found.update({key: value for key, value in options.items() if value})
    base_url = check_address(found.get("base_url", ""))
    parts = ("token", "token_url", "client_id", "client_secret", "ca_file")
    login = Login(*(found.get(key, "").strip() for key in parts))
    check_address(login.token_url)
    return Profile(
        name=name,
        home=home,
        store_url=found.get("store") or f"sqlite:///{home / 'armbulk.db'}",
        lang=_lang(found.get("lang") or _locale(environ)),
        base_url=base_url,
        client_no=found.get("client_no", "").strip(),
        login=login,
        secret_file=str(home / Path(found["secret_file"]).expanduser()) if found.get("secret_file") else "",
        user_id=found["user_id"],
        client_size=found["client_size"].upper(),
        poll_seconds=_number(found, "poll_seconds"),
        settle_seconds=_number(found, "settle_seconds"),
        wait_seconds=_number(found, "wait_seconds"),
        batch_documents=max(1, int(_number(found, "batch_documents"))),
        batch_customers=max(1, int(_number(found, "batch_customers"))),
        batch_bytes=max(1024, int(_number(found, "batch_bytes"))),
        limits=_limits(found, aup_file),
        dates=_one_of(found, "dates", ("dmy", "mdy", "ymd")),
        decimal=_one_of(found, "decimal", (",", ".")),
        rules=own.rules,
        mappings=own.mappings,
        shared_store=_one_of(found, "shared_store", ("yes", "no")) == "yes",
        synced_folders=tuple(environ[name] for name in _SYNCED if environ.get(name)),
    )


def locate_home(environ: Mapping[str, str]) -> Path:
    """The folder of config.toml and the store: ARMBULK_HOME, else the platform's own place."""
    given = environ.get("ARMBULK_HOME")
    return Path(given).expanduser() if given else Path(platformdirs.user_data_dir("armbulk", appauthor=False))


@dataclass(frozen=True, slots=True)
class _Own:
    """What config.toml says: a profile's settings, severities of rules, and names of mapping files."""

    settings: dict[str, str]
    rules: dict[str, str]
    mappings: dict[str, str]


def _profile(home: Path, name: str, *, asked: bool) -> _Own:
    """Read one profile; `[rules]` and `[mappings]` hold for all, the profile's own come on top."""
    path = home / "config.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        content = {}
    except (OSError, ValueError) as error:
        raise SettingsError("config-unreadable", f"{path}: {error}", "Mend the file; it must be TOML") from None
    rules = _rules(content.get("rules", {}), path)
    mappings = _mappings(content.get("mappings", {}), path)
    profiles = content.get("profiles", {})
    if name not in profiles:
        if asked:
            known = ", ".join(profiles) or "none"
            raise SettingsError(
                "no-such-profile",
                f"There is no profile {name!r}",
                f"{path} has: {known}; `armbulk login --profile {name}` makes it",
            )
        return _Own({}, rules, mappings)
    values = dict(profiles[name])
    rules.update(_rules(values.pop("rules", {}), path))
    mappings.update(_mappings(values.pop("mappings", {}), path))
    return _Own(_checked(values, path, name), rules, mappings)


def _mappings(given: Any, path: Path) -> dict[str, str]:
    """Read a `[mappings]` table: name → file, relative to config.toml's folder."""
    if not isinstance(given, dict) or not all(isinstance(file, str) for file in given.values()):
        raise SettingsError("mappings-wrong", f"{path}, [mappings] must hold names of files", 'mine = "mine.toml"')
    return {name: str(path.parent / Path(file).expanduser()) for name, file in given.items()}


def _rules(given: Any, path: Path) -> dict[str, str]:
    """Read a `[rules]` table: code → error, warning or off."""
    table = given if isinstance(given, dict) else {"rules": given}
    for code, word in table.items():
        if code not in TUNABLE:
            raise SettingsError("rule-unknown", f"{path}, [rules]: {code}", f"Known: {', '.join(sorted(TUNABLE))}")
        if word not in {"error", "warning", "off"}:
            raise SettingsError("rule-wrong", f"{path}, [rules]: {code} is {word!r}", "Give error, warning or off")
    return dict(table)


def _checked(values: dict[str, Any], path: Path, name: str) -> dict[str, str]:
    unknown = [key for key in values if key not in NAMES]
    secret = [key for key in values if key in _SECRET]
    if unknown:
        raise SettingsError(
            "setting-unknown", f"{path}, profile {name}: {', '.join(unknown)}", f"Known: {', '.join(NAMES)}"
        )
    if secret:
        raise SettingsError(
            "secret-in-file",
            f"{path}, profile {name}: {', '.join(secret)} must not stand in a file",
            "`armbulk login` keeps it in the keyring; else set ARMBULK_TOKEN or ARMBULK_CLIENT_SECRET in the "
            "environment, or name a file only you can read as secret_file",
        )
    return {key: str(value) for key, value in values.items()}


def check_address(url: str) -> str:
    """An address that secrets may be sent to, or none; SettingsError for one that is not encrypted, or not sound."""
    if not url:
        return ""
    wrong = SettingsError("address-wrong", "The address is not usable", "Write it like https://HOST/arm/v1")
    try:
        parts = urlsplit(url)
        there = bool(parts.hostname and (parts.port is None or parts.port))
    except ValueError:
        raise wrong from None
    if parts.username or parts.password:  # before anything quotes it
        raise wrong
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        where = f"{parts.scheme or '?'}://{parts.hostname or '?'}"
        raise SettingsError(
            "address-insecure", f"{where}/… is not an https address", "Use https://…; http is for loopback"
        )
    if not there or parts.query or parts.fragment or not url.isprintable() or " " in url or "\\" in url:
        raise wrong
    return url.rstrip("/")


def _number(found: Mapping[str, str], name: str) -> float:
    try:
        value = float(found[name])
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        raise SettingsError(
            "setting-wrong", f"{name} is {found[name]!r}", f"Give a number, as ARMBULK_{name.upper()} or in the profile"
        )
    return value


def _one_of(found: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = found.get(name, "")
    if value and value not in allowed:
        raise SettingsError("setting-wrong", f"{name} is {value!r}", f"Give one of {' '.join(allowed)}")
    return value


def _limits(found: Mapping[str, str], aup_file: Path | None) -> QuotaLimits:
    ceiling = 1 - _number(found, "reserve_percent") / 100
    try:
        if aup_file is not None:
            return QuotaLimits.from_table(tomllib.loads(aup_file.read_text(encoding="utf-8")), ceiling=ceiling)
        return QuotaLimits.for_size(found["client_size"].upper(), ceiling=ceiling)
    except (OSError, ValueError, KeyError) as error:
        where = f"{aup_file}" if aup_file else f"client_size {found['client_size']!r}"
        raise SettingsError("limits-wrong", f"{where}: {error}", "Give S, M, L or XL, or a sound --aup-file") from None


def _lang(lang: str) -> str:
    if lang not in {"en", "no"}:
        raise SettingsError("lang-unknown", f"There is no language {lang!r}", "Use en or no")
    return lang


def _locale(environ: Mapping[str, str]) -> str:
    said = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "no" if said.lower().startswith(("nb", "nn", "no")) else "en"


def read_environment() -> Mapping[str, str]:
    """The process's environment, for the one caller that builds the desk."""
    return os.environ
