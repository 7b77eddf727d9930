"""A profile: the settings of one client in one environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from armbulk.arm.credentials import Login, is_header_safe
from armbulk.errors import SettingsError
from armbulk.i18n import _, join_texts
from armbulk.model.request_form import ExperimentalWrite
from armbulk.quota.limits import Account, QuotaLimits

_NO_TOKEN = _(
    "Profile {name} has no token for client {client} at {origin}. A token that was saved for another client or address "
    "is not used."
)
_NO_CLIENT_SECRET = _(
    "Profile {name} has no client secret for client {client} at {origin}. A secret that was saved for another client "
    "or address is not used."
)
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}


@dataclass(frozen=True, slots=True)
class Profile:
    """The settings of one client in one environment; secrets do not show in `repr`.

    Attributes:
        client_name: The client's name on pages that people sign; "": only its number is shown.
        secret_file: The file with the secret, on machines without a keyring.
        log_file: The log file, absolute; empty: none.
        poll_seconds: Seconds before the first poll of a batch.
        settle_seconds: Seconds after a lost response until a document counts as not received.
        wait_seconds: The longest wait for ARM to process a batch.
        dates: The order in dates such as 01/02/25 (see `ReadOptions`); "" = not decided.
        decimal: The decimal separator, where it is unclear; "" = not decided.
        known_profiles: The names of all profiles in config.toml.
        rules: Code → error, warning or off.
        mappings: Name → mapping file.
        migration: Key of a question of a migration → answer.
        experimental: Name → who confirmed the form of a write that is not documented.
        synced_folders: The folders that the environment names as synchronised.
        sole_sender: Whether only this computer sends documents for the client; if not, each is checked in ARM first.
        guard_folder: The folder outside the store's own that tells an older copy of the store; "": none.
    """

    name: str
    home: Path
    store_url: str
    lang: str
    base_url: str
    client_no: str
    login: Login = field(repr=False)
    client_name: str = ""
    secret_file: str = ""
    log_file: str = ""
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
    known_profiles: tuple[str, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    mappings: Mapping[str, str] = field(default_factory=dict)
    migration: Mapping[str, str] = field(default_factory=dict)
    experimental: Mapping[str, ExperimentalWrite] = field(default_factory=dict)
    shared_store: bool = False
    synced_folders: tuple[str, ...] = ()
    sole_sender: bool = False
    guard_folder: str = ""

    @property
    def account(self) -> Account:
        """The client at ARM whose quota and documents are meant: a normalised origin, and the client number.

        A number with leading zeros is the same client: two profiles must not send its documents twice.
        """
        parts = urlsplit(self.base_url)
        host = parts.netloc.lower().removesuffix(_DEFAULT_PORTS.get(parts.scheme, ":"))
        number = self.client_no.lstrip("0") if self.client_no.isdecimal() else self.client_no
        return Account(f"{parts.scheme}://{host}" + parts.path.rstrip("/"), number or self.client_no[-1:])

    def require_server(self) -> None:
        """Make sure that ARM can be called; SettingsError names what is missing."""
        missing: list[str] = [name for name in ("base_url", "client_no") if not getattr(self, name)]
        has_secret = self.login.token or (self.login.by_client and self.login.client_secret)
        if not has_secret and not missing:
            raise self._missing_secret()
        if not has_secret:
            missing.append(_("token (or token_url, client_id and client_secret)"))
        if self.login.token and not is_header_safe(self.login.token):
            raise SettingsError(
                "token-wrong",
                _("The token contains invalid characters (for example a space)"),
                _("Copy it again"),
            )
        if missing:
            if self.known_profiles and self.name not in self.known_profiles:
                raise self._choose_profile()
            names = ", ".join(f"ARMBULK_{name.upper()}" if " " not in name else "ARMBULK_TOKEN" for name in missing)
            raise SettingsError(
                "settings-missing",
                _("These settings are missing: {missing}", missing=join_texts(*missing, separator=", ")),
                _(
                    "Run `armbulk login`. Or set {names} in the environment, or the profile in {path}. "
                    "`armbulk demo` works without settings.",
                    names=names,
                    path=self.home / "config.toml",
                ),
            )

    def _choose_profile(self) -> SettingsError:
        """Return the error for a command without a profile, where there are profiles but no default one."""
        return SettingsError(
            "settings-missing",
            _("No profile was chosen"),
            _(
                "Profiles: {known}. Use --profile NAME, or choose the one to use without it: `armbulk profiles "
                "--default NAME`",
                known=", ".join(self.known_profiles),
            ),
        )

    def _missing_secret(self) -> SettingsError:
        message = _NO_CLIENT_SECRET if self.login.by_client else _NO_TOKEN
        return SettingsError(
            "settings-missing",
            message.fill(name=self.name, client=self.client_no, origin=self.account.origin),
            _(
                "Run `armbulk login --profile {name}`. Without a keyring, use --secret-file FILE or set "
                "{variable} in the environment.",
                name=self.name,
                variable="ARMBULK_CLIENT_SECRET" if self.login.by_client else "ARMBULK_TOKEN",
            ),
        )
