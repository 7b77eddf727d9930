"""The settings about who sends, and where the number of the last sending is kept."""

from pathlib import Path

import platformdirs
import pytest

from armbulk.arm.lookups import read_customer
from armbulk.errors import SettingsError
from armbulk.model.response import Response
from armbulk.settings.load import load_profile
from armbulk.settings.saved_profiles import save_settings


@pytest.mark.parametrize(
    ("text", "expected"), [("true", True), ("TRUE", True), ("yes", True), ("false", False), ("no", False), ("", False)]
)
def test_sole_sender_from_the_environment(tmp_path: Path, text: str, expected: bool) -> None:
    """Unless it is printed, other machines may send, too."""
    profile = load_profile({"ARMBULK_HOME": str(tmp_path), "ARMBULK_SOLE_SENDER": text})
    assert profile.sole_sender is expected


@pytest.mark.parametrize("value", ["maybe", "1", "ja"])
def test_another_word_is_an_error(tmp_path: Path, value: str) -> None:
    """A setting that decides about look-ups is not guessed."""
    with pytest.raises(SettingsError, match="sole_sender"):
        load_profile({"ARMBULK_HOME": str(tmp_path), "ARMBULK_SOLE_SENDER": value})


@pytest.mark.parametrize("written", ["sole_sender = true", 'sole_sender = "true"', 'sole_sender = "yes"'])
def test_sole_sender_from_the_profile(tmp_path: Path, written: str) -> None:
    """TOML's own true, or the word."""
    (tmp_path / "config.toml").write_text(f"[profiles.a]\n{written}\n", encoding="utf-8")
    assert load_profile({"ARMBULK_HOME": str(tmp_path)}, "a").sole_sender
    assert not load_profile({"ARMBULK_HOME": str(tmp_path), "ARMBULK_SOLE_SENDER": "false"}, "a").sole_sender


@pytest.mark.parametrize("value", [True, False])
def test_it_is_saved_as_toml_has_it(tmp_path: Path, value: bool) -> None:
    """Both answers are written down."""
    path = save_settings(tmp_path, "a", {"client_no": "1", "sole_sender": value})
    assert f"sole_sender = {str(value).lower()}\n" in path.read_text(encoding="utf-8")


def test_the_counter_is_outside_of_the_home_folder(tmp_path: Path) -> None:
    """On no system is the folder of the counter in the folder of the store, or in one that is usually backed up."""
    for system in ("unix.Unix", "macos.MacOS", "windows.Windows"):
        module, name = system.split(".")
        folders = getattr(__import__(f"platformdirs.{module}", fromlist=[name]), name)
        if module == "windows":
            continue  # its folders are asked of Windows; the name alone keeps them apart
        home, cache = (Path(getattr(folders(app, appauthor=False), kind)) for app, kind in (
            ("armbulk", "user_data_dir"), ("armbulk-sendings", "user_cache_dir")))  # fmt: skip
        assert not cache.is_relative_to(home)
    default = load_profile({"ARMBULK_HOME": str(tmp_path)}).guard_folder
    assert default == platformdirs.user_cache_dir("armbulk-sendings", appauthor=False)


@pytest.mark.parametrize("folder", ["guard", "./guard", "{home}", "{home}/guard"])
def test_a_folder_that_proves_nothing_is_refused(tmp_path: Path, folder: str) -> None:
    """A counter in armbulk's own folder would be put back together with the store."""
    environ = {"ARMBULK_HOME": str(tmp_path), "ARMBULK_GUARD_FOLDER": folder.replace("{home}", str(tmp_path))}
    with pytest.raises(SettingsError, match="guard_folder"):
        load_profile(environ)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, b'{"customerNo":"7","name":"A"}', {"customerNo": "7", "name": "A"}),
        (200, b'{"customers":[{"customerNo":"7"}]}', {"customerNo": "7"}),
        (200, b"[]", {}),
        (200, b'{"customers":[]}', {}),
        (200, b'{"summary":{"totalCount":0},"customers":[]}', {}),
        (204, b"", {}),
        (200, b"", None),
        (200, b"{}", None),
        (200, b"<html>", None),
        (200, b"null", None),
        (200, b'{"customers":[],"error":"try later"}', None),
        (200, b'{"customerNo":"8"}', None),
        (404, b"", None),
        (500, b"[]", None),
    ],
)
def test_what_an_answer_says_of_a_customer(status: int, body: bytes, expected: dict[str, str] | None) -> None:
    """An empty list says that there is no such customer; what cannot be read says nothing."""
    assert read_customer(Response(status, body), "7") == expected


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("2218", "02218", True),
        ("2218", " 002218 ", True),
        ("0", "00", True),
        ("a1", "0a1", False),
        ("2218", "22180", False),
    ],
)
def test_a_client_is_the_same_however_many_zeros_it_is_written_with(
    tmp_path: Path, first: str, second: str, is_same: bool
) -> None:
    """What one profile has sent, another one of the same client does not send again."""
    base = {"ARMBULK_HOME": str(tmp_path), "ARMBULK_BASE_URL": "https://arm.example/arm/v1"}
    accounts = [load_profile({**base, "ARMBULK_CLIENT_NO": number}).account for number in (first, second)]
    assert (accounts[0] == accounts[1]) is is_same
