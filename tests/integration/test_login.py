"""Credentials are asked for once, kept in the keyring, and bound to one address and client."""

import json
import os
import stat
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keyring
import pytest
from click.testing import CliRunner
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from support.journey import journey, write_files

from armbulk.app.login_trial import verify_login
from armbulk.cli import cli
from armbulk.cli import command as desk
from armbulk.errors import SettingsError
from armbulk.sandbox import Sandbox
from armbulk.settings import keyring_secrets, saved_profiles
from armbulk.settings.keyring_secrets import KeyringSecrets

if TYPE_CHECKING:
    from armbulk.model.progress import Progress


class Memory(KeyringBackend):
    """A keyring that takes no more than Windows does in one entry."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        """What is held."""
        self.asked += 1
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
    """A sandbox."""
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
    """After login an import needs no settings; after logout it names what is missing. No file has the secret."""
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


def test_a_login_service_that_is_down_is_reported_while_waiting(tmp_path: Path) -> None:
    """`armbulk login` says why it waits, and until when."""
    reports: list[Progress] = []
    with journey(tmp_path, faults=["503:POST:token:1-2"]) as way:
        verify_login(way.bench, reports.append)
    assert [report.reason for report in reports] == ["login service: it answered HTTP 503"] * 2


@pytest.mark.promise("P26")
def test_a_secret_serves_one_address_and_client(memory: Memory, arm: Sandbox, tmp_path: Path) -> None:
    """With another client number or another address the stored secret is not used."""
    assert call(*words(arm), given=f"{arm.settings['ARMBULK_CLIENT_SECRET']}\n")[0] == 0
    config = tmp_path / "config.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('"2218"', '"2219"'), encoding="utf-8")
    code, said = call("import", *write_files(tmp_path), "--yes", ARMBULK_PROFILE="anne")
    assert (code, said["error"]["code"]) == (5, "settings-missing")
    assert len(memory.held) == 1


def test_a_wrong_secret_is_said_and_not_kept(memory: Memory, arm: Sandbox, tmp_path: Path) -> None:
    """A secret that ARM refuses is not stored; `--no-check` stores it without asking ARM."""
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
    """A token longer than one entry of the Windows keyring is stored in parts and deleted with all of them."""
    token = "".join(chr(33 + n % 90) for n in range(5_000))
    KeyringSecrets().put("long", token)
    assert KeyringSecrets().get("long") == token
    KeyringSecrets().put("long", "short")
    assert (KeyringSecrets().get("long"), len(memory.held)) == ("short", 1)
    assert KeyringSecrets().drop("long")
    assert memory.held == {}


def test_a_machine_without_a_keyring_is_told(arm: Sandbox, tmp_path: Path) -> None:
    """Without a keyring the settings are saved and other ways for the secret are named."""
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
    """A keyring that does not respond is given up after its timeout, and other ways are named."""
    forever = threading.Event()
    monkeypatch.setattr(keyring_secrets.keyring, "get_password", lambda *_: forever.wait())
    with pytest.raises(SettingsError) as silent:
        KeyringSecrets(timeout=0.05).get("x")
    forever.set()
    assert silent.value.code == "keyring-silent"
    assert "ARMBULK_TOKEN" in silent.value.hint


def test_a_locked_keyring_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked keyring is a settings error."""

    def locked(*_: str) -> str:
        raise keyring.errors.KeyringLocked("canary")

    monkeypatch.setattr(keyring_secrets.keyring, "get_password", locked)
    with pytest.raises(SettingsError) as refused:
        KeyringSecrets().get("x")
    assert "canary" not in refused.value.message


def test_login_in_a_script_names_what_is_missing() -> None:
    """Without a terminal, login names the option that is missing."""
    code, said = call("login", "--profile", "new")
    assert (code, said["error"]["code"]) == (2, "question")
    assert "--base-url" in said["error"]["hint"]


# ── asked at the terminal ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at the terminal."""
    monkeypatch.setattr(desk.CommandContext, "can_ask", property(lambda _: True))


@pytest.mark.usefixtures("somebody")
@pytest.mark.promise("P18")
def test_a_person_is_asked_for_everything_and_the_secret_is_not_shown(
    memory: Memory, arm: Sandbox, tmp_path: Path
) -> None:
    """Login asks for address, client, client id, size and secret; the secret is neither shown nor written to a file."""
    said = arm.settings
    names = ("BASE_URL", "CLIENT_NO", "TOKEN_URL", "CLIENT_ID")
    answers = [*(said[f"ARMBULK_{name}"] for name in names), "", "m", "ja", said["ARMBULK_CLIENT_SECRET"]]
    done = CliRunner().invoke(cli, ["login", "--profile", "kari", "--lang", "no"], input="\n".join(answers) + "\n")
    assert done.exit_code == 0, done.output
    words = [
        "Du trenger dette fra Amili",
        "https://api.staging.amili.no/arm/v1  ",
        "Adressen til ARM (",
        "sandkassen på denne maskinen",
        "Klientnummer",
        "Adressen til innloggingstjenesten",
        "Klient-ID",
        "Bruker-ID",
        "Klientstørrelse",
        "den eneste maskinen",
        "Klienthemmelighet",
    ]
    places = [done.stderr.find(word) for word in words]
    assert places == sorted(places)
    assert places[0] >= 0
    assert said["ARMBULK_CLIENT_SECRET"] not in done.output + done.stderr
    assert list(memory.held.values()) == [said["ARMBULK_CLIENT_SECRET"]]
    assert settings(tmp_path)["profiles"]["kari"]["sole_sender"] is True
    (kari,) = call("profiles")[1]["profiles"]
    assert (kari["profile"], kari["size"], kari["secret"], kari["active"]) == ("kari", "M", True, True)
    used = call("usage", "--profile", "kari")[1]["meters"]
    assert sum(one["used"] for one in used if (one["window"], one["meter"]) == ("hour", "requests")) == 1
    assert arm.state.usage()["hour.requests"] == 1


@pytest.mark.usefixtures("memory")
def test_who_sends_is_kept_until_it_is_chosen_anew(arm: Sandbox, tmp_path: Path) -> None:
    """In a script --sole-sender and --no-sole-sender decide; without them the profile keeps what it has."""
    told = []
    for option in ((), ("--sole-sender",), (), ("--no-sole-sender",), ()):
        code, said = call(*words(arm), "--no-check", *option, given="secret\n")
        assert code == 0
        told.append((said["sole_sender"], settings(tmp_path)["profiles"]["anne"]["sole_sender"]))
    assert told == [(False, False), (True, True), (True, True), (False, False), (False, False)]


def test_no_option_takes_a_secret() -> None:
    """No option of any command takes a secret, because other users could see it."""
    takers = set()
    for name in cli.list_commands(None):  # type: ignore[arg-type]
        command = cli.get_command(None, name)  # type: ignore[arg-type]
        assert command is not None
        takers |= {one.name for one in command.params if not getattr(one, "is_flag", False)}
    assert {name for name in takers if name and ("secret" in name or "token" in name or "password" in name)} == {
        "secret_file", "token_url",
    }  # fmt: skip


# ── what a secret serves ────────────────────────────────────────────────────────────────────────────────────────────


def settings(tmp_path: Path) -> dict[str, Any]:
    """What config.toml says."""
    return tomllib.loads((tmp_path / "config.toml").read_text(encoding="utf-8"))


@pytest.mark.promise("P17", "P26")
def test_a_ready_token_is_never_sent_as_a_clients_secret(memory: Memory, arm: Sandbox, tmp_path: Path) -> None:
    """A stored token is not used as client secret when a token address is added later."""
    where = ["--profile", "anne", "--base-url", arm.base_url, "--client-no", "2218"]
    assert call("login", *where, "--secret-stdin", "--no-check", given="ready-token-1\n")[0] == 0
    config = tmp_path / "config.toml"
    added = f'token_url = "{arm.token_url}"\nclient_id = "x"\n'
    config.write_text(config.read_text(encoding="utf-8") + added, encoding="utf-8")
    code, said = call("import", *write_files(tmp_path), "--yes", ARMBULK_PROFILE="anne")
    assert (code, said["error"]["code"]) == (5, "settings-missing")
    assert "another client or address" in said["error"]["message"]
    assert list(memory.held.values()) == ["ready-token-1"]
    assert arm.state.tokens == {}


@pytest.mark.promise("P26")
def test_another_way_in_leaves_nothing_of_the_first(memory: Memory, arm: Sandbox, tmp_path: Path) -> None:
    """Changing from client credentials to a ready token removes the old settings and the old secret."""
    assert call(*words(arm), "--no-check", given="first-secret\n")[0] == 0
    where = ["--profile", "anne", "--base-url", arm.base_url, "--client-no", "2219"]
    config = tmp_path / "config.toml"
    text = config.read_text(encoding="utf-8").replace("token_url", "# token_url").replace("client_id", "# client_id")
    config.write_text(text + 'lang = "no"\n', encoding="utf-8")
    assert call(*words(arm), "--no-check", given="first-secret\n")[0] == 0
    assert len(memory.held) == 1
    code, _ = call("logout", "--profile", "anne", ARMBULK_BASE_URL="https://elsewhere.example/")
    assert (code, memory.held) == (0, {})
    assert call("login", *where, "--secret-stdin", "--no-check", given="ready-token-2\n")[0] == 0
    assert list(memory.held.values()) == ["ready-token-2"]
    assert settings(tmp_path)["profiles"]["anne"]["lang"] == "no"


@pytest.mark.promise("P26")
def test_a_new_profile_takes_nothing_from_another(memory: Memory, arm: Sandbox, tmp_path: Path) -> None:
    """A profile with a ready token does not use the token address of the default profile."""
    own = '[profiles.default]\ntoken_url = "https://other.example/token"\nclient_id = "other"\nuser_id = "kari"\n'
    (tmp_path / "config.toml").write_text(own, encoding="utf-8")
    where = ["--profile", "anne", "--base-url", arm.base_url, "--client-no", "2218"]
    assert call("login", *where, "--secret-stdin", "--no-check", given="ready-token-3\n")[0] == 0
    anne = settings(tmp_path)["profiles"]["anne"]
    assert set(anne) == {"base_url", "client_no", "client_size", "user_id", "sole_sender"}
    assert (anne["user_id"], anne["sole_sender"]) == ("armbulk", False)
    assert [name.split()[0] for _, name in memory.held] == ["anne"]


@pytest.mark.parametrize("kind", ["client_secret", "token"])
def test_the_environments_secret_is_taken_for_what_it_is(memory: Memory, arm: Sandbox, kind: str) -> None:
    """ARMBULK_CLIENT_SECRET is used for client credentials, ARMBULK_TOKEN as a ready token."""
    env = {"ARMBULK_TOKEN": "ready-token-4", "ARMBULK_CLIENT_SECRET": "secret-4"}
    said = words(arm)[:-1] if kind == "client_secret" else words(arm)[:7]
    assert call(*said, "--no-check", **env)[0] == 0
    assert list(memory.held.values()) == [env[f"ARMBULK_{kind.upper()}"]]


# ── where there is no keyring ───────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def secret_file(arm: Sandbox, tmp_path: Path) -> Path:
    """A file of one's own with the secret."""
    path = tmp_path / "secret.txt"
    path.write_text(arm.settings["ARMBULK_CLIENT_SECRET"] + "\n", encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.mark.promise("P18")
def test_a_file_of_ones_own_serves_where_there_is_no_keyring(arm: Sandbox, tmp_path: Path, secret_file: Path) -> None:
    """`login --secret-file` stores the path, not the secret; imports read the file and do not use the keyring."""
    code, said = call(*words(arm)[:-1], "--secret-file", str(secret_file))
    assert (code, said["secret"], said["checked"]) == (0, "file", True)
    assert settings(tmp_path)["profiles"]["anne"]["secret_file"] == str(secret_file)
    assert arm.settings["ARMBULK_CLIENT_SECRET"] not in (tmp_path / "config.toml").read_text(encoding="utf-8")
    assert call("profiles")[1]["profiles"][0]["secret"] is True
    env = {"ARMBULK_PROFILE": "anne", "ARMBULK_POLL_SECONDS": "0.05"}
    assert call("import", *write_files(tmp_path), "--yes", **env)[0] == 0


@pytest.mark.skipif(os.name != "posix", reason="Windows guards files otherwise")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_a_file_that_others_can_read_is_refused(arm: Sandbox, secret_file: Path, mode: int) -> None:
    """A secret file that others can read is refused, without showing its content."""
    secret_file.chmod(mode)
    code, said = call(*words(arm)[:-1], "--secret-file", str(secret_file))
    assert (code, said["error"]["code"]) == (5, "secret-file-open")
    assert "chmod 600" in said["error"]["hint"]


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
def test_a_file_without_a_secret_is_refused(arm: Sandbox, secret_file: Path, content: bytes | None) -> None:
    """A secret file that is missing, empty or not text is refused."""
    if content is None:
        secret_file.unlink()
    else:
        secret_file.write_bytes(content)
    code, said = call(*words(arm)[:-1], "--secret-file", str(secret_file))
    assert code == 5
    assert said["error"]["code"] in {"secret-file-unreadable", "secret-file-empty"}


def test_a_file_descriptor_serves(arm: Sandbox) -> None:
    """The secret may come through a pipe."""
    out, into = os.pipe()
    os.write(into, arm.settings["ARMBULK_CLIENT_SECRET"].encode())
    os.close(into)
    try:
        code, said = call(*words(arm)[:-1], "--secret-file", f"/dev/fd/{out}")
    finally:
        os.close(out)
    assert (code, said["checked"]) == (0, True), said


@pytest.mark.promise("P18")
def test_option_before_environment_before_profile(
    memory: Memory, arm: Sandbox, secret_file: Path, tmp_path: Path
) -> None:
    """--secret-file precedes ARMBULK_CLIENT_SECRET, which precedes the profile's file, which precedes the keyring."""
    good, files = arm.settings["ARMBULK_CLIENT_SECRET"], write_files(tmp_path, customers=1, documents=1, lines=1)
    env = {"ARMBULK_PROFILE": "anne", "ARMBULK_POLL_SECONDS": "0.05"}
    assert call(*words(arm), "--no-check", given="wrong-keyring\n")[0] == 0

    def works(*option: str, **more: str) -> bool:
        code, said = call("import", *files, "--yes", "--overwrite", *option, **env, **more)
        assert code == 0 or said["error"]["code"] == "login-refused"
        return code == 0

    assert not works()
    assert memory.asked
    assert works(ARMBULK_CLIENT_SECRET=good)
    assert works("--secret-file", str(secret_file), ARMBULK_CLIENT_SECRET="wrong")  # noqa: S106 - none
    assert works("--secret-file", str(secret_file), ARMBULK_TOKEN="wrong-token")  # noqa: S106 - none
    assert works(ARMBULK_SECRET_FILE=str(secret_file))
    assert not works(ARMBULK_SECRET_FILE=str(secret_file), ARMBULK_CLIENT_SECRET="wrong")  # noqa: S106 - none
    memory.asked = 0
    config = tmp_path / "config.toml"
    config.write_text(config.read_text(encoding="utf-8") + 'secret_file = "secret.txt"\n', encoding="utf-8")
    assert works()
    assert memory.asked == 0


@pytest.mark.parametrize("command", [["check"], ["plan"], ["import", "--dry-run"]])
def test_the_keyring_is_asked_only_when_arm_is(
    memory: Memory, arm: Sandbox, tmp_path: Path, command: list[str]
) -> None:
    """Checking and planning do not use the keyring."""
    env = {name: value for name, value in arm.settings.items() if "SECRET" not in name}
    assert call(*command, *write_files(tmp_path), **env)[0] == 0
    assert call("runs", **env)[0] == 0
    assert memory.asked == 0


def test_a_silent_keyring_is_waited_for_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`armbulk profiles` waits for an unresponsive keyring once, not once per profile."""
    forever, asked = threading.Event(), []
    monkeypatch.setattr(keyring_secrets.keyring, "get_password", lambda *_: asked.append(1) or forever.wait())
    monkeypatch.setattr(KeyringSecrets.__init__, "__defaults__", (0.05,))
    content = "".join(f'[profiles.p{n}]\nbase_url = "https://arm.example/"\nclient_no = "{n}"\n' for n in range(20))
    (tmp_path / "config.toml").write_text(content, encoding="utf-8")
    code, said = call("profiles")
    told = CliRunner().invoke(cli, ["profiles"]).output
    forever.set()
    assert (code, len(said["profiles"]), len(asked)) == (0, 20, 2)
    assert {one["secret"] for one in said["profiles"]} == {None}
    assert told.count("keyring unavailable") == 20


def test_three_seconds_are_enough() -> None:
    """The keyring has three seconds to respond."""
    assert KeyringSecrets().timeout <= 3.0


# ── the user's own file ─────────────────────────────────────────────────────────────────────────────────────────────

FILES = [
    "",
    "# only a word\n",
    "[profiles]\n",
    '[profiles.anne]\nclient_no = "1" # mine\nbatch_documents = 5\n[profiles.anne.rules]\nkid = "off"\n',
    '[profiles.a]\nclient_no = "1"\n\n[rules]\nkid = "error"\n\n[profiles.b]\nclient_no = "2"\n',
    'profiles.a.client_no = "1"\nprofiles.anne.lang = "no"\n',
    '[profiles]\na = {client_no = "1"}\n',
    'profiles = {a = {client_no = "1"}}\n',
    '[profiles."Æ Ø"]\r\nclient_no = "1"\r\n',
]


@pytest.mark.parametrize("before", FILES)
@pytest.mark.parametrize("name", ["anne", "anne as", "b.c"])
def test_whatever_stands_in_the_file_stays(tmp_path: Path, before: str, name: str) -> None:
    """Every form of TOML in config.toml is preserved when a profile is added."""
    path = tmp_path / "config.toml"
    path.write_text(before, encoding="utf-8", newline="")
    expected = tomllib.loads(before)
    expected.setdefault("profiles", {}).setdefault(name, {}).update(client_no="2218")
    for _ in range(2):
        saved_profiles.save_settings(tmp_path, name, {"client_no": "2218", "ca_file": ""})
        assert settings(tmp_path) == expected
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["config.toml"]


@pytest.mark.parametrize("before", ["profiles = 3\n", 'profiles = ["a"]\n', '[profiles]\nanne = "x"\n'])
def test_a_file_that_cannot_be_added_to_stays(tmp_path: Path, before: str) -> None:
    """A config.toml whose profiles are not a table is named and left unchanged."""
    path = tmp_path / "config.toml"
    path.write_text(before, encoding="utf-8")
    with pytest.raises(SettingsError):
        saved_profiles.save_settings(tmp_path, "anne", {"client_no": "2218"})
    assert path.read_text(encoding="utf-8") == before


def test_a_disk_that_takes_nothing_leaves_the_file_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a full disk the old config.toml is unchanged and no partial file is left."""
    (tmp_path / "config.toml").write_text("# mine\n", encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(saved_profiles.os, "fsync", full)
    with pytest.raises(SettingsError, match="No space left"):
        saved_profiles.save_settings(tmp_path, "anne", {"client_no": "2218"})
    assert [one.name for one in tmp_path.iterdir()] == ["config.toml"]
    assert (tmp_path / "config.toml").read_text(encoding="utf-8") == "# mine\n"
