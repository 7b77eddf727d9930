"""Mappings turn other ledgers' columns into ARM's fields; what does not fit is a finding in its cell."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path

import click
import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from support.journey import journey, outcomes

from armbulk.app.check import InputFiles
from armbulk.app.plan import build_plan
from armbulk.app.runs import create_run, finish_run
from armbulk.arm.encode import encode_records
from armbulk.cli import cli
from armbulk.cli.command import CommandContext
from armbulk.errors import FileError
from armbulk.mapping.entries import ExpressionResult
from armbulk.mapping.expressions import ExpressionEngine
from armbulk.mapping.files import list_mappings, load_mapping
from armbulk.mapping.header_text import fold_header
from armbulk.model.read_options import ReadOptions
from armbulk.package_data import data_path
from armbulk.planning.plan import ImportOptions
from armbulk.results.run_result import recheck_files
from armbulk.validation.check import Checked, check_files

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
    return check_files([str(folder_ / "c.csv")], ReadOptions(mapping=str(folder_ / "m.toml")))


def told(found: Checked) -> list[tuple[int | None, str | None, str]]:
    """(row, column, code) of each finding."""
    return list(found.findings.select("row", "column", "code").iter_rows())


def test_renames_constants_values_and_expressions(tmp_path: Path) -> None:
    """Renames, constants, value lists and expressions work together without findings."""
    found = mapped(tmp_path)
    assert told(found) == []
    assert [json.loads(one) for one in encode_records(found.tables["customers"])["payload"]] == [
        {"customerNo": "007", "name": "Kari Nordmann", "customerCategory": "CONS", "currency": "NOK"},
        {"customerNo": "008", "name": "Ola Hansen", "customerCategory": "BUS", "currency": "NOK"},
    ]


def test_findings_name_the_column_of_the_file(tmp_path: Path) -> None:
    """Findings of mapped values name the user's own cells."""
    content = CUSTOMERS + f"009;;;Forening;\n010;{'x' * 201};y;privat;\n"
    assert told(mapped(tmp_path, content)) == [(4, "B", "required"), (4, "D", "value-not-mapped"), (5, "B", "too-long")]


def test_values_may_be_kept(tmp_path: Path) -> None:
    """With `otherwise = keep`, values that are not in the list are kept."""
    mapping = MAPPING + '[sheet.otherwise]\ncustomer_category = "keep"\n'
    found = mapped(tmp_path, CUSTOMERS + "009;Per;Lie;VIP;\n", mapping)
    assert told(found) == []
    assert found.tables["customers"].rows["customer_category"].to_list() == ["CONS", "BUS", "VIP"]


def test_an_expression_that_fails_is_a_finding_of_its_row(tmp_path: Path) -> None:
    """An expression that fails is a finding in its row."""
    mapping = '[[sheet]]\nresource = "customers"\n[sheet.rename]\n"Konto" = "customer_no"\n"Navn" = "name"\n'
    mapping += "[sheet.expression]\nlimit_amount = \"{{ row['Øre'] | decimal / 100 if row['Øre'] else '' }}\"\n"
    found = mapped(tmp_path, "Konto;Navn;Øre\nK1;Kari;12345678901\nK2;Ola;mye\nK3;Per;\n", mapping)
    assert told(found) == [(3, "C", "expression-failed")]
    assert [str(one) for one in found.tables["customers"].rows["limit_amount"]] == ["123456789.01", "None", "None"]


HEAD = '[[sheet]]\nresource = "customers"\n[sheet.rename]\n"Konto" = "customer_no"\n"Firma" = "name"\n'


def expressed(folder_: Path, expression: str, *cells: object, target: str = "informal_name") -> Checked:
    """Check a workbook with one expression over the column Verdi, one row for each cell."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(["Konto", "Firma", "Verdi"])
    for number, cell in enumerate(cells):
        sheet.append([f"K{number}", "X", cell])
    book.save(folder_ / "e.xlsx")
    (folder_ / "m.toml").write_text(
        f"{HEAD}[sheet.expression]\n{target} = {json.dumps(expression)}\n", encoding="utf-8"
    )
    return check_files([str(folder_ / "e.xlsx")], ReadOptions(mapping=str(folder_ / "m.toml")))


def test_every_value_that_is_lost_is_told(tmp_path: Path) -> None:
    """Every row whose value cannot be mapped is held back, however many there are."""
    rows = "".join(f"K{n};N;x{n}\n" for n in range(10_100))
    values = HEAD + '"Type" = "customer_category"\n[sheet.values.customer_category]\n"a" = "b"\n'
    found = mapped(tmp_path, f"Konto;Firma;Type\n{rows}", values)
    assert (found.errors, found.blocked_rows["customers"].height) == (10_100, 10_100)
    failing = HEAD + "[sheet.expression]\nlimit_amount = \"{{ row['Type'] | decimal }}\"\n"
    found = mapped(tmp_path, f"Konto;Firma;Type\n{rows}", failing)
    assert (found.errors, found.blocked_rows["customers"].height) == (10_100, 10_100)


def test_an_expression_hides_no_fault_of_a_cell(tmp_path: Path) -> None:
    """Error cells, replaced digits and lost leading zeros stay findings after an expression."""
    found = expressed(tmp_path, "{{ row['Verdi'] }}!", "#N/A", 500221850000200350786, "fine", 12)
    assert told(found) == [(2, "C", "error-cell"), (3, "C", "digits-lost")]
    assert found.tables["customers"].rows["informal_name"].to_list() == [None, None, "fine!", "12!"]
    assert told(expressed(tmp_path, "{{ row['Verdi'] }}", 150, target="postal_code")) == [(2, "C", "leading-zero-lost")]
    assert told(expressed(tmp_path, "{{ row['Verdi'].zfill(4) }}", 150, target="postal_code")) == []


def test_a_value_list_hides_no_fault_of_a_cell(tmp_path: Path) -> None:
    """With `otherwise = keep`, an unreadable cell is still a finding."""
    expressed(tmp_path, "{{ row['Verdi'] }}", "#N/A", 500221850000200350786, "VIP")
    mapping = HEAD + '"Verdi" = "parent_customer_no"\n[sheet.values.parent_customer_no]\n"a" = "b"\n'
    (tmp_path / "m.toml").write_text(mapping + '[sheet.otherwise]\nparentCustomerNo = "keep"\n', encoding="utf-8")
    found = check_files([str(tmp_path / "e.xlsx")], ReadOptions(mapping=str(tmp_path / "m.toml")))
    assert told(found) == [(2, "C", "error-cell"), (3, "C", "digits-lost")]
    assert found.tables["customers"].rows["parent_customer_no"].to_list() == [None, None, "VIP"]


def one(template: str, text: str = "1") -> ExpressionResult:
    """What a template makes of one cell under Header."""
    return ExpressionEngine().evaluate(template, [{"Header": text}])[0]


@pytest.mark.parametrize("text", ["abc", "12,7", "", "1e5", "NaN", "1.000", "1,000", "12 34", "--1", "1.2.3", "٣"])
def test_what_is_no_whole_number_is_never_zero_nor_cut(text: str) -> None:
    """`int` refuses ambiguous numbers and numbers with decimals."""
    assert one("{{ header | int }}", text).error


@pytest.mark.parametrize(
    ("template", "text", "made"),
    [
        ("{{ header | decimal / 100 }}", "12345678901", "123456789.01"),
        ("{{ header | decimal(',') / 100 }}", "1.000", "10"),
        ("{{ header | decimal('.') }}", "1,000.50", "1000.50"),
        ("{{ header | decimal }}", "1\u00a0234,50", "1234.50"),
        ("{{ header | decimal }}", "\u22125", "-5"),
        ("{{ header | int / 8 }}", "1", "0.125"),
        ("{{ header | decimal / 10000000 }}", "1", "0.0000001"),
        ("{{ [row['Header'], ''] | join(', ') }}", "a", "a"),
        ("{{ row.header.split(' ')[1] }}", "0150 Oslo", "Oslo"),
        ("{% if header == 'x' %}ja{% else %}nei{% endif %}", "x", "ja"),
    ],
)
def test_expressions_are_exact(template: str, text: str, made: str) -> None:
    """Expressions keep every digit of numbers and every character of texts."""
    assert one(template, text).text == made


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=4), st.sampled_from([",", "."]))
def test_a_number_survives_an_expression(number: Decimal, separator: str) -> None:
    """A number keeps its value through an expression, with either decimal mark."""
    text = format(number, "f").replace(".", separator)
    made = one(f"{{{{ header | decimal('{separator}') }}}}", text).text
    assert made is not None
    assert Decimal(made) == number


def test_a_number_cell_is_no_puzzle(tmp_path: Path) -> None:
    """In number cells the point is the decimal mark, before and after an expression, whatever --decimal says."""
    expressed(tmp_path, "{{ row['Verdi'] | decimal }}", 1.234, target="discount_rate")
    reading = ReadOptions(mapping=str(tmp_path / "m.toml"), decimal=",")
    found = check_files([str(tmp_path / "e.xlsx")], reading)
    assert told(found) == []
    assert found.tables["customers"].rows["discount_rate"].to_list() == [Decimal("1.234")]


@pytest.mark.parametrize(
    "template",
    ["{{ 'a' * 10**9 }}", "{{ ''.__class__.__mro__ }}", "{{ 2 ** 999999 }}", "{{ nothing }}", "{{ row['No'] }}",
     "{{ 'a'.ljust(10**10) }}", "{{ 'a'.zfill(9999999999) }}", "{{ '%9999999999d' % 1 }}",
     "{{ '{:>999999999}'.format(1) }}",
     "{{ row.get('No') }}", "{{ lipsum() }}", "{{ range(99999999) | list }}", "{{ 1 / 0 }}", "{{ header / 2 }}",
     "{{ row['Header'].split('x')[3] }}", "{{ row['Header'].split('x') }}", "{{ ('1e99999999' | decimal) | int }}",
     "{{ 'a'.replace('', 'b'.ljust(30000)).replace('', 'b'.ljust(30000)) }}"],
)  # fmt: skip
def test_expressions_stay_in_their_sandbox(template: str) -> None:
    """Expressions cannot use Python, large values or undefined names; the failure is reported at once."""
    made = one(template)
    assert made.text is None
    assert made.error


@pytest.mark.parametrize(
    "template",
    ["{% for i in header %}x{% endfor %}", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "{% set a = 1 %}{{ a }}",
     "{% include 'x' %}", "{{ 0.1 }}", "{{ header | float }}", "{{ header | round }}", "{{ header | center(9) }}",
     "{{ header | random }}", "{{ row }}", "{{ row[header] }}", "{{ " + "(" * 900 + "1" + ")" * 900 + " }}", "x" * 2001,
     "{{ header"],
)  # fmt: skip
def test_more_than_an_expression_is_refused_when_it_is_read(template: str) -> None:
    """Loops, variables and other statements are refused when the mapping is loaded."""
    with pytest.raises(ValueError, match=r"\w"):
        ExpressionEngine().check(template)


def test_a_mapping_fits_by_resource_or_says_that_it_fits_nothing(tmp_path: Path) -> None:
    """A mapping applies by its resource; one that applies to no sheet is an error."""
    constant = '[[sheet]]\nresource = "customers"\n[sheet.constant]\ncurrency = "NOK"\n'
    found = mapped(tmp_path, "Kundenr;Navn\nK1;N\n", constant)
    assert found.tables["customers"].rows["currency"].to_list() == ["NOK"]
    rename = '[[sheet]]\nresource = "customers"\n[sheet.rename]\n"Konto" = "customer_no"\n'
    assert told(mapped(tmp_path, "Konto;Navn;E-post;Adresse;Postnr\nK1;N;;;\n", rename)) == []
    mistyped = constant.replace("resource", 'name = "Kundr"\nresource')
    with pytest.raises(FileError) as refused:
        mapped(tmp_path, "Kundenr;Navn\nK1;N\n", mistyped)
    assert refused.value.code == "mapping-fits-nothing"
    assert told(mapped(tmp_path, "Kundenr;Navn\nK1;N\n", mistyped + constant)) == [(None, None, "mapping-not-used")]


def test_a_header_row_that_is_said_is_the_header_row(tmp_path: Path) -> None:
    """A given header row is used, however far down it is."""
    content = "Kundenr;Navn\n" + "x;\n" * 38 + "Konto;Firma\nK1;N\n"
    found = mapped(tmp_path, content, HEAD.replace("[sheet.rename]", "header_row = 40\n[sheet.rename]"))
    assert told(found) == []
    assert found.tables["customers"].rows.select("row", "customer_no").rows() == [(41, "K1")]


def test_two_columns_of_one_name_are_never_chosen_between(tmp_path: Path) -> None:
    """Two columns with the same header are an error wherever the mapping uses that header."""
    assert told(mapped(tmp_path, "Konto;Firma;Firma\nK1;N;M\n", HEAD)) == [(1, "C", "duplicate-header")]
    expression = HEAD + "[sheet.expression]\ninformal_name = \"{{ row['Id'] }}\"\n"
    assert (1, "D", "duplicate-header") in told(mapped(tmp_path, "Konto;Firma;Id;Id\nK1;N;1;2\n", expression))


def test_a_sensitive_value_stays_hidden(tmp_path: Path) -> None:
    """National identity numbers show their last two digits only, in findings and with --explain."""
    mapping = HEAD + '"Pnr" = "ssn"\n[sheet.values.ssn]\n"x" = "y"\n'
    mapped(tmp_path, "Konto;Firma;Pnr\nK1;N;01019921717\n", mapping)
    words = (str(tmp_path / "c.csv"), "--mapping", str(tmp_path / "m.toml"))
    for command in (("check", *words), ("map", *words, "--explain", "2"), ("map", words[0], "--explain", "2")):
        said = json.dumps(call(*command)[1])
        assert "01019921717" not in said
    path = tmp_path / "p.csv"
    path.write_text("Kundenr;Navn;Fødselsnr\nK1;N;01019921717\n", encoding="utf-8")
    said = json.dumps(call("map", str(path), "--explain", "2")[1])
    assert "01019921717" not in said
    assert "ssn" in said


def test_the_example_of_the_docs_can_be_used(tmp_path: Path) -> None:
    """The mapping in docs/mappings.md loads."""
    page = (data_path("templates").parent / "docs" / "mappings.md").read_text(encoding="utf-8")
    (tmp_path / "m.toml").write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    ((entry,), _) = load_mapping(str(tmp_path / "m.toml"))
    assert (entry.name, entry.header_row) == ("Kunder", 3)


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("nonsense", "not valid TOML"),
        ("a = 1", "no [[sheet]]"),
        ('[[sheet]]\nresource = "x"', "resource"),
        ('[[sheet]]\nresource = "customers"\nfoo = 1', "foo"),
        ('[[sheet]]\nresource = "customers"\n[sheet.rename]\n"A" = "nope"', "nope"),
        ('[[sheet]]\nresource = "customers"\n[sheet.constant]\ncurrency = 1', "must be a text"),
        ('[[sheet]]\nresource = "customers"\n[sheet.expression]\nname = "{{ row["', "expression.name"),
        ('[[sheet]]\nresource = "customers"\n[sheet.otherwise]\nname = "maybe"', "otherwise"),
        ('[[sheet]]\nresource = "customers"\nheader_row = "x"', "header_row"),
        ('[[sheet]]\nresource = "customers"\nheader_row = true', "header_row"),
        ('[[sheet]]\nresource = "customers"\n[sheet.values.name]\n"A" = "1"\n"a " = "2"', "the same"),
        ('[[sheet]]\nresource = "customers"\n[sheet.otherwise]\nname = "keep"', "needs a table values.name"),
    ],
)
def test_a_wrong_mapping_is_refused_by_its_place(tmp_path: Path, mapping: str, says: str) -> None:
    """A wrong mapping is a file error that names the position."""
    with pytest.raises(FileError) as refused:
        mapped(tmp_path, mapping=mapping)
    assert says in refused.value.message
    assert "m.toml" in refused.value.message


def test_a_mapping_that_is_not_there(tmp_path: Path) -> None:
    """An unknown mapping is an error that lists the included ones."""
    with pytest.raises(FileError) as refused:
        check_files(["samples/customers.csv"], ReadOptions(mapping="nothing"))
    assert "tripletex-customers" in refused.value.hint
    with pytest.raises(FileError):
        load_mapping(str(tmp_path / "no.toml"))


@pytest.mark.parametrize("name", list_mappings())
def test_ready_made_mappings_give_records(tmp_path: Path, name: str) -> None:
    """Every included mapping loads, names its source, and gives records."""
    text = (data_path("templates") / "mappings" / f"{name}.toml").read_text(encoding="utf-8")
    assert "# Source: " in text
    (entry,) = tomllib.loads(text)["sheet"]
    assert load_mapping(name)[0][0].resource == entry["resource"]
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
    if name == "tripletex-invoices":  # its file has no amounts: the user says what the prices are
        found = check_files([str(path)], ReadOptions(mapping=name))
        assert [code for _, _, code in told(found)] == ["no-amount-column"]
        for line in ("[sheet.expression]", '"Line amount excl. VAT"'):
            text = text.replace(f"# {line}", line)
        name = str(tmp_path / "m.toml")
        (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    found = check_files([str(path)], ReadOptions(mapping=name))
    assert found.errors == 0, found.findings.select("column", "code", "value", "detail").rows()
    (body,) = encode_records(found.tables[entry["resource"]], found.tables.get("lines"))["payload"]
    sent = json.loads(body)
    assert sent["customerNo"] == "K1"
    if name.endswith("m.toml"):
        assert sent["currencyAmounts"] == {"exclVat": 100}
    if "expression" in entry:
        assert sent["currencyAmounts"]["inclVat"] == 125.5


def call(*words: str) -> tuple[int, dict[str, object]]:
    """Run a command with --json."""
    done = CliRunner().invoke(cli, [*words, "--json"])
    return done.exit_code, json.loads(done.stdout)


def test_a_starter_is_written_and_can_be_used(tmp_path: Path) -> None:
    """`armbulk map FILE -o` writes a usable mapping: sure proposals are used, what is not known is a comment."""
    path, target = tmp_path / "kunder.csv", tmp_path / "m.toml"
    path.write_text('Kundenr;Kundnavn;"Rart ""navn"""\nK1;Kari;x\n', encoding="utf-8")
    code, said = call("map", str(path), "-o", str(target))
    assert (code, said["file"]) == (0, str(target))
    text = target.read_text(encoding="utf-8")
    assert '"Kundenr" = "customer_no"' in text
    assert '"Kundnavn" = "name"  # proposed: the header is similar' in text
    assert '# "Rart \\"navn\\"" = ' in text
    assert "Kari" not in text
    assert call("check", str(path), "--mapping", str(target))[0] == 0
    assert call("map", str(path), "-o", str(target))[0] == 2  # never written over


def test_a_starter_controls_no_terminal(tmp_path: Path) -> None:
    """Control characters and marks of direction in a header are escapes of TOML."""
    path = tmp_path / "kunder.csv"
    path.write_text("Kundenr;Kundenavn;\x1b[31mrød;a\u202eb\nK1;Kari;x;y\n", encoding="utf-8")
    text = CliRunner().invoke(cli, ["map", str(path)]).stdout
    assert text.replace("\n", "").isprintable()
    assert '# "\\u001b[31mrød" = ""' in text
    assert tomllib.loads(text)["sheet"]


def test_a_starter_for_a_sheet_that_is_not_recognised(tmp_path: Path) -> None:
    """A starter for an unknown sheet proposes similar headers and has no values of rows."""
    path = tmp_path / "export.csv"
    path.write_text("Debitor;Navn;Poststedet;Hva\nK1;Kari;Oslo;x\n", encoding="utf-8")
    text = str(call("map", str(path))[1]["mapping"])
    for line in ('"Navn" = "name"', '"Poststedet" = "city_name"', '"Debitor" = "customer_no"', '# "Hva" = ""'):
        assert f"\n{line}" in text
    assert "looks like a list of customers" in text
    assert "Kari" not in text
    assert tomllib.loads(text)["sheet"][0]["resource"] == "customers"


def test_a_row_is_explained(tmp_path: Path) -> None:
    """`armbulk map --explain` shows for each value its cell, text, conversion and field, and the JSON."""
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


def test_a_row_with_a_line_shows_the_document_it_belongs_to(tmp_path: Path) -> None:
    """The second line of a document: its values, those of the document, and the JSON of both lines."""
    header = "Fakturanr;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Linjetekst;Antall;Linjebeløp inkl. mva"
    rows = [f"F1;IN;K1;2026-04-03;2026-05-04;NOK;{text};1;50" for text in ("Kam", "Børste")]
    (tmp_path / "flat.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    said = call("map", str(tmp_path / "flat.csv"), "--explain", "3")[1]
    values = {(field["resource"], field["field"]): field["value"] for field in said["fields"]}  # type: ignore[attr-defined]
    assert values["documents", "currency"] == "NOK"
    assert values["lines", "line_text"] == "Børste"
    assert len(json.loads(str(said["json"]))["documentLines"]) == 2


def test_a_header_that_only_resembles_one_is_an_error_in_a_script(tmp_path: Path) -> None:
    """A header that is only similar to a known one is an error; a note column is not."""
    path = tmp_path / "kunder.csv"
    path.write_text("Kundenr;Kundnavn;Notat\nK1;Kari;x\n", encoding="utf-8")
    found = check_files([str(path)])
    near = found.findings.filter(found.findings["code"] == "header-near")
    assert near.select("column", "field", "value").rows() == [("B", "name", "Kundnavn")]
    assert "missing-column" not in found.findings["code"]
    answered = check_files([str(path)], ReadOptions(renames={"Kundnavn": "name"}))
    assert answered.errors == 0
    assert [one.findings["code"].to_list() for one in answered.header_matches] == [["unknown-header"]]


@pytest.mark.parametrize("note", ["Adresse 4", "Telefon 3", "E-post 3", "Notater", "Kontaktperson", "Saldoen", "Type"])
def test_a_note_column_is_no_error(tmp_path: Path, note: str) -> None:
    """Unknown columns and missing read-only columns are no errors."""
    path = tmp_path / "kunder.csv"
    path.write_text(f"Kundenr;Navn;{note}\nK1;Kari;x\n", encoding="utf-8")
    assert check_files([str(path)]).errors == 0


FLAT = (
    "Fakturanumre;Bilagstype;Kundenr;Fakturadato;Forfallsdato;Valuta;Linjenr;Linjetekst;Antall;Linjebeløp inkl. mva\n"
    "F1;IN;K1;2026-01-01;2026-02-01;NOK;1;x;2;125\n"
)


def test_the_key_may_be_the_header_that_only_resembles_one(tmp_path: Path) -> None:
    """A similar header of the key column is asked about, and the answer applies to documents and lines."""
    path = tmp_path / "export.csv"
    path.write_text(FLAT, encoding="utf-8")
    found = check_files([str(path)])
    assert (1, "A", "header-near") in told(found)
    assert "unknown-header" not in [code for _, _, code in told(found)]
    answered = check_files([str(path)], ReadOptions(renames={"Fakturanumre": "document_no"}))
    assert answered.errors == 0
    assert json.loads(encode_records(answered.tables["documents"], answered.tables["lines"])["payload"][0])[
        "documentLines"
    ]


@pytest.mark.parametrize("yes", [True, False])
def test_on_a_terminal_the_answer_is_a_mapping_for_this_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, yes: bool
) -> None:
    """On a terminal armbulk asks about a similar header, and uses the answer for this run."""
    asked: list[str] = []
    monkeypatch.setattr(CommandContext, "can_ask", True)
    monkeypatch.setattr(click, "prompt", lambda text, **_: asked.append(text) or ("yes" if yes else "no"))
    path = tmp_path / "kunder.csv"
    path.write_text("Kundenr;Kundnavn\nK1;Kari\n", encoding="utf-8")
    assert CliRunner().invoke(cli, ["check", str(path)]).exit_code == (0 if yes else 1)
    assert asked == ['Sheet kunder, column B: "Kundnavn" is similar to "Name". Use it as "Name"? [y/N]']


def test_yes_asks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`import --yes` asks no questions: a similar header stays an error."""
    monkeypatch.setattr(CommandContext, "can_ask", True)
    asked: list[str] = []
    monkeypatch.setattr(click, "prompt", lambda text, **_: asked.append(text))
    path = tmp_path / "kunder.csv"
    path.write_text("Kundenr;Kundnavn\nK1;Kari\n", encoding="utf-8")
    assert CliRunner().invoke(cli, ["import", str(path), "--yes"]).exit_code == 1
    assert asked == []


def test_an_import_with_a_mapping_can_be_resumed_and_its_result_rewritten(tmp_path: Path) -> None:
    """The run stores its mapping; its result workbook has the user's own columns."""
    mapped(tmp_path)
    files = (str(tmp_path / "c.csv"),)
    reading = ReadOptions(mapping=str(tmp_path / "m.toml"))
    with journey(tmp_path) as way:
        ready = build_plan(way.bench, way.store, check_files(files, reading), ImportOptions())
        run = create_run(way.bench, way.store, ready, InputFiles(files, reading))
        assert way.carry_on(run) == "finished"
        again = recheck_files(way.store.run(run))
        assert again is not None
        stood = finish_run(way.store, run, again, tmp_path / "r.xlsx", "en")
        assert outcomes(stood) == {"created": 2}
        assert [fold_header(letter) for letter in again.sheets[0].letters] == ["a", "b", "c", "d", "e"]
        (tmp_path / "m.toml").write_text(MAPPING.replace("NOK", "SEK"), encoding="utf-8")
        assert recheck_files(way.store.run(run)) is None
