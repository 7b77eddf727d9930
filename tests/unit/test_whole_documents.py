"""A document is sent with all of its lines or not at all; lines without a number are asked about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.sheets import check_texts, codes, document, line, sent_documents

from armbulk.app.connect import connect
from armbulk.app.dialog import ContinuationQuestion, Dialog
from armbulk.cli import cli
from armbulk.model.read_options import ReadOptions

if TYPE_CHECKING:
    from pathlib import Path

FILL = ReadOptions(continuation_rows="same-as-above")
FLAT = (
    "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Linjenr;Linjetekst;Antall;Linjebeløp inkl. mva\n"
    "F1;IN;K1;2026-02-01;2026-02-15;NOK;1;Kam;1;100\n"
    ";;;;;;2;Total renovering;1;150\n"
    "F2;IN;K2;2026-02-01;2026-02-15;NOK;1;Kam;1;100\n"
    "F3;IN;K2;2026-02-01;2026-02-15;NOK;1;Kam;1;100\n"
)


@pytest.mark.first_cases(4)
@pytest.mark.parametrize(
    ("lines", "sent"),
    [
        ([line("F1"), line("", "2"), line("F2"), line("F3")], ["F3"]),  # beside F1 and F2
        ([line("F1"), line("F2"), line("", "2"), line("F2", "3"), line("F3")], ["F1", "F3"]),  # inside F2
        ([line("", "1"), line("F1"), line("F2"), line("F3")], ["F2", "F3"]),  # above F1
        ([line("F1"), line("F2"), line("F3"), line("", "2")], ["F1", "F2"]),  # the last one
        ([line("F1"), line("", "2"), line("", "3"), line("F2"), line("F3")], ["F3"]),
        (
            [line("F1"), line("F1x", "2"), line("F1", "3"), line("F2"), line("F3")],
            ["F2", "F3"],
        ),  # a typing error inside
        ([line("F1"), line("F2", amounts="x;25;125"), line("F3")], ["F1", "F3"]),
        ([line("F1"), line("F2") + ";x", line("F3")], []),  # a line that is cut: it may be several
        (
            [line("F1"), line("F2", "1", ";;", "Total renovering"), line("", "2", "50;;", "Total bad"), line("F3")],
            ["F1"],
        ),
    ],
)
def test_documents_beside_a_line_of_nobody_are_held_back(tmp_path: Path, lines: list[str], sent: list[str]) -> None:
    """No one knows whose line it is: both neighbours wait."""
    found = check_texts(tmp_path, documents=[document(f"F{number}") for number in (1, 2, 3)], lines=lines)
    assert sent_documents(found) == sent


def test_continuation_rows_are_one_finding(tmp_path: Path) -> None:
    """They are an error until the user decides; then they belong to the document above."""
    documents = [document("F1", "300;75;375"), document("F2"), document("F3")]
    lines = [line("F1"), line("", "2"), line("", "3"), line("F2"), line("F3")]
    found = check_texts(tmp_path, documents=documents, lines=lines)
    assert codes(found) == [(3, "A", "continuation-rows")]  # that the sum of F1 differs follows from it
    assert sent_documents(found) == ["F3"]
    other = check_texts(tmp_path, documents=[*documents[:2], document("F3", "80;20;100")], lines=lines)
    assert codes(other) == [(4, "I", "lines-sum-differs"), (3, "A", "continuation-rows")]
    filled = check_texts(tmp_path, FILL, documents=documents, lines=lines)
    assert codes(filled) == [(3, "A", "continuation-filled")]
    assert filled.tables["lines"].rows["document_no"].to_list() == ["F1", "F1", "F1", "F2", "F3"]
    assert sent_documents(filled) == ["F1", "F2", "F3"]


def test_continuation_rows_of_a_flat_file(tmp_path: Path) -> None:
    """The usual layout of an export: the document's columns are in its first row only."""
    found = check_texts(tmp_path, flat=FLAT.splitlines())
    assert [pair for pair in codes(found) if pair[2] != "flat-sums"] == [(3, "A", "continuation-rows")]
    assert sent_documents(found) == ["F3"]
    filled = check_texts(tmp_path, FILL, flat=FLAT.splitlines())
    assert filled.errors == 0
    assert filled.tables["documents"].rows["incl_vat"].cast(float).to_list() == [250, 100, 100]


@pytest.mark.parametrize(
    "row",
    [
        line("", "1"),  # the number of a new document may be missing
        line("", "2", "100;25;125", "Sum"),  # a total that is called so
        line("", "", "100;25;125", "Totalt 1 linje", ";"),  # and one that adds up
        line("", "", "100;25;125", "", ";"),  # or has amounts and nothing else
    ],
)
def test_what_may_be_no_continuation_is_not_filled(tmp_path: Path, row: str) -> None:
    """A row that may be a total, or begin a document, never becomes a line of the document above."""
    found = check_texts(tmp_path, FILL, documents=[document("F1"), document("F2")], lines=[line("F1"), row, line("F2")])
    assert found.tables["lines"].rows["document_no"].to_list() == ["F1", None, "F2"]
    assert found.errors == 1


def test_another_customer_is_another_document(tmp_path: Path) -> None:
    """A row with a value of the document that differs from the row above has lost its own number."""
    rows = FLAT.replace(";;;;;;2;Total", ";;K9;;;;2;Total").splitlines()
    found = check_texts(tmp_path, FILL, flat=rows)
    assert (3, "A", "required") in codes(found)
    assert sent_documents(found) == ["F3"]


def test_a_line_is_never_called_a_total(tmp_path: Path) -> None:
    """A line with a text such as `Total renovering`, or with numbers alone, is no total; a sum below the lines is."""
    documents = [document("F1", "300;75;375")]
    lines = [line("F1"), line("F1", "2"), line("", "3", text="Total renovering"), ";;;;;100;25;125"]
    found = check_texts(tmp_path, documents=documents, lines=lines)
    assert "total-row" not in [code for _, _, code in codes(found)]
    total = check_texts(tmp_path, documents=[document("F1", "200;50;250")], lines=[*lines[:2], ";;Sum;;;200;50;250"])
    assert codes(total) == [(4, None, "total-row")]
    assert sent_documents(total) == ["F1"]


@pytest.mark.parametrize(
    "notes",
    [["Side 1 av 3"], ["Skrevet ut av Kari;;01.05.2025"], ["* Beløp i NOK", "", "Skrevet ut 1. mai av Kari", "---"]],
)
def test_a_note_under_a_table_is_one_finding(tmp_path: Path, notes: list[str]) -> None:
    """A page footer is no record: it is one finding, whatever its rows lack."""
    found = check_texts(tmp_path, documents=[document("F1"), document("F2"), *notes])
    assert codes(found) == [(4, None, "note-row")]
    assert sent_documents(found) == ["F1", "F2"]
    among = check_texts(tmp_path, documents=[document("F1")], lines=[line("F1"), *notes])
    assert codes(among) == [(3, None, "note-row")]
    assert sent_documents(among) == ["F1"]


def test_a_text_line_is_no_note(tmp_path: Path) -> None:
    """A line of an invoice may be a text alone."""
    found = check_texts(tmp_path, FILL, documents=[document("F1")], lines=[line("F1"), ";;Arbeid utført i mai;;;;;"])
    assert codes(found) == [(3, "A", "continuation-filled")]


def test_a_row_without_a_line_is_no_line(tmp_path: Path) -> None:
    """A document above its lines is no line of its own; in a sheet of lines, a row without a line is an error."""
    header = (
        "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Fakturabeløp inkl. mva;Linjenr;Linjetekst;Antall"
    )
    rows = [header, "F1;IN;K1;2026-02-01;2026-02-15;NOK;250;;;", ";;;;;;;1;Kam;1", ";;;;;;;2;Kam;1"]
    found = check_texts(tmp_path, FILL, flat=rows)
    assert codes(found) == [(3, "A", "continuation-filled")]
    assert found.tables["lines"].rows.select("row", "document_no").rows() == [(3, "F1"), (4, "F1")]
    bare = check_texts(tmp_path, flat=[*rows[:2], "F2;IN;K1;2026-02-01;2026-02-15;NOK;125;1;Kam;1"])
    assert (codes(bare), sent_documents(bare)) == ([(2, "A", "document-without-lines")], ["F2"])
    row = "F{};IN;K1;2026-02-01;2026-02-15;NOK;250;{}"
    among = check_texts(tmp_path, flat=[header, *(row.format(n, ";;" if n == 2 else "1;Kam;1") for n in (1, 2, 3))])
    assert sent_documents(among) == ["F1", "F3"]
    empty = check_texts(tmp_path, documents=[document("F1")], lines=[line("F1"), "F1;;;;;;;"])
    assert codes(empty) == [(3, "A", "empty-line")]
    assert sent_documents(empty) == []


class Answers(Dialog):
    """Answers the question about continuation rows."""

    def __init__(self, *, yes: bool) -> None:
        super().__init__()
        self.yes = yes
        self.questions: list[ContinuationQuestion] = []

    def continue_documents(self, question: ContinuationQuestion) -> bool:
        """Record the question."""
        self.questions.append(question)
        return self.yes


@pytest.mark.parametrize("yes", [True, False])
def test_continuation_rows_are_asked_about(tmp_path: Path, yes: bool) -> None:
    """The answer counts for the whole import, and is kept with the files."""
    path = tmp_path / "flat.csv"
    path.write_text(FLAT, encoding="utf-8")
    dialog = Answers(yes=yes)
    result = connect().check(path, dialog=dialog)
    assert [(question.count, question.rows) for question in dialog.questions] == [("1", "3")]
    assert result.ok is yes
    assert result.inputs.options.continuation_rows == ("same-as-above" if yes else "stop")


def test_the_option_decides(tmp_path: Path) -> None:
    """`--continuation-rows` is an option of every command that reads files."""
    path = tmp_path / "flat.csv"
    path.write_text(FLAT, encoding="utf-8")
    exits = {
        choice: CliRunner().invoke(cli, ["check", str(path), "--json", "--continuation-rows", choice])
        for choice in ("same-as-above", "stop")
    }
    assert {choice: result.exit_code for choice, result in exits.items()} == {"same-as-above": 0, "stop": 1}
    assert json.loads(exits["stop"].stdout)["counts"]["error"] == 1


@settings(max_examples=settings().max_examples // 4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["F1", "F2", "F3", "", "?"]), min_size=1, max_size=8))
def test_no_document_is_sent_without_a_line(tmp_path: Path, owners: list[str]) -> None:
    """Whatever lines have lost their number, no document is sent that may be the owner of one of them."""
    lines = [line("" if owner == "?" else owner, str(number)) for number, owner in enumerate(owners, 1)]
    found = check_texts(tmp_path, documents=[document(f"F{number}") for number in (1, 2, 3)], lines=lines)
    for position, owner in enumerate(owners):
        if owner not in {"", "?"}:
            continue
        above = next((name for name in reversed(owners[:position]) if name.startswith("F")), "")
        below = next((name for name in owners[position:] if name.startswith("F")), "")
        assert not {above, below} & set(sent_documents(found))
