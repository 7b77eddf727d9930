"""Credentials: asked for once, kept in the keyring, bound to one address and client."""

import json
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from click.testing import CliRunner
from journey import write_files
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from armbulk.cli import cli
from armbulk.edges import vault
from armbulk.edges.vault import Keyring
from armbulk.errors import SettingsError
from armbulk.sandbox import Sandbox


class Memory(KeyringBackend):
    """A keyring that takes no more than Windows does in one entry."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """What is held."""
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Hold it."""
        assert len(password) <= 1_280
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Let it go."""
        del self.held[service, username]


@pytest.fixture
def memory() -> Iterator[Memory]:
    """A keyring in memory."""
    before, made = keyring.get_keyring(), Memory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def arm() -> Iterator[Sandbox]:
    """A stand-in ARM."""
    with Sandbox() as server:
        yield server


def call(*words: str, given: str | None = None, **env: str) -> tuple[int, Any]:
    """Run a command with --json: exit code and its object."""
    done = CliRunner().invoke(cli, [*words, "--json"], input=given, env=env)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, json.loads(done.stdout)


def words(arm: Sandbox, *, client: str = "") -> list[str]:
    """`armbulk login` with everything but the secret."""
    said = arm.settings
    return [
        "login", "--profile", "anne", "--base-url", said["ARMBULK_BASE_URL"],
        "--client-no", client or said["ARMBULK_CLIENT_NO"], "--token-url", said["ARMBULK_TOKEN_URL"],
        "--client-id", said["ARMBULK_CLIENT_ID"], "--secret-stdin",
    ]  # fmt: skip


@pytest.mark.promise("P18", "P26")
def test_login_then_import_then_logout(memory: Memory, arm: Sandbox, tmp_path: Path) -> None:
    """After login an import needs no settings; after logout it says what is missing. The file holds no secret."""
    secret = arm.settings["ARMBULK_CLIENT_SECRET"]
    code, said = call(*words(arm), given=f"{secret}\n")
    assert (code, said["checked"], said["profile"]) == (0, True, "anne")
    config = tmp_path / "config.toml"
    assert secret not in config.read_text(encoding="utf-8")
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert list(memory.held.values()) == [secret]
    assert call("profiles")[1]["profiles"][0]["secret"] is True
    files = write_files(tmp_path)
    env = {"ARMBULK_PROFILE": "anne", "ARMBULK_POLL_SECONDS": "0.05"}
    assert call("import", *files, "--yes", **env)[0] == 0
    assert call("logout", "--profile", "anne") == (0, {"profile": "anne", "removed": True})
    assert memory.held == {}
    code, said = call("import", *files, "--yes", **env)
    assert (code, said["error"]["code"]) == (5, "settings-missing")
    assert "armbulk login" in said["error"]["hint"]


@pytest.mark.promise("P26")
def test_a_secret_serves_one_address_and_client(memory: Memory, arm: Sandbox, tmp_path: Path) -> None:
    """Another client number, or another address, in the same profile finds no secret."""
    assert call(*words(arm), given=f"{arm.settings['ARMBULK_CLIENT_SECRET']}\n")[0] == 0
    config = tmp_path / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('"2218"', '"2219"'), encoding="utf-8")
    code, said = call("import", *write_files(tmp_path), "--yes", ARMBULK_PROFILE="anne")
    assert (code, said["error"]["code"]) == (5, "settings-missing")
    assert len(memory.held) == 1


def test_a_wrong_secret_is_said_and_not_kept(memory: Memory, arm: Sandbox, tmp_path: Path) -> None:
    """ARM is asked first; what it refuses is neither written nor kept. `--no-check` keeps it unasked."""
    code, said = call(*words(arm), given="wrong\n")
    assert (code, said["error"]["code"]) == (5, "login-refused")
    assert memory.held == {}
    assert not (tmp_path / "config.toml").exists()
    assert call(*words(arm), "--no-check", given="wrong\n")[0] == 0
    assert call(*words(arm, client="9999"), given=f"{arm.settings['ARMBULK_CLIENT_SECRET']}\n")[0] == 5


def test_the_users_own_file_stays(memory: Memory, arm: Sandbox, tmp_path: Path) -> None:
    """Comments, rules and other profiles in config.toml stay as they are."""
    config = tmp_path / "config.toml"
    own = '# mine\n[rules]\nkid = "error"  # strict\n\n[profiles.other]\nclient_no = "1"\n'
    config.write_text(own, encoding="utf-8")
    assert call(*words(arm), "--no-check", given="x\n")[0] == 0
    assert own.strip() in config.read_text(encoding="utf-8")
    assert [one["profile"] for one in call("profiles")[1]["profiles"]] == ["other", "anne"]
    assert memory.held


def test_long_secrets_are_cut_into_parts(memory: Memory) -> None:
    """A token longer than Windows keeps in one entry comes back whole, and goes whole."""
    token = "".join(chr(33 + n % 90) for n in range(5_000))
    Keyring().put("long", token)
    assert Keyring().get("long") == token
    Keyring().put("long", "short")
    assert (Keyring().get("long"), len(memory.held)) == ("short", 1)
    assert Keyring().drop("long")
    assert memory.held == {}


def test_a_machine_without_a_keyring_is_told(arm: Sandbox, tmp_path: Path) -> None:
    """Headless: the settings are written, and the way for the secret is named; the environment works."""
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    try:
        code, said = call(*words(arm), given=f"{arm.settings['ARMBULK_CLIENT_SECRET']}\n")
        assert (code, said["error"]["code"]) == (5, "no-keyring")
        assert "ARMBULK_CLIENT_SECRET" in said["error"]["hint"]
        env = {"ARMBULK_PROFILE": "anne", "ARMBULK_CLIENT_SECRET": arm.settings["ARMBULK_CLIENT_SECRET"]}
        assert call("import", *write_files(tmp_path), "--yes", ARMBULK_POLL_SECONDS="0.05", **env)[0] == 0
        assert call("logout", "--profile", "anne")[1]["removed"] is False
    finally:
        keyring.set_keyring(before)


def test_a_keyring_that_does_not_answer_does_not_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waits for a prompt nobody sees is given up after its time, and the other ways are named."""
    forever = threading.Event()
    monkeypatch.setattr(vault.keyring, "get_password", lambda *_: forever.wait())
    with pytest.raises(SettingsError) as silent:
        Keyring(patience=0.05).get("x")
    forever.set()
    assert silent.value.code == "keyring-silent"
    assert "ARMBULK_TOKEN" in silent.value.hint


def test_a_locked_keyring_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is locked is a settings error, without its own words."""

    def locked(*_: str) -> str:
        raise keyring.errors.KeyringLocked("canary")

    monkeypatch.setattr(vault.keyring, "get_password", locked)
    with pytest.raises(SettingsError) as refused:
        Keyring().get("x")
    assert "canary" not in refused.value.message


def test_login_in_a_script_names_what_is_missing() -> None:
    """Where nobody can answer, the option for what is missing is named."""
    code, said = call("login", "--profile", "new")
    assert (code, said["error"]["code"]) == (2, "question")
    assert "--base-url" in said["error"]["hint"]
