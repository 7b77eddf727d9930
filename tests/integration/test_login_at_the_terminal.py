"""`armbulk login` at a terminal: every answer is checked, and only a wrong one is asked again."""

import stat
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.commands import call, called

from armbulk.app import login_trial
from armbulk.app.login import find_secret_file
from armbulk.cli import cli
from armbulk.cli.command import CommandContext
from armbulk.context import open_client
from armbulk.sandbox import Sandbox
from armbulk.settings import keyring_secrets
from armbulk.settings.load import load_profile

SECRET = "sandbox-secret"  # noqa: S105 - the sandbox's own


@pytest.fixture(autouse=True)
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A person at the terminal, and a keyring in memory: name → secret."""
    kept: dict[str, str] = {}
    try_address = login_trial.find_no_answer
    monkeypatch.setattr(  # Amili's hosts are not called in tests
        login_trial, "find_no_answer", lambda *args: try_address(*args) if "127.0.0.1" in args[1] else ""
    )
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    monkeypatch.setattr(keyring_secrets.keyring, "get_password", lambda _, name: kept.get(name))
    monkeypatch.setattr(keyring_secrets.keyring, "set_password", lambda _, name, secret: kept.update({name: secret}))
    monkeypatch.setattr(keyring_secrets.keyring, "delete_password", lambda _, name: kept.pop(name))
    return kept


@pytest.fixture
def arm() -> Iterator[Sandbox]:
    """A sandbox."""
    with Sandbox() as server:
        yield server


def log_in(*answers: str, options: tuple[str, ...] = ()) -> Result:
    """`armbulk login` with these answers, one a line."""
    return CliRunner().invoke(cli, ["login", *options], input="".join(f"{answer}\n" for answer in answers))


def config(home: Path) -> dict[str, Any]:
    """What config.toml has."""
    return tomllib.loads((home / "config.toml").read_text(encoding="utf-8"))


def known(arm: Sandbox, **changes: str) -> tuple[str, ...]:
    """The options that answer everything but what is changed to ""; the questions about size and sender are left."""
    values = {"base-url": arm.base_url, "client-no": "2218", "token-url": arm.token_url, "client-id": "sandbox",
              "user-id": "anne", **changes}  # fmt: skip
    return (*(f"--{name}={value}" for name, value in values.items() if value), "--size=S", "--sole-sender")


@pytest.mark.parametrize(
    ("before", "wrong", "reason"),
    [
        ([], "api.staging.amili.no/arm/v1", "begins with https://\n  → Enter https://api.staging.amili.no/arm/v1"),
        ([], "api.amili.no", "begins with https://\n  → Enter https://api.amili.no/arm/v1"),
        ([], "127.0.0.1:18080", "begins with http://\n  → Enter http://127.0.0.1:18080/arm/v1"),
        ([], "http://127.0.0.1:18080", "does not end after the host\n  → Enter http://127.0.0.1:18080/arm/v1"),
        ([], "2218", "The address is not valid\n  → Use the form https://HOST/arm/v1"),
        ([], "http://api.amili.no/arm/v1", "is not an https address"),
        ([], "https://kari:hemmelig@api.amili.no/arm/v1", "The address is not valid"),
        ([], "https://auth.amili.no/token", "the login service\n  → Enter https://api.amili.no/arm/v1"),
        ([], "https://api.amili.no", "Enter https://api.amili.no/arm/v1"),
        ([], "https://api.amili.no/arm/v1/clients/2218", "ends before /clients\n  → Enter https://api.amili.no/arm/v1"),
        (["https://api.amili.no/arm/v1/"], "22 18", "digits only"),
        (["https://api.amili.no/arm/v1", "2218"], "https://api.amili.no/token", "not that of the login service"),
        (["https://api.amili.no/arm/v1", "2218"], "https://auth.amili.no", "Enter https://auth.amili.no/token"),
        (
            ["https://api.staging.amili.no/arm/v1", "2218"],
            "https://auth.amili.no/token",
            "but this login service is production\n  → Enter https://auth.staging.amili.no/token",
        ),
        (["https://api.amili.no/arm/v1", "2218", ""], "two words", "A client ID has no spaces"),
        (["https://api.amili.no/arm/v1", "2218", "", "abc"], "x" * 101, "at most 100 characters"),
        (["https://api.amili.no/arm/v1", "2218", "", "abc", "", "S", "n"], "abc", "This is the client ID"),
        (["https://api.amili.no/arm/v1", "2218", "", "abc", "", "S", "n"], "a b", "invalid characters"),
        (["https://api.amili.no/arm/v1", "2218", "-", "", "S", "n"], "Bearer abc", "Copy it without this word"),
    ],
)
def test_a_wrong_answer_is_asked_again_with_the_reason(
    before: list[str], wrong: str, reason: str, tmp_path: Path
) -> None:
    """The answer is checked when it is given; the question is asked a second time."""
    done = log_in(*before, wrong)
    assert reason in done.stderr
    asked, asked_again = done.stderr.split("Error: ")
    assert asked.rstrip().splitlines()[-1][:9] in asked_again
    assert (done.exit_code, done.stderr.endswith("\nInterrupted. Nothing was saved.\n")) == (130, True)
    assert not (tmp_path / "config.toml").exists()


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://api.amili.no/arm/v1", "This is production."),
        ("https://api.staging.amili.no/arm/v1", "This is staging."),
        ("https://api.example.com/arm/v1", "This is unknown environment (api.example.com).\narmbulk does not know"),
    ],
)
def test_the_environment_is_named_from_the_address(address: str, name: str) -> None:
    """Production and staging by their hosts, with the login service that belongs to them; nothing else is guessed."""
    done = log_in(address, "2218")
    assert name in done.stderr
    proposed = {"production": "[https://auth.amili.no/token]", "staging": "[https://auth.staging.amili.no/token]"}
    assert [name for name, text in proposed.items() if text in done.stderr] == [
        each for each in proposed if f"is {each}." in name
    ]


@pytest.mark.parametrize(
    ("changes", "corrections"),
    [
        ({}, ["wrong", "1", SECRET]),
        ({"client-id": "sandbax"}, [SECRET, "2", "sandbox"]),
        ({"client-no": "2219"}, [SECRET, "", "2218"]),
    ],
)
def test_only_the_wrong_answer_is_asked_again(
    arm: Sandbox, keyring: dict[str, str], changes: dict[str, str], corrections: list[str], tmp_path: Path
) -> None:
    """A wrong secret, client ID or client number is corrected alone; all other answers are kept, and saved once."""
    done = log_in(*corrections, options=known(arm, **changes))
    assert done.exit_code == 0, done.stderr
    (profile,) = config(tmp_path)["profiles"].values()
    assert (profile["client_no"], profile["client_id"], profile["user_id"]) == ("2218", "sandbox", "anne")
    assert list(keyring.values()) == [SECRET]
    assert done.stderr.count("Your choice") == 1
    assert done.stdout.startswith("ARM accepted the login.\n")
    assert done.stdout.endswith("\n\nTry: armbulk usage\n")


@pytest.mark.parametrize(
    ("lang", "message"),
    [
        ("en", "Nothing answers at http://127.0.0.1:9/arm/v1: no connection\n"),
        ("no", "Ingen svarer på http://127.0.0.1:9/arm/v1: ingen forbindelse\n"),
    ],
)
def test_an_address_where_nothing_answers_is_asked_again(arm: Sandbox, lang: str, message: str, tmp_path: Path) -> None:
    """It is tried when it is typed: a no asks for it again, a yes uses it all the same; so it is for both addresses."""
    wrong, options = "http://127.0.0.1:9/arm/v1", (*known(arm, **{"base-url": "", "token-url": ""}), "--lang", lang)
    done = log_in(wrong, "", arm.base_url, wrong, "n", arm.token_url, SECRET, options=options)
    assert (done.exit_code, done.stderr.count(message)) == (0, 2), done.stderr
    assert config(tmp_path)["profiles"]["default"]["base_url"] == arm.base_url
    done = log_in(wrong, "y", options=(*known(arm, **{"base-url": "", "client-no": ""}), "--profile=x"))
    assert (done.exit_code, "Client number" in done.stderr) == (130, True)
    untested = log_in(wrong, options=(*known(arm, **{"base-url": "", "client-no": ""}), "--profile=x", "--no-check"))
    assert "Client number" in untested.stderr


@pytest.mark.parametrize(("choice", "checked"), [("1", True), ("3", False), ("4", None)])
def test_a_failure_of_the_network_keeps_the_answers(
    arm: Sandbox, choice: str, checked: bool | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Try again, save without a test, or stop: it is chosen, and no answer is given a second time."""
    attempts = []

    def unreliable(context: Any, progress: Any) -> Any:
        attempts.append(progress)
        if len(attempts) == 1:
            profile = replace(context.profile, base_url="http://127.0.0.1:9/arm/v1")
            context = replace(context, profile=profile)
        return open_client(context, progress)

    monkeypatch.setattr(login_trial, "open_client", unreliable)
    done = log_in(SECRET, choice, options=known(arm))
    assert "ARM is unreachable: no connection" in done.stderr
    assert attempts == [None] * (2 if checked else 1)
    if checked is None:
        assert (done.exit_code, (tmp_path / "config.toml").exists()) == (6, False)
        return
    assert done.exit_code == 0
    assert ("ARM accepted the login." if checked else "The login was not tested.") in done.stdout
    assert config(tmp_path)["profiles"]["default"]["client_no"] == "2218"


def test_a_client_without_customers_is_confirmed() -> None:
    """A 404 may mean an empty list, or a wrong client number: the person decides, and Enter alone saves nothing."""
    with Sandbox(dialect={"list_empty": "404"}) as arm:
        done = log_in(SECRET, "", "2218", "3", options=known(arm))
    assert done.stderr.count("ARM answered 404 (not found)") == 2
    assert "  1  enter the client number again\n" in done.stderr
    assert done.exit_code == 0


def test_the_first_profile_is_the_default_and_another_can_be_chosen(arm: Sandbox, tmp_path: Path) -> None:
    """The first profile is used without --profile; `profiles --default` chooses another one."""
    (tmp_path / "config.toml").write_text("# mine\n[rules]\nkid = 'error'\n", encoding="utf-8")
    for name in ("anne", "kari"):
        done = log_in(SECRET, options=(*known(arm), "--profile", name))
        assert done.exit_code == 0
        command = "armbulk usage" if name == "anne" else "armbulk usage --profile kari"
        assert done.stdout.endswith(f"Try: {command}\n")
    saved = config(tmp_path)
    assert (saved["default_profile"], list(saved["profiles"]), saved["rules"]) == (
        "anne", ["anne", "kari"], {"kid": "error"},
    )  # fmt: skip
    shown = {each["profile"]: (each["default"], each["active"]) for each in called("profiles")[1]["profiles"]}
    assert shown == {"anne": (True, True), "kari": (False, False)}
    assert "# mine" in (tmp_path / "config.toml").read_text(encoding="utf-8")
    assert called("profiles", "--default", "kari")[0] == 0
    assert config(tmp_path)["default_profile"] == "kari"
    assert "Default profile: kari" in call("profiles")[1]


def test_a_missing_profile_names_those_that_exist(tmp_path: Path) -> None:
    """The nearest is suggested, then all are listed; so it is for the default, and where none was chosen."""
    profiles = "[profiles.anne-as]\nclient_no = '1'\n[profiles.kari]\nclient_no = '2'\n"
    (tmp_path / "config.toml").write_text(profiles, encoding="utf-8")
    code, said = called("runs", "--profile", "ane-as")
    assert (code, said["error"]["code"]) == (5, "no-such-profile")
    assert said["error"]["hint"].startswith("Did you mean anne-as? Profiles in ")
    assert ": anne-as, kari. " in said["error"]["hint"]
    assert called("profiles", "--default", "x")[1]["error"]["code"] == "no-such-profile"
    code, said = called("export", "customers")
    assert (code, said["error"]["message"]) == (5, "No profile was chosen")
    assert said["error"]["hint"].startswith("Profiles: anne-as, kari. Use --profile NAME")
    (tmp_path / "config.toml").write_text(f"default_profile = 'ola'\n{profiles}", encoding="utf-8")
    assert called("runs")[1]["error"]["message"].startswith("The default profile 'ola' does not exist")


def test_without_a_keyring_a_file_of_ones_own_is_offered(
    arm: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """After a yes the secret is in a file that only its owner can read; after a no the error says what to do."""

    def missing(*_: str) -> None:
        raise keyring_secrets.NoKeyringError

    monkeypatch.setattr(keyring_secrets.keyring, "set_password", missing)
    done = log_in(SECRET, "n", options=known(arm))
    assert (done.exit_code, "--secret-file" in done.stderr) == (5, True)
    done = log_in(SECRET, "", options=known(arm))
    assert done.exit_code == 0, done.stderr
    file = Path(config(tmp_path)["profiles"]["default"]["secret_file"])
    assert file.read_text(encoding="utf-8") == f"{SECRET}\n"
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)
    assert call("usage")[0] == 0
    file.write_text("old\n", encoding="utf-8")
    done = log_in("", "", "", "", "", SECRET, options=("--size=S", "--sole-sender"))
    assert (done.exit_code, file.read_text(encoding="utf-8")) == (0, f"{SECRET}\n"), done.stderr


def test_a_secret_file_of_ones_own_is_not_overwritten_unasked(arm: Sandbox, tmp_path: Path) -> None:
    """A secret that is corrected at the terminal goes into the file that the profile names only after a yes."""
    file = tmp_path / "mine.txt"
    file.write_text("old\n", encoding="utf-8")
    file.chmod(0o600)
    options = (*known(arm), f"--secret-file={file}")
    assert log_in("1", SECRET, "n", options=options).exit_code == 5
    assert (file.read_text(encoding="utf-8"), (tmp_path / "config.toml").exists()) == ("old\n", False)
    assert log_in("1", SECRET, "y", options=options).exit_code == 0
    assert file.read_text(encoding="utf-8") == f"{SECRET}\n"


def test_each_profile_has_a_secret_file_of_its_own() -> None:
    """Names that differ only in letters that no file name has, or in capital letters, have different files."""
    profile = load_profile({"ARMBULK_HOME": "/home"})
    names = ("anne as", "anne_as", "Anne as", "anne-as", "ANNE-AS", "../anne", "å", "ø")
    files = [find_secret_file(replace(profile, name=name)) for name in names]
    assert len({file.name.lower() for file in files}) == len(names)
    assert {file.parent for file in files} == {Path("/home/secrets")}


def test_a_profile_that_exists_is_changed_with_enter(arm: Sandbox, keyring: dict[str, str]) -> None:
    """What the profile has is the answer of Enter; only the secret is typed again."""
    assert log_in(SECRET, options=known(arm)).exit_code == 0
    done = log_in("", "", "", "", "", "", "", SECRET)
    assert done.exit_code == 0, done.stderr
    assert "Profile default exists: client 2218, the sandbox on this computer." in done.stderr
    assert list(keyring.values()) == [SECRET]


@pytest.mark.parametrize(
    ("lang", "message"),
    [
        ("en", "There is no login service at this address (HTTP 404)\n  → Check the address of the login service"),
        ("no", "Det er ingen innloggingstjeneste på denne adressen (HTTP 404)\n  → Kontroller adressen til innlogg"),
    ],
)
def test_a_wrong_address_of_the_login_service_is_not_a_wrong_secret(arm: Sandbox, lang: str, message: str) -> None:
    """HTTP 404 is about the address: it is the first answer to enter again."""
    wrong = arm.token_url.replace("/token", "/tokem")
    done = log_in(SECRET, "1", arm.token_url, options=(*known(arm, **{"token-url": wrong}), "--lang", lang))
    assert message in done.stderr
    assert done.exit_code == 0, done.stderr


@pytest.mark.parametrize(
    ("lang", "message"),
    [("en", "The settings are saved in {path}. Use --secret-file"), ("no", "Innstillingene er lagret i {path}. Bruk")],
)
def test_ctrl_c_at_the_last_question_names_what_is_saved(
    arm: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lang: str, message: str
) -> None:
    """Without a keyring armbulk asks about a file: who stops there reads that only the settings are saved."""

    def refuse(*_: str) -> None:
        raise keyring_secrets.NoKeyringError

    monkeypatch.setattr(keyring_secrets.keyring, "set_password", refuse)
    done = log_in(SECRET, options=(*known(arm), "--lang", lang))
    assert message.format(path=tmp_path / "config.toml") in done.stderr
    assert (done.exit_code, config(tmp_path)["profiles"]["default"]["client_no"]) == (5, "2218")
    assert not (tmp_path / "secrets").exists()
