"""Template workbooks: what an accountant enters arrives unchanged."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from support.commands import call, called
from support.paths import ROOT

from armbulk.arm.encode import encode_records
from armbulk.i18n import Words
from armbulk.model.fields import Field, FieldRole, FieldType
from armbulk.model.result_columns import CODES, GUIDE
from armbulk.resources import RESOURCES
from armbulk.validation.check import check_files

if TYPE_CHECKING:
    from pathlib import Path

COMMITTED = ROOT / "templates" / "workbooks"
LANGS = ("en", "nb")
HOLDS = {"customers": ["customers"], "documents": ["documents", "lines"], "all": ["customers", "documents", "lines"]}


def template(folder: Path, resource: str, lang: str, *words: str) -> Path:
    """Write a template as a user does."""
    path = folder / f"{resource}-{lang}.xlsx"
    code, said = called("template", resource, "-o", str(path), "--lang", lang, *words)
    assert code == 0
    assert said["file"] == str(path)
    return path


def columns(name: str) -> list[Field]:
    """The columns a template has for a resource."""
    return [one for one in RESOURCES[name].fields if one.role is not FieldRole.READ_ONLY]


def dump(path: Path) -> dict[str, Any]:
    """A workbook's cells, formats, widths and validations: all that matters of it."""
    found: dict[str, Any] = {}
    for page in openpyxl.load_workbook(path):
        found[page.title] = {
            "cells": {
                cell.coordinate: (cell.value, cell.number_format, cell.fill.fgColor.rgb, cell.font.b)
                for row in page.iter_rows()
                for cell in row
                if cell.value is not None
            },
            "columns": {key: (one.width, one.number_format) for key, one in page.column_dimensions.items()},
            "entry": sorted(
                (str(one.sqref), one.type, one.formula1, one.formula2, one.promptTitle, one.prompt, one.error)
                for one in page.data_validations.dataValidation
            ),
            "frozen": page.freeze_panes,
        }
    return found


@pytest.mark.parametrize("resource", list(HOLDS))
@pytest.mark.parametrize("lang", LANGS)
def test_an_untouched_template_has_no_problem(tmp_path: Path, resource: str, lang: str) -> None:
    """A new template has no errors, and is reported to have no rows yet."""
    path = template(tmp_path, resource, lang)
    code, said = called("check", str(path))
    assert (code, said["findings"]) == (0, [])
    known = {one["resource"]: one["rows"] for one in said["sheets"] if one["resource"]}
    assert known == dict.fromkeys(HOLDS[resource], 0)
    assert "The files have no rows yet" in call("check", str(path))[1]


@pytest.mark.parametrize("resource", list(HOLDS))
@pytest.mark.parametrize("lang", LANGS)
def test_the_example_rows_are_right(tmp_path: Path, resource: str, lang: str) -> None:
    """With --examples every sheet has rows without errors and warnings."""
    checked = check_files([str(template(tmp_path, resource, lang, "--examples"))])
    assert checked.findings.is_empty()
    assert all(checked.tables[name].rows.height >= 2 for name in HOLDS[resource])


def test_the_example_rows_show_every_column(tmp_path: Path) -> None:
    """The first example row has each field's example, and the JSON has the same values."""
    checked = check_files([str(template(tmp_path, "all", "no", "--examples"))])
    for name in HOLDS["all"]:
        row = checked.tables[name].rows.row(0, named=True)
        assert [one.name for one in columns(name) if one.example and row[one.name] is None] == []
    first, second = encode_records(checked.tables["documents"], checked.tables["lines"])["payload"]
    assert json.loads(first)["currencyAmounts"] == {"exclVat": 5200, "vat": 1300, "inclVat": 6500}
    assert [len(json.loads(one)["documentLines"]) for one in (first, second)] == [2, 1]
    customer = json.loads(encode_records(checked.tables["customers"], None)["payload"][0])
    assert customer["vatLiable"] is True
    assert customer["ssn"] == "01819921764"


@pytest.mark.parametrize("lang", LANGS)
def test_sheets_and_headers_are_in_the_language(tmp_path: Path, lang: str) -> None:
    """Sheets, headers, guide and codes are in the chosen language; the header is frozen."""
    book = openpyxl.load_workbook(template(tmp_path, "all", lang))
    titles = [RESOURCES[name].title for name in HOLDS["all"]]
    assert book.sheetnames == [words.text(lang) for words in (*titles, GUIDE, CODES)]
    assert book.active is not None
    assert book.active.title == titles[0].text(lang)
    for name in HOLDS["all"]:
        page = book[RESOURCES[name].title.text(lang)]
        assert [cell.value for cell in page[1]] == [one.header.text(lang) for one in columns(name)]
        assert page.freeze_panes.endswith("2")
        fills = {one.required: page.cell(1, at).fill.fgColor.rgb for at, one in enumerate(columns(name), start=1)}
        assert fills[True] != fills[False]


@pytest.mark.parametrize(("name", "lang"), [*((name, "en") for name in HOLDS["all"]), ("documents", "nb")])
def test_columns_have_their_format(tmp_path: Path, name: str, lang: str) -> None:
    """Identifiers and texts are formatted as text to the last row, dates as the language writes them, amounts too."""
    page = openpyxl.load_workbook(template(tmp_path, "all", lang))[RESOURCES[name].title.text(lang)]
    wanted = {
        FieldType.DATE: {"en": "yyyy-mm-dd", "nb": "dd.mm.yyyy"}[lang],
        FieldType.AMOUNT: "#,##0.00",
        FieldType.INTEGER: "0",
        FieldType.QUANTITY: "General",
    }
    for at, one in enumerate(columns(name), start=1):
        letter = openpyxl.utils.get_column_letter(at)
        group = next(key for key, dim in page.column_dimensions.items() if dim.min <= at <= dim.max)
        assert page.column_dimensions[group].number_format == wanted.get(one.type, "@"), letter


@pytest.mark.parametrize("lang", LANGS)
def test_leading_zeros_typed_into_a_template_stay(tmp_path: Path, lang: str) -> None:
    """0012 entered in a text column is sent as 0012."""
    path = template(tmp_path, "customers", lang)
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    at = {one.name: place for place, one in enumerate(columns("customers"), start=1)}
    typed = {"customer_no": "0012", "name": "Åse Ødegård", "postal_code": "0150", "phone_no": "004799887766"}
    for name, value in typed.items():
        page.cell(2, at[name]).value = value
    book.save(path)
    checked = check_files([str(path)])
    assert checked.errors == 0
    body = json.loads(encode_records(checked.tables["customers"], None)["payload"][0])
    assert body["customerNo"] == "0012"
    assert body["phoneNo"] == "004799887766"
    assert body["postalAddress"]["postalCode"] == "0150"


@pytest.mark.parametrize("lang", LANGS)
def test_every_cell_says_what_belongs_there(tmp_path: Path, lang: str) -> None:
    """Each header and column shows the field's help when selected, in full."""
    book = openpyxl.load_workbook(template(tmp_path, "all", lang))
    for name in HOLDS["all"]:
        page = book[RESOURCES[name].title.text(lang)]
        prompts = {str(one.sqref): one.prompt for one in page.data_validations.dataValidation}
        for at, one in enumerate(columns(name), start=1):
            letter = openpyxl.utils.get_column_letter(at)
            assert one.help.text(lang) in prompts[f"{letter}1"]
            assert prompts[f"{letter}1"] == prompts[f"{letter}2:{letter}1048576"]
            assert "…" not in prompts[f"{letter}1"]


def test_drop_downs_come_from_the_codes(tmp_path: Path) -> None:
    """Yes/no fields accept their list only; currencies are suggestions."""
    book = openpyxl.load_workbook(template(tmp_path, "customers", "no"))
    lists = {one.promptTitle: one for one in book["Kunder"].data_validations.dataValidation if one.type == "list"}
    for header, values, style in (("Mva-pliktig", ["ja", "nei"], None), ("Valuta", ["NOK", "SEK"], "information")):
        sheet, _, cells = str(lists[header].formula1).partition("!")
        assert sheet.strip("'") == "Koder"
        assert [cell.value for (cell,) in book["Koder"][cells.replace("$", "")]][:2] == values
        assert lists[header].errorStyle == style


@pytest.mark.parametrize("lang", LANGS)
def test_the_guide_explains_every_column_in_both_languages(tmp_path: Path, lang: str) -> None:
    """The guide has a row for each column: headers, meaning and rules in two languages, example and ARM path."""
    page = openpyxl.load_workbook(template(tmp_path, "all", lang))[GUIDE.text(lang)]
    rows = {tuple(row[:3]): row for row in page.iter_rows(values_only=True)}
    for name in HOLDS["all"]:
        for one in columns(name):
            words = [one.header.text(lang), one.header.text("nb" if lang == "en" else "en")]
            row = rows[(RESOURCES[name].title.text(lang), *words)]
            assert {one.help, one.help.text("nb"), one.path} <= set(row)
            assert not one.example or one.write_example(lang) in row


def test_a_sheet_of_ones_own_called_guide_is_not_passed_over(tmp_path: Path) -> None:
    """Only armbulk's own guide is skipped: customers in a sheet called Guide are read."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "Guide"
    for row in (["Customer no", "Name"], ["K1", "Kari"]):
        page.append(row)
    book.save(tmp_path / "own.xlsx")
    assert check_files([str(tmp_path / "own.xlsx")]).tables["customers"].rows.height == 1


def test_a_marked_copy_keeps_guide_and_codes(tmp_path: Path) -> None:
    """A marked copy of a template keeps the guide and the codes."""
    path = template(tmp_path, "all", "no", "--examples")
    marked = tmp_path / "marked.xlsx"
    assert call("check", str(path), "-o", str(marked))[0] == 0
    assert {"Veiledning", "Koder"} <= set(openpyxl.load_workbook(marked).sheetnames)


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    """A template never overwrites an existing file unless confirmed."""
    path = template(tmp_path, "customers", "en")
    path.write_bytes(b"mine")
    code, said = called("template", "customers", "-o", str(path))
    assert (code, said["error"]["code"]) == (2, "file-exists")
    assert "-o" in said["error"]["hint"]
    assert path.read_bytes() == b"mine"
    template(tmp_path, "customers", "en", "--yes")
    assert path.read_bytes() != b"mine"


@pytest.mark.parametrize(
    ("resource", "lang", "name"),
    [("customers", "en", "customers-template.xlsx"), ("lines", "no", "fakturaer-mal.xlsx"),
     ("documents", "no", "fakturaer-mal.xlsx"), ("all", "no", "kunder-og-fakturaer-mal.xlsx")],
)  # fmt: skip
def test_without_a_name_the_file_is_called_after_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resource: str, lang: str, name: str
) -> None:
    """Without -o the template is written to the current folder under a name in the chosen language."""
    monkeypatch.chdir(tmp_path)
    assert called("template", resource, "--lang", lang)[1]["file"] == name
    assert [path.name for path in tmp_path.glob("*.xlsx")] == [name]


def test_only_a_workbook_can_be_a_template(tmp_path: Path) -> None:
    """A name that is not .xlsx or a missing folder is an error before anything is written."""
    assert called("template", "all", "-o", str(tmp_path / "mal.csv"))[1]["error"]["code"] == "not-xlsx"
    assert called("template", "all", "-o", str(tmp_path / "no" / "mal.xlsx"))[1]["error"]["code"] == "no-such-folder"
    assert list(tmp_path.glob("mal*")) == []


def test_the_same_template_is_the_same_bytes(tmp_path: Path) -> None:
    """The same template has the same bytes every time."""
    first = template(tmp_path, "all", "no", "--examples").read_bytes()
    assert template(tmp_path, "all", "no", "--examples", "--yes").read_bytes() == first


NAMES = {
    "customers": Words("customers-template.xlsx", "kunder-mal.xlsx"),
    "documents": Words("documents-template.xlsx", "fakturaer-mal.xlsx"),
}


@pytest.mark.parametrize("resource", list(NAMES))
@pytest.mark.parametrize("lang", LANGS)
def test_committed_templates_are_fresh(tmp_path: Path, resource: str, lang: str) -> None:
    """The committed templates are those that armbulk writes today."""
    committed = COMMITTED / NAMES[resource].text(lang)
    stale = f"{committed.name} is stale: run make templates"
    assert dump(committed) == dump(template(tmp_path, resource, lang)), stale


@pytest.mark.proof
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_a_template(tmp_path: Path) -> None:
    """LibreOffice reads a filled template and saves it again with every row, and the check still passes."""
    path = template(tmp_path, "all", "no", "--examples")
    home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    out = tmp_path / "out"
    order = ["soffice", home, "--headless", "--convert-to", "xlsx", "--outdir", str(out), str(path)]
    subprocess.run(order, check=True, capture_output=True, timeout=120)
    before, after = (check_files([str(one)]) for one in (path, out / path.name))
    assert after.errors == 0
    for name in HOLDS["all"]:
        assert after.tables[name].rows.equals(before.tables[name].rows)
