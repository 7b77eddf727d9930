"""Names of files: not accepted by Windows, or too long; and patterns that its shells do not expand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from armbulk.cli.file_patterns import expand_patterns
from armbulk.errors import FileError, describe_os_error
from armbulk.model.file_names import find_name_problem, find_path_problem
from armbulk.readers import read_sheets
from armbulk.writers import atomic

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("NUL", "device"),
        ("con.xlsx", "device"),
        (r"C:\regnskap\Lpt1.result.xlsx", "device"),
        ("aux .xlsx", "device"),
        ("result:march.xlsx", "cannot contain :"),
        ("hva?.xlsx", "cannot contain ?"),
        ("result.xlsx ", "end with a space or a dot"),
        ("result.", "end with a space or a dot"),
    ],
)
def test_names_that_lose_a_file_on_windows(name: str, reason: str) -> None:
    """Windows writes these to a device, behind another file, or to another name."""
    assert reason in str(find_name_problem(name))


@pytest.mark.parametrize(
    "name",
    [
        r"C:result.xlsx",  # in the current folder of that drive
        r"\\server\felles\Kunder og fakturaer æøå.xlsx",
        "console.xlsx",
        "nullstilling.xlsx",
        "com10.xlsx",
        "faktura[1] & (2) 100%.xlsx",
        "../result.xlsx",
    ],
)
def test_usual_names(name: str) -> None:
    """Nothing is wrong with these."""
    assert find_name_problem(name) is None


def test_length_of_a_path() -> None:
    """Windows opens 259 characters."""
    assert find_path_problem("C:" + "x" * 257) is None
    assert "260 characters" in str(find_path_problem("C:" + "x" * 258))


def test_a_name_is_refused_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows a result is not written to NUL, and elsewhere such a name is a usual one."""
    assert atomic.verify_writable(tmp_path / "nul.xlsx") is None
    monkeypatch.setattr(atomic, "IS_WINDOWS", True)
    for write in (atomic.verify_writable, lambda target: atomic.temporary_file(target).__enter__()):
        with pytest.raises(FileError, match="device") as error:
            write(tmp_path / "nul.xlsx")
        assert "another name" in error.value.hint
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("length", [240, 300])
def test_a_name_that_is_too_long_is_refused_before_sending(length: int, tmp_path: Path) -> None:
    """The names of temporary files are longer than that of the result, and count, too."""
    with pytest.raises(FileError, match="too long") as error:
        atomic.verify_writable(tmp_path / f"{'x' * length}.xlsx")
    assert "shorter name" in error.value.hint
    assert not list(tmp_path.iterdir())


def test_a_long_path_is_the_reason_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows says that such a file does not exist; armbulk names the length and the remedy."""
    path = tmp_path / ("x" * 200) / f"{'y' * 100}.xlsx"
    with pytest.raises(FileError, match="There is no file"):
        read_sheets(path)
    monkeypatch.setattr("armbulk.readers.file_access.IS_WINDOWS", True)
    with pytest.raises(FileError, match="Windows allows 259") as error:
        read_sheets(path)
    assert "shorter path" in error.value.hint


@pytest.mark.parametrize(("winerror", "text"), [(32, "Excel"), (206, "too long"), (362, "OneDrive"), (5, "denied")])
def test_errors_of_windows(winerror: int, text: str) -> None:
    """Where Windows says more than the error number of C, its reason is shown."""
    error = PermissionError(13, "Prosessen får ikke tilgang til filen")
    error.winerror = winerror  # type: ignore[attr-defined,unused-ignore]
    assert text in str(describe_os_error(error))


def test_patterns_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern is replaced by the files that match it; every other word stays exactly as it is."""
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "b.csv", "fakturaer1.xlsx", "fakturaer[1].xlsx", "fakturaer[1]b.xlsx"):
        (tmp_path / name).touch()
    monkeypatch.setenv("ARMBULK_X", "y")
    assert expand_patterns(["check", "*.csv"]) == ["check", "a.csv", "b.csv"]
    assert expand_patterns(["fakturaer[1].xlsx"]) == ["fakturaer[1].xlsx"]
    assert expand_patterns(["fakturaer[1]?.xlsx"]) == ["fakturaer[1]b.xlsx"]
    kept = ["check", "ingen*.xlsx", "--ignore-column=*", "%ARMBULK_X%.xlsx", "~", "100%", "$ARMBULK_X"]
    assert expand_patterns(kept) == kept
