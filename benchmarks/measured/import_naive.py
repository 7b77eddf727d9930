"""Read customers, documents and lines, check them, and write ARM's JSON: openpyxl or csv, pydantic, and json."""

import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import openpyxl
from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, ValidationError, model_validator

from benchmarks.measured.import_tables import AMOUNTS, LISTS, PATHS

Key = Annotated[str, StringConstraints(pattern=r"^[\p{L}\p{N}][\p{L}\p{N} ._/+:-]*$", max_length=50)]
Amount = Annotated[Decimal, BeforeValidator(lambda value: str(value) if isinstance(value, int | float) else value)]
Day = Annotated[date, BeforeValidator(lambda value: value.date() if isinstance(value, datetime) else value)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s;]+@[^@\s;]+\.[a-z]+$")]
Currency = Literal["NOK", "EUR", "SEK", "DKK", "USD"]
Language = Literal["no", "en"]


class Customer(BaseModel):
    """A row of the sheet Customers."""

    number: Key = Field(alias="Customer no")
    name: str = Field(alias="Name", max_length=200)
    address_1: str | None = Field(None, alias="Address line 1", max_length=200)
    address_2: str | None = Field(None, alias="Address line 2", max_length=200)
    postal_code: str | None = Field(None, alias="Postal code", pattern=r"^\d{4}$")
    city: str | None = Field(None, alias="City", max_length=100)
    country: str | None = Field(None, alias="Country code", pattern=r"^[A-Z]{2}$")
    email: Email | None = Field(None, alias="Email")
    phone: str | None = Field(None, alias="Phone", max_length=30)
    organisation_no: str | None = Field(None, alias="Organisation no", max_length=50)
    language: Language | None = Field(None, alias="Language")
    currency: Currency | None = Field(None, alias="Currency")


class Amounts(BaseModel):
    """The amounts of a document or a line."""

    excl_vat: Amount = Field(alias="Amount excl. VAT")
    vat: Amount = Field(alias="VAT")
    incl_vat: Amount = Field(alias="Amount incl. VAT")

    @model_validator(mode="after")
    def add_up(self) -> Self:
        """The amounts have to add up."""
        if self.excl_vat + self.vat != self.incl_vat:
            raise ValueError("the amounts do not add up")
        return self


class Document(Amounts):
    """A row of the sheet Documents."""

    number: Key = Field(alias="Document no")
    type: Literal["IN", "CN"] = Field(alias="Document type")
    customer: Key = Field(alias="Customer no")
    day: Day = Field(alias="Document date")
    due: Day = Field(alias="Due date")
    currency: Currency = Field(alias="Currency")
    language: Language | None = Field(None, alias="Language")
    kid: str | None = Field(None, alias="KID", pattern=r"^\d{1,24}[\d-]$")
    marketing_code: str | None = Field(None, alias="Marketing message code", max_length=50)
    message: str | None = Field(None, alias="Customer message", max_length=1000)
    sales_order: str | None = Field(None, alias="Sales order id", max_length=100)
    purchase_order: str | None = Field(None, alias="Purchase order id", max_length=100)
    seller_reference: str | None = Field(None, alias="Seller reference", max_length=200)
    buyer_reference: str | None = Field(None, alias="Buyer reference", max_length=200)
    other_reference: str | None = Field(None, alias="Additional reference", max_length=200)
    sub_customer: str | None = Field(None, alias="Sub customer no", max_length=50)
    note: str | None = Field(None, alias="Ledger note", max_length=1000)
    distribution: str | None = Field(None, alias="Distribution type", max_length=10)
    einvoice_address: str | None = Field(None, alias="E-invoice address", max_length=200)
    einvoice_scheme: str | None = Field(None, alias="E-invoice address scheme", max_length=20)
    einvoice_operator: str | None = Field(None, alias="E-invoice operator", max_length=100)
    email: Email | None = Field(None, alias="Email")

    @model_validator(mode="after")
    def check(self) -> Self:
        """The due date is not before the date, and the check digit of the KID is right."""
        if self.due < self.day:
            raise ValueError("the due date is before the date")
        if self.kid and luhn_remainder(self.kid):
            raise ValueError("the check digit of the KID is wrong")
        return self


class Line(Amounts):
    """A row of the sheet Lines."""

    document: Key = Field(alias="Document no")
    number: int = Field(alias="Line no")
    type: str | None = Field(None, alias="Line type", max_length=20)
    article_no: str | None = Field(None, alias="Article no", max_length=100)
    article_name: str | None = Field(None, alias="Article name", max_length=500)
    text: str | None = Field(None, alias="Line text", max_length=2000)
    unit: str | None = Field(None, alias="Unit", max_length=50)
    quantity: Amount | None = Field(None, alias="Quantity")
    volume_unit: str | None = Field(None, alias="Volume unit", max_length=50)
    volume: Amount | None = Field(None, alias="Volume")
    price: Amount | None = Field(None, alias="Price")
    group_1: str | None = Field(None, alias="Item group 1", max_length=100)
    group_2: str | None = Field(None, alias="Item group 2", max_length=100)
    group_3: str | None = Field(None, alias="Item group 3", max_length=100)

    @model_validator(mode="after")
    def check(self) -> Self:
        """Quantity times price is the amount."""
        if self.quantity is not None and self.price is not None and self.quantity * self.price != self.excl_vat:
            raise ValueError("quantity times price is not the amount")
        return self


READ_ONLY = "--read-only"
"""The word for openpyxl's mode for large workbooks; without it, workbooks are read as its tutorial reads them."""

MODELS: dict[str, type[BaseModel]] = {"Customers": Customer, "Documents": Document, "Lines": Line}


def luhn_remainder(digits: str) -> int:
    """Return the remainder of a number's digits by modulus 10; 0 for a right check digit."""
    values = [int(digit) * (2 if index % 2 else 1) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in values) % 10


def read(paths: list[str], *, read_only: bool) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield each sheet's name and its rows; `read_only` is openpyxl's mode for large workbooks."""
    if paths[0].endswith(".xlsx"):
        book = openpyxl.load_workbook(paths[0], read_only=read_only, data_only=True)
        for sheet in book.worksheets:
            rows = sheet.iter_rows(values_only=True)
            headers = [str(value) for value in next(rows)]
            yield sheet.title, [dict(zip(headers, row, strict=True)) for row in rows]
    else:
        for path in paths:
            with Path(path).open(encoding="utf-8", newline="") as file:
                rows = csv.DictReader(file, delimiter=";")
                yield (
                    Path(path).stem.capitalize(),
                    [{header: value or None for header, value in row.items()} for row in rows],
                )


Rows = dict[str, list[dict[str, Any]]]
"""Sheet → its rows, as checked values by header."""


def check_rows(name: str, rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
    """Return the good rows of a sheet as checked values by header, and how many are bad."""
    good, errors = [], 0
    for row in rows:
        try:
            good.append(MODELS[name].model_validate(row).model_dump(by_alias=True))
        except ValidationError:
            errors += 1
    return good, errors


def check_together(sheets: Rows) -> int:
    """Return how many rows have an error together with others."""
    customers = Counter(row["Customer no"].lower() for row in sheets["Customers"])
    documents = Counter(row["Document no"].lower() for row in sheets["Documents"])
    errors = sum(count > 1 for counts in (customers, documents) for count in counts.values())
    errors += sum(row["Customer no"].lower() not in customers for row in sheets["Documents"])
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for line in sheets["Lines"]:
        number = line["Document no"].lower()
        errors += number not in documents
        sums[number] = [total + line[name] for total, name in zip(sums[number], AMOUNTS, strict=True)]
    return errors + sum(
        [row[name] for name in AMOUNTS] != sums[row["Document no"].lower()] for row in sheets["Documents"]
    )


def build_record(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return a row as ARM's JSON has it."""
    record: dict[str, Any] = {}
    for header, path in PATHS[name].items():
        value = row[header]
        if value is None:
            continue
        outer, _, inner = path.rpartition(".")
        members = record.setdefault(outer, {}) if outer else record
        members[inner] = [value] if header in LISTS else value
    return record


def to_json_value(value: object) -> float | str:
    """Return what json cannot write itself: amounts as numbers, dates as text."""
    return float(value) if isinstance(value, Decimal) else str(value)


def main() -> None:
    """Read, check, encode and write."""
    *paths, target = (word for word in sys.argv[1:] if word != READ_ONLY)
    sheets, errors = {}, 0
    for name, rows in read(paths, read_only=READ_ONLY in sys.argv):
        sheets[name], bad = check_rows(name, rows)
        errors += bad
    errors += check_together(sheets)
    lines = defaultdict(list)
    for row in sheets["Lines"]:
        lines[row["Document no"]].append(build_record("Lines", row))
    records = [build_record("Customers", row) for row in sheets["Customers"]]
    records += [
        {**build_record("Documents", row), "documentLines": lines[row["Document no"]]} for row in sheets["Documents"]
    ]
    with Path(target).open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False, default=to_json_value) + "\n" for record in records)
    total = sum((row["Amount incl. VAT"] for row in sheets["Documents"]), Decimal(0))
    counts = {name.lower(): len(rows) for name, rows in sheets.items()}
    print(json.dumps({"records": counts, "total": f"{total:.2f}", "errors": errors}))


if __name__ == "__main__":
    main()
