"""What is written for a moment beside a file: private, of one thread, and gone afterwards."""

from __future__ import annotations

import stat
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import xlsxwriter

from armbulk.writers.atomic import temporary_file
from armbulk.writers.workbook_options import text_options


def test_libraries_write_into_a_private_folder_and_the_process_keeps_its_own(tmp_path: Path) -> None:
    """The folder of the whole process stays: a server of pages writes in several threads."""
    before = tempfile.gettempdir()
    with temporary_file(tmp_path / "result.xlsx") as temporary:
        options = text_options(temporary)
        folder = Path(options["tmpdir"])
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        book = xlsxwriter.Workbook(str(temporary), {**options, "constant_memory": True})
        book.add_worksheet().write(0, 0, "secret")
        assert list(folder.iterdir())
        assert tempfile.gettempdir() == before
        book.close()
    assert list(tmp_path.iterdir()) == []


def test_two_threads_write_the_same_file_at_once(tmp_path: Path) -> None:
    """Each has a temporary file of its own; neither deletes the other's."""
    both = threading.Barrier(2, timeout=30)

    def write(text: str) -> str:
        with temporary_file(tmp_path / "result.xlsx") as temporary:
            temporary.write_text(text, encoding="utf-8")
            both.wait()
            content = temporary.read_text(encoding="utf-8")
            both.wait()
        return content

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(write, ["one", "two"])) == ["one", "two"]
    assert list(tmp_path.iterdir()) == []


def test_without_the_folder_a_text_stays_a_text(tmp_path: Path) -> None:
    """Options for a workbook that is written directly."""
    options = text_options(tmp_path / "result.xlsx")
    assert "tmpdir" not in options
    assert options["strings_to_formulas"] is False
