"""Files that people write with Notepad or PowerShell: a byte order mark is no part of what is in them."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import pytest
from support.commands import call, called

from armbulk.errors import SettingsError
from armbulk.mapping.files import load_mapping
from armbulk.settings.secrets import read_secret_file

if TYPE_CHECKING:
    from pathlib import Path

MARK = codecs.BOM_UTF8


def test_secrets(tmp_path: Path) -> None:
    """A mark before a secret is not sent to ARM; a secret in UTF-16, as PowerShell writes it, is refused."""
    file = tmp_path / "secret.txt"
    file.touch(mode=0o600)
    file.write_bytes(MARK + b"s3cret\r\n")
    assert read_secret_file(str(file)) == "s3cret"
    file.write_text("s3cret", encoding="utf-16")
    with pytest.raises(SettingsError, match="UTF-8"):
        read_secret_file(str(file))


def test_settings(tmp_path: Path) -> None:
    """Profiles are read, and changed, in a file with a mark."""
    text = '[profiles.acme]\nbase_url = "https://arm.example.com"\nclient_no = "2218"\n'
    (tmp_path / "config.toml").write_bytes(MARK + text.encode())
    assert call("profiles", "--default", "acme")[0] == 0
    assert [profile["profile"] for profile in called("profiles")[1]["profiles"]] == ["acme"]


def test_mappings(tmp_path: Path) -> None:
    """A mapping is read."""
    text = '[[sheet]]\nresource = "customers"\n[sheet.rename]\nDebitor = "customer_no"\n'
    (tmp_path / "own.toml").write_bytes(MARK + text.encode())
    assert len(load_mapping(str(tmp_path / "own.toml"))[0]) == 1
