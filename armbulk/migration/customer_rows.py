"""The customers of a ledger as rows of the Customers sheet.

Nothing is invented. What the ledger does not say stays empty; so do rules, distribution and stops, which are ARM's own.
A placeholder (`NA`, `NotUsed`, `00000000`) is nothing. The address is taken as a whole or not at all, because ARM
replaces it as a whole.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from armbulk.model.ledger_export import CUSTOMER_COLUMNS
from armbulk.resources.identifiers import is_national_id, is_organisation_no

_NORWAY = "NO"
_ORGANISATION_SCHEME = "0192"  # the Norwegian register in the list of Peppol
_PLACEHOLDERS = r"(?i)^(na|n/a|notused|not used|-|\.|0+|9{9})$"
_IBAN_ACCOUNT = r"^NO[0-9]{2}([0-9]{11})$"

ADDRESS = ("address_line_1", "address_line_2", "postal_code", "city_name", "country_code")
CUSTOMER_FIELDS = (
    "customer_no",
    "name",
    *ADDRESS,
    "email_address_document",
    "phone_no",
    "secondary_phone_no",
    "organization_no",
    "organization_no_scheme",
    "ssn",
    "ssn_country",
    "customer_category",
    "currency",
    "bank_account_no",
    "due_days",
    "nace_codes",
)
"""The fields of `resources.customers` that a ledger's file can fill."""


@dataclass(frozen=True, slots=True)
class CustomerChoices:
    """What the user decides about the customers' fields.

    Attributes:
        default_country: The country of addresses without one; "" leaves it empty.
        uses_email: Whether the e-mail address is taken: ARM then sends documents there.
        uses_national_ids: Whether national identity numbers of persons are taken.
        categories: Private, Company or Government → the category code agreed with Amili.
        numbers: The ledger's customer number → the one in ARM; others are kept.
    """

    default_country: str = ""
    uses_email: bool = False
    uses_national_ids: bool = False
    categories: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, str] = field(default_factory=dict)


def build_customer_rows(customers: pl.DataFrame, choices: CustomerChoices) -> pl.DataFrame:
    """Return a row for each customer.

    Args:
        customers: The customers of the file (`CUSTOMER_COLUMNS`).
        choices: What the user decides.

    Returns:
        `CUSTOMER_FIELDS`, String; old_customer_no, status String (for the reader); is_foreign_registration,
        is_national_id Boolean: a registration number that is none of Norway's, or a person's; file String, xml_line
        Int64.
    """
    texts = [name for name, dtype in CUSTOMER_COLUMNS.items() if dtype == pl.String]
    known = customers.with_columns(_drop_placeholder(name) for name in texts if name not in {"customer_id", "name"})
    country = pl.coalesce("country", pl.lit(choices.default_country or None, dtype=pl.String)).str.to_uppercase()
    known = known.with_columns(country=country)
    is_norwegian = pl.col("country").is_null() | (pl.col("country") == _NORWAY)
    digits = pl.col("registration_number").str.replace_all(r"[\s.\u00a0]", "")
    digits = digits.str.replace(r"(?i)^NO", "").str.replace(r"(?i)(MVA|Foretaksregisteret)+$", "")
    known = known.with_columns(digits=digits, is_norwegian=is_norwegian).with_columns(
        is_organisation=pl.col("is_norwegian") & is_organisation_no(pl.col("digits")).fill_null(value=False),
        is_person=is_national_id(pl.col("digits")).fill_null(value=False),
    )
    rows = known.select(
        customer_no=renumber(choices.numbers),
        name=pl.col("name"),
        **_build_address(),
        email_address_document=pl.col("email") if choices.uses_email else pl.lit(None, dtype=pl.String),
        phone_no=pl.coalesce("mobile_phone", "telephone"),
        secondary_phone_no=pl.when(pl.col("mobile_phone") != pl.col("telephone")).then("telephone"),
        organization_no=pl.when("is_organisation").then("digits"),
        organization_no_scheme=pl.when("is_organisation").then(pl.lit(_ORGANISATION_SCHEME)),
        ssn=pl.when(pl.col("is_person") & pl.lit(choices.uses_national_ids)).then("digits"),
        ssn_country=pl.when(pl.col("is_person") & pl.lit(choices.uses_national_ids)).then(pl.lit(_NORWAY)),
        customer_category=_translate(pl.col("type"), choices.categories),
        currency=pl.col("currency").str.to_uppercase(),
        bank_account_no=_find_bank_account(),
        due_days=pl.when(has_plain_terms()).then("payment_days"),
        nace_codes=pl.col("nace_code"),
        old_customer_no=pl.col("customer_id"),
        status=pl.col("status"),
        is_foreign_registration=(pl.col("digits").is_not_null() & ~pl.col("is_organisation") & ~pl.col("is_person")),
        is_national_id=pl.col("is_person"),
        file=pl.col("file"),
        xml_line=pl.col("xml_line"),
    )
    return rows.select(*CUSTOMER_FIELDS, pl.exclude(CUSTOMER_FIELDS))


def has_plain_terms() -> pl.Expr:
    """Return whether the terms of payment are days alone: no months, and not from the end of the month."""
    months = pl.col("payment_months").fill_null("0").str.contains(r"^0+$")
    from_month_end = pl.col("free_billing_month").fill_null("false").str.to_lowercase().is_in(["true", "1"])
    return pl.col("payment_days").str.contains(r"^[0-9]{1,3}$") & months & ~from_month_end


def _drop_placeholder(name: str) -> pl.Expr:
    return pl.when(~pl.col(name).str.contains(_PLACEHOLDERS)).then(pl.col(name)).alias(name)


def renumber(numbers: Mapping[str, str]) -> pl.Expr:
    """Return the customer's number in ARM: that of the table, else the ledger's own."""
    return _translate(pl.col("customer_id"), numbers, keep_others=True)


def _translate(column: pl.Expr, words: Mapping[str, str], *, keep_others: bool = False) -> pl.Expr:
    if not words:
        return column if keep_others else pl.lit(None, dtype=pl.String)
    if keep_others:
        return column.replace(list(words), list(words.values()))
    return column.replace_strict(list(words), list(words.values()), default=None, return_dtype=pl.String)


def _build_address() -> dict[str, pl.Expr]:
    """Return the address: all of it if there is a street or a postal code, else none of it."""
    postal = (
        pl.when(pl.col("is_norwegian"))
        .then(pl.col("postal_code").str.replace(r"(?i)^(NO?|N)-", ""))
        .otherwise(pl.col("postal_code"))
    )
    exists = pl.any_horizontal(pl.col(name).is_not_null() for name in ("street", "postal_code", "city"))
    values = {
        "address_line_1": pl.concat_str("street", "street_number", separator=" ", ignore_nulls=True).replace("", None),
        "address_line_2": pl.col("address_detail"),
        "postal_code": postal,
        "city_name": pl.col("city"),
        "country_code": pl.col("country"),
    }
    return {name: pl.when(exists).then(value) for name, value in values.items()}


def _find_bank_account() -> pl.Expr:
    account = pl.col("bank_account").str.replace_all(r"[\s.\u00a0]", "")
    iban = pl.col("iban").str.replace_all(r"\s", "").str.to_uppercase()
    return pl.coalesce(pl.when(account.str.contains(r"^[0-9]{11}$")).then(account), iban.str.extract(_IBAN_ACCOUNT, 1))
