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
from armbulk.model.fields import Field, FieldType
from armbulk.model.result_columns import CODES, CODES_TITLE, GUIDE, GUIDE_TITLE, START
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


def columns(name: str, *, full: bool = False) -> tuple[Field, ...]:
    """The columns a template has for a resource."""
    return RESOURCES[name].list_template_fields(full=full)


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
            "print": (page.page_setup.orientation, page.page_setup.paperSize, page.print_title_rows),
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


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("full", [(), ("--full",)])
def test_the_example_rows_are_right(tmp_path: Path, lang: str, full: tuple[str, ...]) -> None:
    """With --examples every sheet has rows without a finding, and each column has a value in one of them."""
    code, said = called("check", str(template(tmp_path, "all", lang, "--examples", *full)))
    assert (code, said["findings"]) == (0, [])
    assert all(sheet["rows"] >= 2 for sheet in said["sheets"] if sheet["resource"])
    book = openpyxl.load_workbook(tmp_path / f"all-{lang}.xlsx")
    for name in HOLDS["all"]:
        page = book[RESOURCES[name].title.text(lang)]
        for column, field in zip(page.columns, columns(name, full=bool(full)), strict=True):
            assert any(cell.value is not None for cell in column[1:]) == bool(field.example), field.name


def test_the_examples_are_sent_as_they_are_written(tmp_path: Path) -> None:
    """The JSON of the example rows has the same values; in Norwegian they are of Norwegians."""
    checked = check_files([str(template(tmp_path, "all", "no", "--examples", "--full"))])
    first, second = encode_records(checked.tables["documents"], checked.tables["lines"])["payload"]
    assert json.loads(first)["currencyAmounts"] == {"exclVat": 5200, "vat": 1300, "inclVat": 6500}
    assert [len(json.loads(one)["documentLines"]) for one in (first, second)] == [2, 1]
    company, person = (json.loads(one) for one in encode_records(checked.tables["customers"], None)["payload"])
    assert (company["name"], company["vatLiable"], "ssn" in company) == ("Fjordgløtt Bakeri AS", True, False)
    assert (person["name"], person["customerNo"], person["ssn"]) == ("Kari Nordmann", "054321", "01819921764")


def test_the_short_form_has_the_required_and_common_columns(tmp_path: Path) -> None:
    """About 12 columns a sheet, every required one among them; --full has all that can be sent."""
    for name, resource in RESOURCES.items():
        short, full = columns(name), columns(name, full=True)
        assert 10 <= len(short) <= 13
        assert [field.name for field in full if field.required and field not in short] == []
        assert len(full) > len(short)
        assert not [field.name for field in resource.fields if field.common and field not in full]
    code, said = called("template", "all", "--full", "-o", str(tmp_path / "full.xlsx"))
    assert (code, said["full"], said["columns"]["customers"]) == (0, True, len(columns("customers", full=True)))
    path = tmp_path / "my invoices.xlsx"
    shown = call("template", "all", "-o", str(path))[1]
    assert "armbulk template all --full" in shown
    assert f'armbulk check "{path}"' in shown


@pytest.mark.parametrize("lang", LANGS)
def test_the_first_sheet_says_what_to_do(tmp_path: Path, lang: str) -> None:
    """Five numbered steps with their commands, the required columns of each sheet, and an example of it."""
    page = openpyxl.load_workbook(template(tmp_path, "all", lang)).worksheets[0]
    texts = [cell.value for row in page.iter_rows() for cell in row if cell.value is not None]
    assert [text for text in texts if isinstance(text, int)] == [1, 2, 3, 4, 5]
    assert {f"armbulk {name} all-{lang}.xlsx" for name in ("check", "import")} <= set(texts)
    for name in HOLDS["all"]:
        assert ", ".join(field.header.text(lang) for field in columns(name) if field.required) in texts
    assert {"Fjordgløtt Bakeri AS", "27.02.2025"} <= set(texts) if lang == "nb" else "2025-02-27" in texts
    assert page.sheet_properties.pageSetUpPr.fitToPage


def test_a_template_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    """It has every column, a guide and codes, and no first sheet."""
    book = openpyxl.load_workbook(template(tmp_path, "all", "no", "--examples", "--full"))
    del book[START.text("nb")]
    book[GUIDE.text("nb")].delete_cols(3)
    assert [book[words.text("nb")]["A1"].value for words in (GUIDE, CODES)] == [
        title.text("nb") for title in (GUIDE_TITLE, CODES_TITLE)
    ]
    book.save(tmp_path / "earlier.xlsx")
    code, said = called("check", str(tmp_path / "earlier.xlsx"))
    assert (code, said["findings"], len([sheet for sheet in said["sheets"] if sheet["resource"]])) == (0, [], 3)


@pytest.mark.parametrize("lang", LANGS)
def test_sheets_and_headers_are_in_the_language(tmp_path: Path, lang: str) -> None:
    """Sheets, headers, guide and codes are in the chosen language; headers and keys are frozen, A4 is set up."""
    book = openpyxl.load_workbook(template(tmp_path, "all", lang))
    titles = [RESOURCES[name].title for name in HOLDS["all"]]
    assert book.sheetnames == [words.text(lang) for words in (START, *titles, GUIDE, CODES)]
    assert book.active is not None
    assert book.active.title == START.text(lang)
    for name in HOLDS["all"]:
        page = book[RESOURCES[name].title.text(lang)]
        assert [cell.value for cell in page[1]] == [one.header.text(lang) for one in columns(name)]
        key = [field.name for field in columns(name)].index(RESOURCES[name].key)
        assert page.freeze_panes == page.cell(2, key + 2).coordinate
        assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
        assert (page.print_title_rows, page.page_setup.fitToHeight) == ("$1:$1", 0)
        assert "&P" in page.oddFooter.right.text
        fills = {one.required: page.cell(1, at).fill.fgColor.rgb for at, one in enumerate(columns(name), start=1)}
        assert fills[True] != fills[False]


@pytest.mark.parametrize(("name", "lang"), [*((name, "en") for name in HOLDS["all"]), ("documents", "nb")])
def test_columns_have_their_format(tmp_path: Path, name: str, lang: str) -> None:
    """Identifiers and texts are formatted as text to the last row, dates as the language writes them, amounts too."""
    path = template(tmp_path, "all", lang, "--full")
    page = openpyxl.load_workbook(path)[RESOURCES[name].title.text(lang)]
    wanted = {
        FieldType.DATE: {"en": "yyyy-mm-dd", "nb": "dd.mm.yyyy"}[lang],
        FieldType.AMOUNT: "#,##0.00",
        FieldType.INTEGER: "0",
        FieldType.QUANTITY: "General",
    }
    for at, one in enumerate(columns(name, full=True), start=1):
        letter = openpyxl.utils.get_column_letter(at)
        group = next(key for key, dim in page.column_dimensions.items() if dim.min <= at <= dim.max)
        assert page.column_dimensions[group].number_format == wanted.get(one.type, "@"), letter


@pytest.mark.parametrize("lang", LANGS)
def test_leading_zeros_typed_into_a_template_stay(tmp_path: Path, lang: str) -> None:
    """0012 entered in a text column is sent as 0012."""
    path = template(tmp_path, "customers", lang)
    book = openpyxl.load_workbook(path)
    page = book["Customers" if lang == "en" else "Kunder"]
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
    book = openpyxl.load_workbook(template(tmp_path, "customers", "no", "--full"))
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
    rows = {(row[0], row[1], row[7]): row for row in page.iter_rows(values_only=True)}
    for name in HOLDS["all"]:
        for one in columns(name, full=True):
            words = [one.header.text(lang), one.header.text("nb" if lang == "en" else "en")]
            row = rows[(RESOURCES[name].title.text(lang), *words)]
            assert ("--full" in row[2]) == (one not in columns(name))
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
    path = tmp_path / committed.name
    assert called("template", resource, "-o", str(path), "--lang", lang)[0] == 0
    assert dump(committed) == dump(path), stale


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
