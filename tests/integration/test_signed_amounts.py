"""Amounts without a sign: debit and credit in two columns, or `D/K` beside. A credit note never becomes an invoice."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from support.commands import called

from armbulk.cli import cli
from armbulk.cli.command import CommandContext
from armbulk.model.read_options import ReadOptions
from armbulk.validation.check import check_files

HEADERS = "Fakturanr;Kundenr;Fakturadato;Forfallsdato;Type;Valuta;"
FIRST, SECOND = "F1;1;01.11.2026;15.11.2026;IN;NOK;", "F2;1;05.11.2026;19.11.2026;CN;NOK;"
TWO = f"{HEADERS}{{first}};{{second}}\n{FIRST}1 250,00;{{zero}}\n{SECOND}{{zero}};250,00\n"
SIDE = f"{HEADERS}Beløp;{{side}}\n{FIRST}1 250,00;{{debit}}\n{SECOND}250,00;{{credit}}\n"
KNOWN = f"{HEADERS}Beløp inkl. mva;D/K\n{FIRST}100;D\n{SECOND}{{amount}};{{side}}\n".replace("Type", "Bilagstype")


def amounts(path: Path) -> dict[str, str]:
    """Number → amount of the documents, read with the mapping that armbulk proposes."""
    mapping = path.with_name("m.toml")
    assert called("map", str(path), "-o", str(mapping))[0] == 0
    checked = check_files([str(path)], ReadOptions(mapping=str(mapping), dates="dmy"))
    rows = checked.tables["documents"].rows
    return {number: str(amount) for number, amount in rows.select("document_no", "incl_vat").rows()}


def written(folder: Path, text: str) -> Path:
    """A ledger's export."""
    path = folder / "reskontro.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (TWO, {"first": "Debet", "second": "Kredit", "zero": ""}),
        (TWO, {"first": "Debit amount", "second": "Credit amount", "zero": "0,00"}),
        (SIDE, {"side": "D/K", "debit": "D", "credit": "K"}),
        (SIDE, {"side": "Debet/kredit", "debit": "debet", "credit": "kredit"}),
        (SIDE, {"side": "DR/CR", "debit": "DR", "credit": "CR"}),
    ],
)
def test_the_side_of_an_amount_is_its_sign(tmp_path: Path, text: str, values: dict[str, str]) -> None:
    """What is in credit is negative."""
    assert amounts(written(tmp_path, text.format(**values))) == {"F1": "1250.00", "F2": "-250.00"}


def test_a_side_that_is_unknown_is_an_error(tmp_path: Path) -> None:
    """A later file with another word has no amount there, and an error."""
    path = written(tmp_path, SIDE.format(side="D/K", debit="D", credit="K"))
    mapping = path.with_name("m.toml")
    assert called("map", str(path), "-o", str(mapping))[0] == 0
    path.write_text(SIDE.format(side="D/K", debit="D", credit="X"), encoding="utf-8")
    found = check_files([str(path)], ReadOptions(mapping=str(mapping), dates="dmy")).findings
    assert found.filter(row=3, severity="error", field="incl_vat").height == 1


@pytest.mark.parametrize(
    ("amount", "side", "is_stopped"),
    [("250", "K", True), ("-250", "K", False), ("250", "D", False), ("250", "x", False)],
)
def test_a_known_sheet_with_a_side_beside_positive_credits_is_stopped(
    tmp_path: Path, amount: str, side: str, is_stopped: bool
) -> None:
    """No mapping is needed to read it, so the column would be ignored: credit notes would be sent as positive."""
    code, said = called("check", str(written(tmp_path, KNOWN.format(amount=amount, side=side))))
    codes = {finding["code"] for finding in said["findings"]}
    assert ("debit-credit-column" in codes, code) == (is_stopped, 1 if is_stopped else 0)


@pytest.mark.parametrize(
    ("lang", "question"),
    [
        ("en", 'Read "Beløp inkl. mva" as Amount incl. VAT, and as negative where "D/K" is K'),
        ("no", "Skal «Beløp inkl. mva» leses som beløp inkl. mva, og som negativt der «D/K» er K"),
    ],
)
def test_a_person_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, question: str) -> None:
    """With yes the sign is read, and the next file has no question."""
    monkeypatch.setattr(CommandContext, "can_ask", property(lambda _: True))
    path = written(tmp_path, KNOWN.format(amount="250", side="K"))
    done = CliRunner().invoke(cli, ["check", str(path), "--lang", lang], input="\n" * 9)
    assert question in " ".join(done.stderr.split())
    assert done.exit_code == 0, done.stdout
    code, said = called("plan", str(path))
    total = {group["type"]: group["in_file"]["amount"] for group in said["control_totals"]["groups"]}
    assert (code, total["credit_notes"]) == (0, "-250.00"), total
