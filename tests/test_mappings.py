"""Mappings: other ledgers' columns become ARM's, and what cannot is named in its cell."""

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from journey import journey, outcomes

from armbulk import importing, results
from armbulk.checking import Checked, check_files
from armbulk.cli import cli
from armbulk.core.headers import fold
from armbulk.core.mapper import payloads
from armbulk.edges.mappings import Expressions, load, ready_made
from armbulk.edges.places import folder
from armbulk.errors import FileError
from armbulk.model import Reading
from armbulk.planning import Options

CUSTOMERS = "Konto;Fornavn;Etternavn;Type;Notat\n007;Kari;Nordmann;Privat;x\n008;Ola;Hansen;Bedrift;\n"
MAPPING = """
[[sheet]]
resource = "customers"
ignore = ["Notat"]
[sheet.rename]
"Konto" = "customer_no"
"Type" = "customer_category"
[sheet.constant]
currency = "NOK"
[sheet.values.customer_category]
"privat" = "CONS"
"Bedrift" = "BUS"
[sheet.expression]
name = "{{ row['Fornavn'] }} {{ etternavn }}"
"""


def mapped(folder_: Path, content: str = CUSTOMERS, mapping: str = MAPPING) -> Checked:
    """Check a CSV with a mapping."""
    (folder_ / "c.csv").write_text(content, encoding="utf-8")
    (folder_ / "m.toml").write_text(mapping, encoding="utf-8")
    return check_files([str(folder_ / "c.csv")], Reading(mapping=str(folder_ / "m.toml")))


def told(found: Checked) -> list[tuple[int | None, str | None, str]]:
    """(row, column, code) of each finding."""
    return list(found.findings.select("row", "column", "code").iter_rows())


def test_renames_constants_values_and_expressions(tmp_path: Path) -> None:
    """Every way of mapping at once, to the letter, with nothing left to tell."""
    found = mapped(tmp_path)
    assert told(found) == []
    assert [json.loads(one) for one in payloads(found.tables["customers"])["payload"]] == [
        {"customerNo": "007", "name": "Kari Nordmann", "customerCategory": "CONS", "currency": "NOK"},
        {"customerNo": "008", "name": "Ola Hansen", "customerCategory": "BUS", "currency": "NOK"},
    ]


def test_findings_name_the_column_of_the_file(tmp_path: Path) -> None:
    """A value that is not mapped, and one that is blank or too long, stand at the user's own cells."""
    content = CUSTOMERS + f"009;;;Forening;\n010;{'x' * 201};y;privat;\n"
    assert told(mapped(tmp_path, content)) == [(4, "B", "required"), (4, "D", "value-not-mapped"), (5, "B", "too-long")]


def test_values_may_be_kept(tmp_path: Path) -> None:
    """With `otherwise = keep` values that are not in the list go as they stand."""
    mapping = MAPPING + '[sheet.otherwise]\ncustomer_category = "keep"\n'
    found = mapped(tmp_path, CUSTOMERS + "009;Per;Lie;VIP;\n", mapping)
    assert told(found) == []
    assert found.tables["customers"].rows["customer_category"].to_list() == ["CONS", "BUS", "VIP"]


def test_an_expression_that_fails_is_a_finding_of_its_row(tmp_path: Path) -> None:
    """Exact numbers by `decimal`; where the text is none, the row is named."""
    mapping = '[[sheet]]\nresource = "customers"\n[sheet.rename]\n"Konto" = "customer_no"\n"Navn" = "name"\n'
    mapping += "[sheet.expression]\nlimit_amount = \"{{ row['Øre'] | decimal / 100 if row['Øre'] else '' }}\"\n"
    found = mapped(tmp_path, "Konto;Navn;Øre\nK1;Kari;12345678901\nK2;Ola;mye\nK3;Per;\n", mapping)
    assert told(found) == [(3, "C", "expression-failed")]
    assert [str(one) for one in found.tables["customers"].rows["limit_amount"]] == ["123456789.01", "None", "None"]


@pytest.mark.parametrize(
    "template",
    ["{{ 'a' * 10**9 }}", "{{ ''.__class__.__mro__ }}", "{{ 2 ** 999999 }}", "{{ nothing }}", "{{ row['No'] }}",
     "{{ 'x' | float }}"],
)  # fmt: skip
def test_expressions_stay_in_their_sandbox(template: str) -> None:
    """Nothing of Python, nothing large, nothing undefined; the failure is told."""
    try:
        ((text, error),) = Expressions().evaluate(template, [{"Header": "1"}])
    except Exception as refused:  # noqa: BLE001 - refused when it is read: as good
        text, error = None, str(refused)
    assert text is None
    assert error


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("nonsense", "not TOML"),
        ("a = 1", "no [[sheet]]"),
        ('[[sheet]]\nresource = "x"', "resource"),
        ('[[sheet]]\nresource = "customers"\nfoo = 1', "foo"),
        ('[[sheet]]\nresource = "customers"\n[sheet.rename]\n"A" = "nope"', "nope"),
        ('[[sheet]]\nresource = "customers"\n[sheet.constant]\ncurrency = 1', "texts only"),
        ('[[sheet]]\nresource = "customers"\n[sheet.expression]\nname = "{{ row["', "expression.name"),
        ('[[sheet]]\nresource = "customers"\n[sheet.otherwise]\nname = "maybe"', "otherwise"),
        ('[[sheet]]\nresource = "customers"\nheader_row = "x"', "header_row"),
    ],
)
def test_a_wrong_mapping_is_refused_by_its_place(tmp_path: Path, mapping: str, says: str) -> None:
    """A mapping that cannot be meant is a file error that names the place."""
    with pytest.raises(FileError) as refused:
        mapped(tmp_path, mapping=mapping)
    assert says in refused.value.message
    assert "m.toml" in refused.value.message


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    """The names of the ready-made ones are listed."""
    with pytest.raises(FileError) as refused:
        check_files(["samples/customers.csv"], Reading(mapping="nothing"))
    assert "tripletex-customers" in refused.value.hint
    with pytest.raises(FileError):
        load(str(tmp_path / "no.toml"))


@pytest.mark.parametrize("name", ready_made())
def test_ready_made_mappings_give_records(tmp_path: Path, name: str) -> None:
    """Each loads, says where its columns come from, and makes records of a file with those columns."""
    text = (folder("templates") / "mappings" / f"{name}.toml").read_text(encoding="utf-8")
    assert "# Source: " in text
    (entry,) = tomllib.loads(text)["sheet"]
    assert load(name)[0][0].resource == entry["resource"]
    example = {"document_date": "2026-02-01", "due_date": "2026-02-15", "currency": "NOK", "document_no": "F1",
               "customer_no": "K1", "kid": "", "email_address": "", "email_address_document": "", "phone_no": "",
               "secondary_email_address": "", "organization_no": "984842252", "country_code": "NO",
               "postal_code": "0150", "due_days": "10", "discount_rate": "5"}  # fmt: skip
    first: dict[str, str] = {}
    for source, target in entry["rename"].items():
        first.setdefault(target, source)
    amounts = {"Price": "100", "Quantity": "1"}
    money = {target: "100" for target in first if "amount" in target.lower() or "VAT" in target}
    cells = {source: {**example, **amounts, **money}.get(target, "x") for target, source in first.items()}
    cells |= dict.fromkeys(("net", "vat", "gross"), "12550") if "expression" in entry else {}
    path = tmp_path / "f.csv"
    path.write_text(";".join(cells) + "\n" + ";".join(cells.values()) + "\n", encoding="utf-8")
    found = check_files([str(path)], Reading(mapping=name))
    assert found.errors == 0, found.findings.select("column", "code", "value", "detail").rows()
    (body,) = payloads(found.tables[entry["resource"]], found.tables.get("lines"))["payload"]
    sent = json.loads(body)
    assert sent["customerNo"] == "K1"
    if "expression" in entry:
        assert sent["currencyAmounts"]["inclVat"] == 125.5


def call(*words: str) -> tuple[int, dict[str, object]]:
    """Run a command with --json."""
    done = CliRunner().invoke(cli, [*words, "--json"])
    return done.exit_code, json.loads(done.stdout)


def test_a_starter_is_written_and_can_be_used(tmp_path: Path) -> None:
    """`armbulk map FILE -o` writes a mapping of the known headers; the others stand there as comments."""
    path, target = tmp_path / "kunder.csv", tmp_path / "m.toml"
    path.write_text('Kundenr;Kundnavn;"Rart ""navn"""\nK1;Kari;x\n', encoding="utf-8")
    code, said = call("map", str(path), "-o", str(target))
    assert (code, said["file"]) == (0, str(target))
    text = target.read_text(encoding="utf-8")
    assert '"Kundenr" = "customer_no"' in text
    assert '# "Kundnavn" = "name"' in text
    assert "Kari" not in text
    target.write_text(text.replace('# "Kundnavn" = "name"', '"Kundnavn" = "name"'), encoding="utf-8")
    assert call("check", str(path), "--mapping", str(target))[0] == 0
    assert call("map", str(path), "-o", str(target))[0] == 2  # never written over


def test_a_row_is_explained(tmp_path: Path) -> None:
    """`armbulk map --explain` shows each value's cell, text, way and place, and the JSON."""
    mapped(tmp_path)
    code, said = call("map", str(tmp_path / "c.csv"), "--mapping", str(tmp_path / "m.toml"), "--explain", "3")
    assert code == 0
    fields = {one["field"]: one for one in said["fields"]}  # type: ignore[attr-defined]
    assert (fields["customer_category"]["text"], fields["customer_category"]["value"]) == ("Bedrift", "BUS")
    assert fields["customer_category"]["way"] == "rename, values"
    assert (fields["name"]["cell"], fields["name"]["value"]) == ("c!B3", "Ola Hansen")
    assert fields["currency"]["cell"] is None
    assert json.loads(str(said["json"]))["customerNo"] == "008"
    assert call("map", str(tmp_path / "c.csv"), "--explain", "99")[0] == 2


def test_a_header_that_only_resembles_one_is_an_error_in_a_script(tmp_path: Path) -> None:
    """Kundnavn is never taken for Kundenavn by itself; a note column is no error."""
    path = tmp_path / "kunder.csv"
    path.write_text("Kundenr;Kundnavn;Notat\nK1;Kari;x\n", encoding="utf-8")
    found = check_files([str(path)])
    near = found.findings.filter(found.findings["code"] == "header-near")
    assert near.select("column", "field", "value").rows() == [("B", "name", "Kundnavn")]
    answered = check_files([str(path)], Reading(renames={"Kundnavn": "name"}))
    assert answered.errors == 0
    assert [one.findings["code"].to_list() for one in answered.headed] == [["unknown-header"]]


def test_an_import_with_a_mapping_can_be_resumed_and_its_result_rewritten(tmp_path: Path) -> None:
    """The run remembers its mapping; the result workbook has the user's own columns, and no others."""
    mapped(tmp_path)
    files = (str(tmp_path / "c.csv"),)
    reading = Reading(mapping=str(tmp_path / "m.toml"))
    with journey(tmp_path) as way:
        ready = importing.prepared(way.bench, way.store, check_files(files, reading), Options())
        run = importing.begin(way.bench, way.store, ready, importing.Given(files, reading))
        assert way.carry_on(run) == "finished"
        again = results.check_again(way.store.run(run))
        assert again is not None
        stood = importing.conclude(way.store, run, again, tmp_path / "r.xlsx", "en")
        assert outcomes(stood) == {"created": 2}
        assert [fold(letter) for letter in again.sheets[0].letters] == ["a", "b", "c", "d", "e"]
        (tmp_path / "m.toml").write_text(MAPPING.replace("NOK", "SEK"), encoding="utf-8")
        assert results.check_again(way.store.run(run)) is None
