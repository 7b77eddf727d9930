"""Profiles in the browser: a login is tried and saved as on the terminal, and no page shows a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring
from support.web import Browser, open_browser, open_pages

from armbulk.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import httpx

_WRONG = "canary-wrong-secret"


class MemoryKeyring(KeyringBackend):
    """A keyring in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.secrets: dict[str, str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        """Return a secret."""
        del service
        return self.secrets.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store a secret."""
        del service
        self.secrets[username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Delete a secret."""
        del service
        del self.secrets[username]


@pytest.fixture(scope="module")
def arm() -> Iterator[Sandbox]:
    """A sandbox."""
    with Sandbox() as server:
        yield server


@pytest.fixture
def memory() -> Iterator[MemoryKeyring]:
    """A keyring in memory, in place of this computer's."""
    before, secrets = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(secrets)
    yield secrets
    keyring.set_keyring(before)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """A browser of pages that have no settings yet."""
    with open_pages({"ARMBULK_HOME": str(tmp_path / "data")}) as pages, open_browser(pages) as caller:
        yield caller


def fill(arm: Sandbox, **others: str) -> dict[str, str]:
    """The answers of a new profile that the sandbox accepts."""
    settings = arm.settings
    answers = {
        "is_new": "yes",
        "profile": "anne",
        "base_url": settings["ARMBULK_BASE_URL"],
        "client_no": settings["ARMBULK_CLIENT_NO"],
        "client_name": "Anne AS",
        "token_url": settings["ARMBULK_TOKEN_URL"],
        "client_id": settings["ARMBULK_CLIENT_ID"],
        "user_id": "anne",
        "client_size": "M",
        "sole_sender": "yes",
        "secret": settings["ARMBULK_CLIENT_SECRET"],
    }
    return {**answers, **others}


def log_in(browser: Browser, answers: Mapping[str, str]) -> httpx.Response:
    """Send the form, and wait until the login was tried; no page has the secret."""
    page = browser.wait(browser.post("/profiles/login", answers))
    assert answers["secret"] not in page.text or not answers["secret"]
    return page


def test_a_login_that_arm_accepts_is_saved(
    browser: Browser, arm: Sandbox, memory: MemoryKeyring, tmp_path: Path
) -> None:
    """The secret is in the keyring alone; no page shows it; logging out deletes it."""
    secret = arm.settings["ARMBULK_CLIENT_SECRET"]
    assert "There are no profiles yet" in browser.get("/profiles").text
    assert 'type="password"' in browser.get("/profiles/new").text
    saved = log_in(browser, fill(arm))
    assert "ARM accepted the login" in saved.text
    assert list(memory.secrets.values()) == [secret]
    pages = [saved.text, *(browser.get(path).text for path in ("/", "/profiles", "/profiles/edit?name=anne"))]
    files = [path.read_text("utf-8") for path in (tmp_path / "data").rglob("*") if path.suffix in {".toml", ".json"}]
    assert not [text for text in [*pages, *files] if secret in text]
    assert "client secret saved" in pages[2]
    assert 'value="Anne AS"' in pages[3]
    assert "Delete the secret" in browser.get("/profiles/logout?name=anne").text
    assert "no client secret saved" in browser.post("/profiles/logout", {"profile": "anne"}).text
    assert memory.secrets == {}


def test_an_edit_keeps_the_secret_of_the_same_login_only(browser: Browser, arm: Sandbox, memory: MemoryKeyring) -> None:
    """A blank secret is the saved one; for another client number it is not used."""
    log_in(browser, fill(arm))
    same = {**fill(arm, client_name="Anne AS, Oslo", secret=""), "is_new": ""}
    assert "ARM accepted the login" in log_in(browser, same).text
    other = log_in(browser, {**same, "client_no": "9999"})
    assert "This answer is missing" in other.text
    assert len(memory.secrets) == 1


@pytest.mark.usefixtures("memory")
def test_a_refused_secret_is_named_and_typed_again(browser: Browser, arm: Sandbox) -> None:
    """The other answers stay, the page says which may be wrong, and nothing is saved."""
    refused = log_in(browser, fill(arm, secret=_WRONG))
    assert "This answer may be wrong" in refused.text
    assert "Save without a test" in refused.text
    assert 'value="Anne AS"' in refused.text
    assert "There are no profiles yet" in browser.get("/profiles").text
    form = refused.url.path.rpartition("/")[2]
    assert "ARM accepted the login" in log_in(browser, fill(arm, form=form)).text


@pytest.mark.usefixtures("memory")
def test_wrong_answers_are_explained_beside_them(browser: Browser, arm: Sandbox) -> None:
    """Each answer that cannot be right has its reason; an address where nothing answers is named by the trial."""
    answers = {"base_url": "https://api.staging.amili.no", "client_no": "22 18", "profile": "-x", "secret": "a b"}
    page = log_in(browser, fill(arm, **answers))
    assert "3 answers cannot be right" in page.text
    assert "A client number has digits only" in page.text
    nothing = log_in(browser, fill(arm, base_url="http://127.0.0.1:9/arm/v1", token_url="", secret="canary-token"))  # noqa: S106
    assert "This answer may be wrong" in nothing.text
    assert "There is already" not in nothing.text


def test_without_a_keyring_the_secret_goes_into_a_file_only_with_consent(
    browser: Browser, arm: Sandbox, tmp_path: Path
) -> None:
    """The page asks first; the file is its owner's."""
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    try:
        asked_page = log_in(browser, fill(arm))
        file = tmp_path / "data" / "secrets" / "anne.txt"
        assert "Save the secret in a file that only you can read" in asked_page.text
        assert not file.exists()
        saved = browser.wait(browser.post(f"{asked_page.url.path}/file"))
        assert "ARM accepted the login" in saved.text
        assert (file.stat().st_mode & 0o077, file.read_text("utf-8").strip()) == (
            0,
            arm.settings["ARMBULK_CLIENT_SECRET"],
        )
        assert "The secret is in this file" in browser.get("/profiles/logout?name=anne").text
    finally:
        keyring.set_keyring(before)


def test_the_demo_has_no_login() -> None:
    """It says why, and takes no secret."""
    with open_pages({}, demo=True) as pages, open_browser(pages) as caller:
        assert "The demo needs no profile" in caller.get("/profiles").text
        assert caller.get("/profiles/new").status_code == 400
        assert caller.post("/profiles/login", {"secret": _WRONG}).status_code == 400
