"""The names and defaults of the settings: `name` in a profile of config.toml, `ARMBULK_NAME` in the environment."""

DEFAULT_SETTINGS = {
    "user_id": "armbulk",
    "client_size": "S",
    "poll_seconds": "2",
    "settle_seconds": "1800",
    "wait_seconds": "3600",
    "batch_documents": "50",
    "batch_customers": "500",
    "batch_bytes": str(2 * 1024 * 1024),
    "reserve_percent": "5",
    "sole_sender": "false",
}
"""Settings with a default; the others are required where they are used."""

NAMES = (
    "base_url",
    "client_no",
    "client_name",
    "token",
    "token_url",
    "client_id",
    "client_secret",
    "secret_file",
    "ca_file",
    "store",
    "shared_store",
    "guard_folder",
    "lang",
    "log",
    "dates",
    "decimal",
    *DEFAULT_SETTINGS,
)
"""Every setting."""

SECRETS = frozenset({"token", "client_secret"})
"""Settings that must not be in a file."""
