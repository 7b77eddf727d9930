"""Number formats: what a person sees in a cell of an identifier is what is sent, or it is an error with both."""

from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from support.damaged_files import MAIN, book, number, row, text

from armbulk.model.read_options import DEFAULT_READ_OPTIONS, ReadOptions
from armbulk.readers.number_pattern import NumberPattern
from armbulk.validation.check import Checked, check_files
from armbulk.writers.workbooks import write_marked


@pytest.mark.parametrize(
    ("code", "digits", "shown"),
    [
        ("[$-414]000000", "1234", "001234"), ("000000_)", "1234", "001234"), (r"000\ 000", "1234", "001 234"),
        ('"K-"0', "1001", "K-1001"), ("000-000", "1234", "001-234"), (r"00000\-0000", "123456789", "12345-6789"),
        (r"##\ ##\ ##\ ##", "22334455", "22 33 44 55"), ('General" kr"', "12", "12 kr"), ("[$kr-414] 0", "3", "kr 3"),
        ('"a;b"0;0', "3", "a;b3"), ("00;-00", "7", "07"), ('0"."00', "123", "1.23"), ("000000", "1234567", "1234567"),
        (r"[<=9999999]###\-####;000", "1234567", "123-4567"), ("[<=9999]0000;000000", "585", "0585"),
        (r"[<=99999999]##_ ##_ ##_ ##;\(\+##\)_ ##_ ##_ ##_ ##", "99887766", "99 88 77 66"),
        (r"[<=99999999]##_ ##_ ##_ ##;\(\+##\)_ ##_ ##_ ##_ ##", "4799887766", "(+47) 99 88 77 66"),
        ("[<5]0;[<9]00;000", "7", "07"), ("[<5]0;00;000", "12", "012"),
        ('0;0;"-"0', "0", "-0"), ("[Red]000", "7", "007"), ("+0", "7", "+7"), ("(0)", "7", "(7)"), ("0_)0", "7", "0 7"),
    ],
)  # fmt: skip
def test_the_shown_text_is_worked_out(code: str, digits: str, shown: str) -> None:
    """Zeros, literals, blanks and sections are shown as Excel shows them."""
    assert NumberPattern(code).show(digits) == shown


@pytest.mark.parametrize(
    "code",
    [
        "General", "@", "0", "#,##0", "#,##0.00", "# ##0", r"#\ ##0.00", "###\u00a0###", "?????0", "[Red]0", "0_)",
        "* 0", '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-', "0;;", "#,##0_);[Red](#,##0)", "0.0##", "[$-414]0",
        '0;"x"0',
    ],
)  # fmt: skip
def test_digits_and_separators_alone_show_the_number_itself(code: str) -> None:
    """Thousands separators, decimals and colours leave an identifier as it is."""
    assert NumberPattern(code).show("1234567") is None


@pytest.mark.parametrize(
    ("code", "digits"),
    [
        (";;;", "12"), ("0,", "12000"), ("0.00,,", "12000"), ("0.00E+00", "12"), ("# ?/?", "12"), ("*00", "5"),
        ("[>5]0", "3"), ("0;[<5]000", "3"), ("[<5]0;[<9]00", "12"), ('"kr" #,##0', "1001"), ("0,000", "12"),
        ("[DBNum1]0", "3"),
        ('"x"', "5"), ("0 kr", "5"), ("", "5"), ('0;0;""', "0"), ('_-* #,##0_-;-* #,##0_-;"nil"', "0"),
    ],
)  # fmt: skip
def test_other_formats_prove_nothing(code: str, digits: str) -> None:
    """Scaling, exponents, fractions, conditions that do not have, currencies and hidden numbers are unclear."""
    shown = NumberPattern(code).show(digits)
    assert shown == "" or (not set(shown or "0") & set("0123456789"))


def checked(
    folder: Path,
    code: str,
    value: str = "1234",
    header: str = "Kundenr",
    other: str = "Navn",
    options: ReadOptions = DEFAULT_READ_OPTIONS,
) -> Checked:
    """Customers with one number cell in that format."""
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="170" formatCode={quoteattr(code)}/></numFmts>'
        '<cellXfs><xf/><xf numFmtId="170"/></cellXfs></styleSheet>'
    )
    rows = row(1, text("A1", header), text("B1", other)) + row(2, number("A2", value, 1), text("B2", "x"))
    (folder / "k.xlsx").write_bytes(book(rows, styles=styles))
    return check_files([str(folder / "k.xlsx")], options)


@pytest.mark.parametrize(
    ("code", "sent", "finding"),
    [
        ("[$-414]000000", "001234", "zeros-from-format"), ("000000_)", "001234", "zeros-from-format"),
        (r"000\ 000", "001 234", "shown-by-format"), ('"K-"0', "K-1234", "shown-by-format"),
        ('"kr" #,##0', None, "shown-differently"), (";;;", None, "shown-differently"),
        ("0.00E+00", None, "shown-differently"), ("#,##0", "1234", ""),
    ],
)  # fmt: skip
def test_an_identifier_is_sent_as_it_is_shown(tmp_path: Path, code: str, sent: str | None, finding: str) -> None:
    """Where the format proves what is shown, that is sent; else the cell is an error with the number and the format."""
    result = checked(tmp_path, code)
    assert result.tables["customers"].rows["customer_no"].to_list() == [sent]
    own = result.findings.filter(result.findings["column"] == "A")
    assert own["code"].to_list() == ([finding] if finding else [])
    if sent is None:
        assert own.select("value", "detail").rows() == [("1234", code)]


@pytest.mark.parametrize(("code", "sent"), [('"K-"0', "K-1234-x"), ("0000000", "0001234-x"), ("0,", None)])
def test_a_mapping_reads_identifiers_as_they_are_shown(tmp_path: Path, code: str, sent: str | None) -> None:
    """An expression that makes an identifier gets the shown text; where that is unclear, the cell is an error."""
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        'armbulk_mapping = 1\n[[sheet]]\nresource = "customers"\n[sheet.rename]\n"Tittel" = "Name"\n'
        "[sheet.expression]\n\"Customer no\" = \"{{ row['Debitor'] }}-{{ row['Tittel'] }}\"\n",
        encoding="utf-8",
    )
    result = checked(tmp_path, code, header="Debitor", other="Tittel", options=ReadOptions(mapping=str(mapping)))
    if sent is None:
        assert "shown-differently" in result.findings["code"].to_list()
    else:
        assert result.tables["customers"].rows["customer_no"].to_list() == [sent]


def test_texts_are_sent_as_they_are_shown(tmp_path: Path) -> None:
    """A number in a column of texts is sent with the words of its format."""
    result = checked(tmp_path, '"Uke "0', "7", header="Navn", other="Kundenr")
    assert result.tables["customers"].rows["name"].to_list() == ["Uke 7"]
    assert result.findings.filter(result.findings["column"] == "A")["code"].to_list() == ["shown-by-format"]


@pytest.mark.parametrize("code", ['"kr" 0', '"kr" #,##0', "0,", '_-* #,##0_-;-* #,##0_-;_-* "-"_-'])
@pytest.mark.parametrize("value", ["1500", "0"])
def test_amounts_are_the_stored_numbers(tmp_path: Path, code: str, value: str) -> None:
    """A format changes no amount; thousands that are left out are reported."""
    result = checked(tmp_path, code, value, header="Kredittgrense", other="Kundenr")
    assert "limit_amount" in result.tables["customers"].columns[0]
    assert result.tables["customers"].rows["limit_amount"].to_list() == [int(value)]
    own = result.findings.filter(result.findings["column"] == "A")["code"].to_list()
    assert own == (["shown-otherwise"] if (code, value) == ("0,", "1500") else [])


def test_a_new_workbook_shows_what_was_shown(tmp_path: Path) -> None:
    """A copy that is written again has the shown text, so that it is read alike."""
    result = checked(tmp_path, '"K-"0')
    (tmp_path / "k.xlsx").unlink()  # so that it cannot be copied
    path = write_marked(tmp_path / "m.xlsx", result.sheets, [], "en", header_rows={0: 1}, own=frozenset())
    again = check_files([f"{path}#Kunder=customers"])
    assert again.tables["customers"].rows["customer_no"].to_list() == ["K-1234"]
