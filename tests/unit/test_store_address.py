"""The setting `store`: a SQLite file by its full path, and nothing else."""

from pathlib import Path

import pytest

from armbulk.errors import SettingsError
from armbulk.settings.load import load_profile


def _load(folder: Path, store: str) -> str:
    return load_profile({"ARMBULK_HOME": str(folder), "ARMBULK_STORE": store}).store_url


def test_a_file_by_its_full_path_is_used(tmp_path: Path) -> None:
    """The address is used as it is written; without one the store is in the home folder."""
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    assert _load(tmp_path, url) == url
    assert _load(tmp_path, "") == f"sqlite:///{tmp_path / 'armbulk.db'}"


@pytest.mark.parametrize(
    "store",
    [
        "postgresql://armbulk:hemmelig@127.0.0.1/arm",
        "postgresql+psycopg://armbulk:hemmelig@127.0.0.1/arm",
        "mysql://armbulk:hemmelig@server/arm",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///armbulk.db",
        "sqlite:////srv/armbulk.db?mode=ro",
        "hemmelig",
        "/srv/armbulk.db",
    ],
)
def test_another_store_is_a_settings_error_that_does_not_quote_it(tmp_path: Path, store: str) -> None:
    """No common lock for a client elsewhere, another store in each folder: both could send a document twice."""
    with pytest.raises(SettingsError) as refused:
        _load(tmp_path, store)
    assert (refused.value.code, refused.value.exit) == ("store-unsupported", 5)
    assert "hemmelig" not in f"{refused.value.message} {refused.value.hint}"
    assert f"sqlite:///{tmp_path / 'armbulk.db'}" in refused.value.hint
