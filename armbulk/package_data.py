"""Where the folders that come with armbulk are: beside the code in a wheel, beside the package in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_path(name: str) -> Path:
    """Return the folder `templates` or `samples`, wherever armbulk is installed."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
