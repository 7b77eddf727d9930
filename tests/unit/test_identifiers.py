"""Check digits and code lists agree with python-stdnum and pycountry; ARM's own samples give warnings only."""

import json
import random
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from stdnum import iban, luhn
from stdnum.exceptions import ValidationError
from stdnum.no import fodselsnummer, orgnr

from armbulk.cli import cli
from armbulk.findings.catalogue import TUNABLE
from armbulk.model.fields import FieldRole
from armbulk.model.read_options import ReadOptions
from armbulk.resources import RESOURCES, code_lists, identifiers
from armbulk.validation.check import check_files


def verdicts(form: Callable[[pl.Expr], pl.Expr], values: list[str | None]) -> list[bool]:
    """What armbulk says of each value."""
    return pl.DataFrame({"a": values}, schema={"a": pl.String}).select(form(pl.col("a"))).to_series().to_list()


def digits(chance: random.Random, length: int) -> str:
    """So many digits."""
    return str(chance.randrange(10**length)).zfill(length)


def agrees(form: Callable[[pl.Expr], pl.Expr], values: list[str], oracle: Callable[[str], bool]) -> None:
    """We and the oracle say the same of every value, and both say yes and no."""
    ours, theirs = verdicts(form, values), [bool(oracle(value)) for value in values]
    assert [one for one, a, b in zip(values, ours, theirs, strict=True) if a is not b] == []
    assert {True, False} <= set(ours)


def test_organisation_numbers() -> None:
    """Organisation numbers have nine digits and a check digit, as in python-stdnum."""
    chance = random.Random(1)
    agrees(identifiers.is_organisation_no, [digits(chance, 9) for _ in range(5_000)], orgnr.is_valid)
    assert verdicts(identifiers.is_organisation_no, ["NO 984 842 252 MVA", "984842252MVA", "98484225", "x"]) == [
        True, True, False, False,
    ]  # fmt: skip


def test_bank_accounts() -> None:
    """Bank accounts have eleven digits with modulus 11; postal giro numbers with modulus 10 are accepted."""

    def oracle(value: str) -> bool:
        total = sum(int(digit) * weight for digit, weight in zip(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True))
        last = sum(int(digit) * weight for digit, weight in zip(value[6:], (5, 4, 3, 2, 1), strict=True))
        return (
            total % 11 == 0
            or (value[4:6] == "00" and last % 11 == 0)
            or (value.startswith("0000") and luhn.is_valid(value[4:]))
        )

    chance = random.Random(2)
    values = [digits(chance, 11) for _ in range(5_000)] + [f"0000{digits(chance, 7)}" for _ in range(2_000)]
    agrees(identifiers.is_bank_account, values, oracle)
    assert verdicts(identifiers.is_bank_account, ["8601 11 17947", "8601.11.17947", "NO93 8601 11 17947"]) == [True] * 3


def test_ibans() -> None:
    """IBANs have modulus 97 and the country's length, as in python-stdnum."""

    def oracle(value: str) -> bool:
        try:
            iban.validate(value, check_country=False)
        except ValidationError:
            return False
        return True

    chance = random.Random(3)
    values = []
    for _ in range(2_000):
        account = digits(chance, 11)
        made = f"NO{98 - int(account + '232400') % 97:02}{account}"
        values.append(made if chance.random() < 0.5 else made[:-1] + digits(chance, 1))
    agrees(identifiers.is_iban, values, oracle)
    examples = ["GB82 WEST 1234 5698 7654 32", "NO938601111794", "DE89370400440532013000"]
    assert verdicts(identifiers.is_iban, examples) == [True, False, True]


def test_kids() -> None:
    """KIDs have 2 to 25 digits with modulus 10 or 11, where a hyphen replaces ten."""

    def oracle(value: str) -> bool:
        total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(value[:-1])))
        wanted = (11 - total % 11) % 11
        return value[-1] == ("-" if wanted == 10 else str(wanted)) or (value[-1] != "-" and luhn.is_valid(value))

    chance = random.Random(4)
    values = [digits(chance, chance.randrange(2, 26)) for _ in range(5_000)]
    values += [f"{digits(chance, chance.randrange(1, 25))}-" for _ in range(3_000)]
    agrees(identifiers.is_kid, values, oracle)
    assert verdicts(identifiers.is_kid, ["1", "1" * 26, "12x4", "-"]) == [False] * 4


def test_national_ids() -> None:
    """National identity numbers valid in python-stdnum are valid; the others are of kinds it does not know yet."""
    chance = random.Random(5)
    values = []
    for _ in range(20_000):
        base = f"{chance.randrange(1, 32) + chance.choice((0, 40)):02}{chance.randrange(1, 13):02}{digits(chance, 5)}"
        first = fodselsnummer.calc_check_digit1(base)
        if len(first) == 1:
            values.append(base + first + fodselsnummer.calc_check_digit2(base + first)[0])
    ours = verdicts(identifiers.is_national_id, values)
    theirs = [fodselsnummer.is_valid(value) for value in values]
    assert sum(theirs) > 5_000
    assert not any(there and not here for here, there in zip(ours, theirs, strict=True))


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("01129945199", True),  # a usual one, and with what people write between
        ("011299 45199", True),
        ("01129945198", False),  # second check digit
        ("31029955100", False),  # 31 February
        ("1129945199", False),  # ten digits
        ("0112994519x", False),
    ],
)
def test_single_national_ids(value: str, *, good: bool) -> None:
    """The date must exist, and both check digits must fit."""
    assert verdicts(identifiers.is_national_id, [value]) == [good]


def with_digits(base: str, residues: tuple[int, ...]) -> str:
    """A national identity number whose first check digit leaves one of `residues`."""
    for tail in range(100):
        value = f"{base}{tail:02}"
        first = sum(int(d) * w for d, w in zip(value, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), strict=False)) % 11
        second = sum(int(d) * w for d, w in zip(value, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11
        if first in residues and second == 0:
            return value
    return ""


def test_synthetic_numbers_and_the_rule_of_2032() -> None:
    """D-numbers, H-numbers, synthetic numbers and the check digits of 2032 are valid."""
    bases = ("41019012", "01419012", "01819012", "01669012", "01019012")
    made = [next(filter(None, (with_digits(f"{base}{n}", (0,)) for n in range(10)))) for base in bases]
    assert verdicts(identifiers.is_national_id, made) == [True] * len(made)
    relaxed = [with_digits(f"0101901{n:02}", (1, 2, 3)) for n in range(20)]
    assert all(verdicts(identifiers.is_national_id, [one for one in relaxed if one]))
    wrong = [with_digits(f"0101901{n:02}", (4, 5, 6, 7, 8, 9, 10)) for n in range(20)]
    assert not any(verdicts(identifiers.is_national_id, [one for one in wrong if one]))


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("postal-code", ["0150", "9999"], ["150", "01500", "N-01", "٠١٥٠"]),
        ("country", ["NO", "no", "SE", "XK"], ["QQ", "NOR"]),
        ("currency", ["NOK", "nok", "EUR"], ["QQQ", "KR"]),
        ("language", ["no", "NB", "en"], ["qq", "nor"]),
        ("peppol-scheme", ["0192", "9908"[:2] + "10"], ["1234", "192"]),
    ],
)
def test_codes(form: str, good: list[str], bad: list[str]) -> None:
    """Codes of the published lists are valid, in any letter case where ARM ignores it."""
    assert verdicts(identifiers.CHECK_FORMATS[form].is_valid, good) == [True] * len(good)
    assert verdicts(identifiers.CHECK_FORMATS[form].is_valid, bad) == [False] * len(bad)


def test_emails() -> None:
    """Each address in a cell is checked."""
    frame = pl.DataFrame({"a": [["a@b.no"], ["a@b.no", "kari.no"], ["kari@eksempel"], ["a b@c.no"], ["ø@æ.no"], None]})
    assert frame.select(identifiers.CHECK_FORMATS["email"].is_valid(pl.col("a"))).to_series().to_list() == [
        True, False, False, False, True, None,
    ]  # fmt: skip


def test_the_examples_of_fields_are_valid(tmp_path: Path) -> None:
    """Templates and the reference show values that have no finding."""
    fields = [one for one in RESOURCES["customers"].fields if one.role is FieldRole.WRITABLE]
    path = tmp_path / "customers.csv"
    for lang in ("en", "nb"):
        cells = [f'"{one.find_example(lang)}"' for one in fields]
        path.write_text(";".join(one.header.en for one in fields) + "\n" + ";".join(cells) + "\n", encoding="utf-8")
        assert check_files([str(path)]).findings.height == 0


def checked_with(tmp_path: Path, config: str) -> tuple[int, dict[str, object]]:
    """Check a customer with a wrong organisation number under a config.toml."""
    (tmp_path / "config.toml").write_text(config, encoding="utf-8")
    path = tmp_path / "customers.csv"
    path.write_text("Customer no;Name;Organisation no\nK1;Kari;987654321\nK2;Ola;\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["check", str(path), "--json"], env={"ARMBULK_HOME": str(tmp_path)})
    return done.exit_code, json.loads(done.stdout)


@pytest.mark.parametrize(
    ("config", "code", "severities"),
    [
        ("", 0, ["warning"]),
        ('[rules]\norganisation-no = "error"\n', 1, ["error"]),
        ('[rules]\norganisation-no = "off"\n', 0, []),
        ('[rules]\norganisation-no = "error"\n[profiles.default.rules]\norganisation-no = "off"\n', 0, []),
    ],
)
def test_a_profile_tunes_the_rules(tmp_path: Path, config: str, code: int, severities: list[str]) -> None:
    """`[rules]` changes or switches off a rule; the profile's own table has precedence."""
    exit_code, said = checked_with(tmp_path, config)
    assert exit_code == code
    assert [one["severity"] for one in said["findings"]] == severities  # type: ignore[attr-defined]


@pytest.mark.parametrize("config", ['[rules]\nnonsense = "off"\n', '[rules]\nkid = "loud"\n', 'rules = "off"\n'])
def test_unknown_rules_are_refused(tmp_path: Path, config: str) -> None:
    """An unknown rule or severity is a settings error that lists the known ones."""
    exit_code, said = checked_with(tmp_path, config)
    assert exit_code == 5
    assert "config.toml" in str(said["error"])


def test_only_rules_about_values_can_be_tuned() -> None:
    """Rules that protect against unreadable cells or duplicates cannot be switched off."""
    assert " ".join(sorted(TUNABLE)) == (
        "amount-from-lines amounts-differ attachment-missing attachment-repeated attachment-unused "
        "attachments-not-sent bank-account blank-word blanks-removed code-not-listed country-code "
        "credit-due-before-date currency-code customer-not-in-file customer-without-zeros date-unlikely "
        "document-without-lines due-before-date email formula-values grouped-identifier header-near html-code "
        "invisible-character key-without-zeros kid language-code letter-lost lines-sum-differs national-id "
        "negative-invoice no-lines-sheet not-allowed not-ascii organisation-no pattern peppol-scheme postal-code "
        "price-differs quotes-in-text rate-not-sent rows-in-quotes sent-as-text separators-removed shown-otherwise "
        "stored-as-number supplier-list too-long unknown-code unknown-header vat-is-rate word-not-code "
        "word-read-as-code zeros-from-format"
    )
    assert not TUNABLE & {"digits-lost", "duplicate-key", "line-without-document", "not-a-number", "hidden-rows"}
    assert check_files(["samples/customers.csv"], ReadOptions(rules={"no-lines-sheet": "off"})).errors == 0


def test_the_code_lists_are_those_of_the_iso_standards() -> None:
    """Our lists of countries, currencies and languages are those of pycountry, a second source; and XK, in use too."""
    pycountry = pytest.importorskip("pycountry")
    assert {one.alpha_2 for one in pycountry.countries} | {"XK"} == code_lists.COUNTRIES
    assert {one.alpha_3 for one in pycountry.currencies} == code_lists.CURRENCIES
    assert {one.alpha_2 for one in pycountry.languages if hasattr(one, "alpha_2")} == code_lists.LANGUAGES


@pytest.mark.parametrize(
    ("codes", "form"),
    [
        (code_lists.COUNTRIES, r"[A-Z]{2}"),
        (code_lists.CURRENCIES, r"[A-Z]{3}"),
        (code_lists.LANGUAGES, r"[a-z]{2}"),
        (code_lists.PEPPOL_SCHEMES, r"[0-9]{4}"),
    ],
)
def test_every_code_has_the_form_of_its_list(codes: frozenset[str], form: str) -> None:
    """No code of a list is mistyped, and Norway's is among them."""
    assert [code for code in codes if not re.fullmatch(form, code)] == []
    assert codes & {"NO", "NOK", "no", "0192"}


def test_a_few_keys_are_masked_as_a_column_is() -> None:
    """Both ways hide the same numbers."""
    keys = ["01010750160", "010107 50160", "12345678901", "0123456789", "", None, "Kunde 1"]
    column = pl.select(identifiers.mask_national_id(pl.lit(pl.Series(keys)))).to_series().to_list()
    assert identifiers.mask_national_id_texts(keys) == column
    assert identifiers.mask_national_id_texts(keys[3:6]) == keys[3:6]
    assert column[0] != keys[0]
