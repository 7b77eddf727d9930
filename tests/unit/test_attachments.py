"""Attachments: only PDF files below the workbook's folder, each paired with its document, and none of them sent."""

import ntpath
import os
import posixpath
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armbulk.i18n import unpack_text
from armbulk.model.attachment_names import find_attachment_problem
from armbulk.readers.attachments import (
    MAX_ATTACHMENT_BYTES,
    Attachment,
    AttachmentFolder,
    AttachmentProblem,
)
from armbulk.validation.check import Checked, check_files

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
HEAD = "Fakturanr;Kundenr;Bilagstype;Fakturadato;Forfallsdato;Valuta;Beløp inkl. mva;Vedlegg"


def check(folder: Path, *cells: str) -> Checked:
    """A list of documents, one for each cell of the column."""
    rows = [f"100{no};7;IN;2026-01-02;2026-02-02;NOK;100;{cell}" for no, cell in enumerate(cells)]
    path = folder / "Fakturaer.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return check_files([str(path)])


def codes(checked: Checked) -> list[tuple[int, str, str]]:
    """Row, code and value of the findings about attachments."""
    findings = checked.findings.filter(checked.findings["code"].str.starts_with("attachment"))
    assert set(findings["column"]) <= {"H"}
    return [tuple(row) for row in findings.select("row", "code", "value").iter_rows()]


NAMES_REFUSED = [
    "../a.pdf", "x/../../a.pdf", "..\\a.pdf", "./a.pdf", "x//a.pdf", "/etc/a.pdf", "\\\\server\\share\\a.pdf",
    "//server/a.pdf", "\\\\?\\C:\\a.pdf", "C:\\a.pdf", "c:a.pdf", "file:///a.pdf", "https://example.com/a.pdf",
    "a.pdf:stream.pdf", "a:b.pdf", "NUL.pdf", "con.pdf", "nul .pdf", "COM1.x.pdf", "lpt¹.pdf", "CONOUT$.pdf",
    "x/aux/a.pdf",
    "x/aux.d/a.pdf", "a.pdf.", "a.pdf ", "x./a.pdf", "x /a.pdf", "a\u202efdp.pdf", "a\u200b.pdf", "a\x00.pdf",
    "a\u00ad.pdf", "a.\u0440df", "a.ｐｄｆ", "a.pdf.exe", "a.exe", "a.docx", "pdf", ".pdf", "x/.pdf", "", "x/",
    "a?.pdf",
    "a*.pdf", "a|b.pdf", f"{'å' * 130}.pdf",
]  # fmt: skip


@pytest.mark.promise("P21")
@pytest.mark.parametrize("name", NAMES_REFUSED)
def test_a_name_that_could_be_something_else_is_refused(name: str, tmp_path: Path) -> None:
    """Whatever the system would make of it: the folder is not even listed."""
    result = AttachmentFolder(tmp_path / "missing").read(name)
    assert isinstance(result, AttachmentProblem)
    assert result.code == "attachment-name"
    assert result.detail


@pytest.mark.parametrize(
    "name", ["a.pdf", "vedlegg/Å 1.PDF", "vedlegg\\2026\\a-b_c (1).pdf", "aux1.pdf", "x.y.pdf", "~a.pdf"]
)
def test_usual_names_are_accepted(name: str) -> None:
    """With folders in either way of writing."""
    assert find_attachment_problem(name) is None


PIECES = (
    "..",
    ".",
    "/",
    "\\",
    ":",
    "C:",
    "nul",
    "aux",
    "com1",
    ".pdf",
    " ",
    "~",
    "a",
    "å",
    "?",
    "\u202e",
    "\u200b",
    "%2e",
)


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_no_accepted_name_leaves_the_folder(name: str) -> None:
    """On neither kind of system, whatever the pieces of the name are."""
    if find_attachment_problem(f"{name}.pdf") is not None:
        return
    for path in (ntpath, posixpath):
        whole = path.normpath(path.join("folder", f"{name}.pdf".replace("\\", "/")))
        assert whole.replace("\\", "/").startswith("folder/")
    parts = PureWindowsPath(f"{name}.pdf").parts
    assert not any(PureWindowsPath(part).is_reserved() for part in parts)
    assert not any(part.endswith((" ", ".")) or ":" in part for part in parts)


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    """Its path below the folder, its size and its hash, in any way to type its name."""
    (tmp_path / "Vedlegg").mkdir()
    (tmp_path / "Vedlegg" / "Bla\u030a.pdf").write_bytes(PDF)  # å as macOS stores it
    folder = AttachmentFolder(tmp_path)
    result = folder.read("vedlegg\\blå.PDF")
    assert isinstance(result, Attachment)
    assert (result.path, result.size, len(result.sha256)) == ("Vedlegg/Bla\u030a.pdf", len(PDF), 64)
    assert folder.list_unused() == []


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00", "Windows program"),
        (b"PK\x03\x04xx", "zip"),
        (b"<html>", "web page"),
        (b" %PDF-1.7\n%%EOF", "not a PDF"),
        (PDF[:-6], "not complete"),
        (b"%PDF-" + bytes(MAX_ATTACHMENT_BYTES), "10.0 MB"),
    ],
)
def test_the_content_decides_not_the_ending(content: bytes, word: str, tmp_path: Path) -> None:
    """A file that is called .pdf and is something else, or is not whole, is refused with the reason."""
    (tmp_path / "a.pdf").write_bytes(content)
    result = AttachmentFolder(tmp_path).read("a.pdf")
    assert isinstance(result, AttachmentProblem)
    assert (result.code, word in result.detail.text("en")) == ("attachment-unusable", True)


@pytest.mark.promise("P21")
def test_links_out_and_what_is_no_file_are_refused(tmp_path: Path) -> None:
    """A link inside the folder counts; one to another folder, a folder and a pipe do not, and none is waited for."""
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    for folder in (outside, inside, inside / "folder.pdf"):
        folder.mkdir()
    (outside / "a.pdf").write_bytes(PDF)
    (inside / "own.pdf").write_bytes(PDF)
    try:
        (inside / "file.pdf").symlink_to(outside / "a.pdf")
        (inside / "folder").symlink_to(outside)
        (inside / "good.pdf").symlink_to(inside / "own.pdf")
    except OSError:
        pytest.skip("links need a right on this system")
    read = AttachmentFolder(inside).read
    refused = [read(name) for name in ("file.pdf", "folder/a.pdf", "folder.pdf")]
    assert [each.code for each in refused if isinstance(each, AttachmentProblem)] == [
        "attachment-name", "attachment-name", "attachment-unusable"
    ]  # fmt: skip
    assert isinstance(read("good.pdf"), Attachment)
    if hasattr(os, "mkfifo"):
        os.mkfifo(inside / "pipe.pdf")
        assert isinstance(AttachmentFolder(inside).read("pipe.pdf"), AttachmentProblem)


def test_each_file_is_paired_with_its_document(tmp_path: Path) -> None:
    """What is missing, shared or not named has a cell; a document with a wrong attachment is held back."""
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        (tmp_path / name).write_bytes(PDF + name.encode())
    (tmp_path / "copy.pdf").write_bytes(PDF + b"a.pdf")
    checked = check(tmp_path, "a.pdf", "b.pdf, c.pdf", "../x.pdf", "copy.pdf", "", "bb.pdf")
    assert codes(checked) == [
        (1, "attachment-unused", "2"),
        (1, "attachments-not-sent", "2"),
        (2, "attachment-repeated", "a.pdf"),
        (3, "attachment-missing", "b.pdf, c.pdf"),
        (4, "attachment-name", "../x.pdf"),
        (7, "attachment-missing", "bb.pdf"),
    ]
    assert checked.attachments.select("document_no", "path").rows() == [("1000", "a.pdf"), ("1003", "copy.pdf")]
    assert checked.blocked_rows["documents"]["row"].to_list() == [3, 4, 7]


def test_a_file_that_a_row_names_is_not_called_unused(tmp_path: Path) -> None:
    """Not even one that cannot be used; a row that names its file twice is named once beside the others."""
    for name, content in (("a.pdf", PDF), ("b.pdf", b""), ("c.pdf", PDF + b"c")):
        (tmp_path / name).write_bytes(content)
    checked = check(tmp_path, "a.pdf", "b.pdf", "a.pdf; A.PDF")
    assert [code for _row, code, _value in codes(checked)] == [
        "attachment-unused", "attachments-not-sent", "attachment-repeated", "attachment-unusable",
    ]  # fmt: skip
    details = dict(checked.findings.select("code", "detail").iter_rows())
    assert details["attachment-unused"] == "c.pdf"
    assert unpack_text(details["attachment-repeated"]) == "row 4"
