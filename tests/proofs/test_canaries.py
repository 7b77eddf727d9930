"""Personal data and secrets are kept only where they belong, with plain, quiet and JSON output."""

from pathlib import Path

import pytest
from support.canaries import leaves_no_canary, make_places


@pytest.mark.promise("P18", "P23")
@pytest.mark.parametrize("how", [[], ["--quiet"], ["--json"], ["-vv"]], ids=["plain", "quiet", "json", "log"])
def test_no_canary_is_left_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: list[str]) -> None:
    """No command shows or stores a secret, keeps personal data of finished runs, or writes to another folder."""
    leaves_no_canary(make_places(tmp_path, monkeypatch), how)
