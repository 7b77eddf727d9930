"""What a ledger's own codes may mean: by the word, and by the signs of the amounts; a person decides."""

from pathlib import Path

import pytest

from armbulk.app.column_answers import divide_by_sign, list_negative_invoices
from armbulk.mapping.expressions import ExpressionEngine
from armbulk.matching.codes import list_value_questions
from armbulk.matching.propose import propose_sheet
from armbulk.model.column_proposal import SheetProposal
from armbulk.readers import read_sheets


def proposed(folder: Path, text: str) -> SheetProposal:
    """The proposal for a CSV."""
    path = folder / "a.csv"
    path.write_text(text, encoding="utf-8")
    (sheet,) = read_sheets(path)
    proposal = propose_sheet(sheet, 0)
    assert proposal is not None
    return proposal


def codes(proposal: SheetProposal) -> dict[str, tuple[int, str, str]]:
    """Value → (rows, code, reason) of the values that are asked about."""
    columns = {column.letter: column.target for column in proposal.columns}
    questions = list_value_questions(proposal, columns)
    return {each.text: (each.count, each.code, each.reason) for each in questions if not each.is_sure}


@pytest.mark.parametrize(
    ("types", "amounts", "expected"),
    [
        ("UF UK", "10,00 -5,00", {"UF": (1, "IN", "usual for invoices, and its amount is positive"),
                                  "UK": (1, "CN", "usual for credit notes, and its amount is negative")}),
        ("1 2 1", "10,00 5,00- 20,00", {"1": (2, "IN", "all 2 amounts are positive"),
                                        "2": (1, "", "its amount is negative: a credit note, or a payment")}),
        ("Kreditnota Faktura", "5,00 10,00",
         {"Kreditnota": (1, "", "usual for credit notes, but its amount is positive")}),
        ("ZZ zz IN", "10,00 -5,00 1,00", {"ZZ": (2, "", "positive amounts: 1, negative: 1")}),
        ("UF Innbetaling", "10,00 -5,00",
         {"UF": (1, "IN", "usual for invoices, and its amount is positive"),
          "Innbetaling": (1, "", "usual for payments, which are no documents in ARM")}),
        ("Faktura invoice", "10,00 5,00", {}),
    ],
)  # fmt: skip
def test_codes_of_documents(
    tmp_path: Path, types: str, amounts: str, expected: dict[str, tuple[int, str, str]]
) -> None:
    """Word and sign must agree; payments are no documents; words that are read anyway are not asked about."""
    rows = [
        f"00{number};100{number};0{number}.10.2026;1{number}.11.2026;{kind};{amount};NOK"
        for number, (kind, amount) in enumerate(zip(types.split(), amounts.split(), strict=True), 1)
    ]
    proposal = proposed(tmp_path, "\n".join(["Fakturanr;Kundenr;Dato;Forfall;Bilagstype;Brutto;Valuta", *rows, ""]))
    assert codes(proposal) == expected


def test_every_row_counts(tmp_path: Path) -> None:
    """A code that is first used below the rows that are looked at for their kind is asked about, too."""
    rows = [f"{n};{n};01.10.2026;15.10.2026;UF;10,00" for n in range(1, 700)] + ["F;9;02.10.2026;16.10.2026;UK;-1,00"]
    proposal = proposed(tmp_path, "\n".join(["Fakturanr;Kundenr;Dato;Forfall;Bilagstype;Brutto", *rows, ""]))
    assert {text: each[0] for text, each in codes(proposal).items()} == {"UF": 699, "UK": 1}


def test_names_of_languages_and_currencies_are_codes(tmp_path: Path) -> None:
    """Norsk is no, NKR is NOK: one question for them all; kr may be four currencies."""
    text = "Kundenr;Navn;Språk;Valuta\n1;Ola;Norsk;NKR\n2;Per;Engelsk;NOK\n3;Kari;no;kr\n"
    proposal = proposed(tmp_path, text)
    questions = list_value_questions(proposal, {"C": "language", "D": "currency"})
    assert [(each.text, each.code, each.is_sure) for each in questions] == [
        ("Norsk", "no", True), ("Engelsk", "en", True), ("no", "no", True),
        ("NKR", "NOK", True), ("NOK", "NOK", True), ("kr", "", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("numbers", "target", "reason"),
    [
        (("10001", "10002", "10003"), "customer_no", "may also mean Bank account"),
        (("15032080119", "81501757322", "12345678903"), "bank_account_no", ""),
    ],
)
def test_the_values_decide_what_kontonr_is(tmp_path: Path, numbers: tuple[str, ...], target: str, reason: str) -> None:
    """Kontonr is a bank account, or the customer's number in a ledger: then a person is asked, and sees the numbers."""
    rows = [f"{number};Firma {row};Gata {row};015{row};Oslo" for row, number in enumerate(numbers)]
    column = proposed(tmp_path, "\n".join(["Kontonr;Firmanavn;Gate;Postnr;Sted", *rows, ""])).columns[0]
    assert column.target == target
    assert reason in column.reason
    assert (column.is_known, column.is_sure) == (not reason, not reason)
    assert (column.samples == numbers) is (target == "customer_no")


def test_bank_accounts_are_no_numbers_of_customers(tmp_path: Path) -> None:
    """A list of documents has no bank account: where the values are some, a person is asked."""
    rows = ["15032080119;1;01.10.2026;15.10.2026;1,00", "81501757322;2;02.10.2026;16.10.2026;2,00"]
    text = "\n".join(["Kontonr;Bilnr;Bdato;Forfall;Brutto", *rows, ""])
    column = proposed(tmp_path, text).columns[0]
    assert (column.target, column.is_sure) == ("customer_no", False)
    assert "valid as Bank account" in column.reason


@pytest.mark.parametrize(
    ("amount", "is_negative"),
    [
        ("100", False), ("100,-", False), ("1 000,00", False), ("100.-", False), ("", False), ("kr 100,-", False),
        ("-100", True), ("100-", True), ("100,00-", True), ("(100)", True), ("\u2212100", True), ("kr -100", True),
    ],
)  # fmt: skip
def test_the_sign_of_an_amount_in_an_expression_is_that_of_the_question(
    tmp_path: Path, amount: str, is_negative: bool
) -> None:
    """What the question counts as negative gets the type for negative amounts, and nothing else does."""
    proposal = proposed(tmp_path, f"Fakturanr;Kundenr;Beløp inkl. mva\nF1;K1;100\nF2;K2;{amount}\n")
    columns = {"C": "incl_vat"}
    rows = list_negative_invoices(proposal, columns, "document_type", "Faktura")
    assert list(rows) == ([3] if is_negative else [])
    made = ExpressionEngine().evaluate(divide_by_sign(proposal, columns, "CN"), [{"Beløp inkl. mva": amount}])
    assert made[0].text == ("CN" if is_negative else "IN")
    assert list_negative_invoices(proposal, columns, "currency", "NOK") == ()
