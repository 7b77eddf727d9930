"""The fields agree with ARM's published samples, in both directions."""

import json
import re
from typing import Any

import pytest
from support.paths import ARM_SAMPLES

from armbulk.mapping.header_text import fold_header
from armbulk.mapping.headers import index_headers, list_headers
from armbulk.model.fields import Field, FieldRole, FieldType, Resource
from armbulk.resources import EXPORTS, RESOURCES, fields_by_name

KINDS: dict[type, set[FieldType]] = {
    str: {FieldType.TEXT, FieldType.IDENTIFIER, FieldType.DATE},
    int: {FieldType.INTEGER, FieldType.AMOUNT, FieldType.QUANTITY},
    float: {FieldType.AMOUNT, FieldType.QUANTITY},
    bool: {FieldType.BOOLEAN},
    list: {FieldType.TEXT_LIST},
}
NUMBERS_KEPT_AS_TEXT = {"clientNo", "accountNo"}  # computed, never sent


def paths(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Dotted path → an example value."""
    found: dict[str, Any] = {}
    for name, inner in value.items():
        if isinstance(inner, dict):
            found |= paths(inner, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = inner
    return found


def samples(resource: str) -> dict[str, Any]:
    """Every path of a resource in the published samples."""
    if resource == "customers":
        customers = json.loads((ARM_SAMPLES / "customers.list.response.json").read_text())["customers"]
        return {path: value for one in customers for path, value in paths(one).items()}
    single = json.loads((ARM_SAMPLES / "document.post.request.json").read_text())["document"]
    batch = json.loads((ARM_SAMPLES / "documents.batch.post.request.json").read_text())["documents"]
    found: dict[str, Any] = {}
    for document in [single, *batch]:
        lines = document["documentLines"]
        if resource == "lines":
            found |= {path: value for line in lines for path, value in paths(line).items()}
        else:
            found |= paths({name: value for name, value in document.items() if name != "documentLines"})
    return found


def own(resource: Resource) -> dict[str, Field]:
    """The fields by path, without those that are not part of the JSON."""
    return {one.path: one for one in resource.fields if one.role not in {FieldRole.PARENT_KEY, FieldRole.LOCAL}}


@pytest.mark.parametrize("name", list(RESOURCES))
def test_every_path_of_the_samples_is_a_field_and_back(name: str) -> None:
    """Every path in ARM's samples is a field, and every field is in the samples."""
    assert set(own(RESOURCES[name])) == set(samples(name))


@pytest.mark.parametrize("name", list(RESOURCES))
def test_kinds_fit_the_json(name: str) -> None:
    """The type of each field fits the samples' JSON."""
    for path, value in samples(name).items():
        if path not in NUMBERS_KEPT_AS_TEXT:
            assert own(RESOURCES[name])[path].type in KINDS[type(value)], path


def test_what_arm_works_out_is_never_sent() -> None:
    """Fields that ARM computes are read-only."""
    computed = {one.path for one in RESOURCES["customers"].fields if one.role is FieldRole.READ_ONLY}
    assert computed == {
        "clientNo", "accountNo", "customerKid", "balanceTotal", "registrationStatusCode", "registrationStatusDate",
        "postalAddressChanged", "postalReturnStatus", "postalReturnDate", "usingLanguage",
    }  # fmt: skip


@pytest.mark.parametrize("name", list(RESOURCES))
def test_no_header_means_two_fields(name: str) -> None:
    """Within a resource every header and alias names one field."""
    owners: dict[str, set[str]] = {}
    for one in RESOURCES[name].fields:
        for header in list_headers(one):
            owners.setdefault(fold_header(header), set()).add(one.name)
    assert {header: fields for header, fields in owners.items() if len(fields) > 1} == {}


def test_one_field_name_has_one_pair_of_headers() -> None:
    """A field shared by several resources has the same headers in all of them."""
    words: dict[str, set[tuple[str, str]]] = {}
    for resource in RESOURCES.values():
        for one in resource.fields:
            words.setdefault(one.name, set()).add((one.header.en, one.header.text("nb")))
            assert re.fullmatch(r"[a-z][a-z0-9_]*", one.name)
            assert all((one.help, one.help.text("nb"), one.header.en, one.header.text("nb")))
    assert {name: pairs for name, pairs in words.items() if len(pairs) > 1} == {}


def test_ar_items_are_those_of_the_sample() -> None:
    """The columns of AR items are the keys of ARM's sample, with fitting types."""
    item = json.loads((ARM_SAMPLES / "ar_item.response.json").read_text())
    fields = {one.path: one for one in EXPORTS["ar-items"].readable}
    assert set(fields) == set(item)
    texts = {FieldType.TEXT, FieldType.IDENTIFIER, FieldType.DATE, FieldType.TIME}
    for path, value in item.items():
        assert fields[path].type in (
            texts if isinstance(value, str) else {*KINDS[type(value)], FieldType.IDENTIFIER}
        ), path


@pytest.mark.parametrize("name", list(EXPORTS))
def test_what_comes_out_has_columns_of_its_own(name: str) -> None:
    """Headers, names and paths of an export are unique, and its key, filters and dates are columns."""
    resource = EXPORTS[name]
    assert resource.listing is not None
    for lang in ("en", "nb"):
        headers = [one.header.text(lang).casefold() for one in resource.readable]
        assert len(set(headers)) == len(headers)
    paths = [one.path for one in resource.readable]
    assert len(set(paths)) == len(paths)
    listing = resource.listing
    named = {*listing.key, *(one.path for one in (*listing.filters, *(listing.period or ())) if one.path)}
    assert named | ({listing.dates[2]} if listing.dates else set()) <= set(paths)
    assert set(listing.partition_by) <= {one.param for one in (*listing.filters, *(listing.period or ()))}
    assert listing.source in "DEIX"
    assert listing.note
    assert listing.note.text("nb")
    shared = {one.name: one.header for other in (*RESOURCES.values(), *EXPORTS.values()) for one in other.readable}
    assert all(shared[one.name] == one.header for one in resource.readable)


CONTRACT = {
    "customers": {
        "customerNo": "Customer no|Customer number|Kundenr|Kundenummer",
        "name": "Name|Customer name|Navn|Kundenavn",
        "postalAddress.addressLine1": "Address line 1|Address|Adresse 1|Adresse",
        "postalAddress.addressLine2": "Address line 2|Adresse 2",
        "postalAddress.addressLine3": "Address line 3|Adresse 3",
        "postalAddress.postalCode": "Postal code|Postnr|Postnummer",
        "postalAddress.cityName": "City|Poststed",
        "postalAddress.countryCode": "Country code|Landkode",
        "emailAddressDocument": "Email|E-mail|E-post|Epost",
        "phoneNo": "Phone|Telefon",
        "organizationNo": "Organisation no|Organization no|Orgnr|Organisasjonsnummer",
        "ssn": "National id|Fødselsnr|Fødselsnummer|Personnr",
        "bankAccountNo": "Bank account|Kontonr|Bankkonto",
        "currency": "Currency|Valuta",
        "language": "Language|Språk",
    },
    "documents": {
        "emailAddress": "Email|E-mail|E-post|Epost",
        "documentNo": "Document no|Invoice no|Fakturanr|Fakturanummer|Bilagsnr",
        "documentType": "Document type|Bilagstype|Dokumenttype",
        "documentDate": "Document date|Invoice date|Fakturadato|Bilagsdato",
        "dueDate": "Due date|Forfallsdato|Forfall",
        "currency": "Currency|Valuta",
        "language": "Language|Språk",
        "kid": "KID",
        "currencyAmounts.exclVat": "Amount excl. VAT|Beløp eks. mva",
        "currencyAmounts.vat": "VAT|Mva",
        "currencyAmounts.inclVat": "Amount incl. VAT|Beløp inkl. mva",
    },
    "lines": {
        "documentNo": "Document no|Invoice no|Fakturanr|Fakturanummer|Bilagsnr",
        "lineNo": "Line no|Linjenr",
        "lineType": "Line type|Linjetype",
        "articleNo": "Article no|Varenr",
        "articleName": "Article name|Varenavn",
        "lineText": "Line text|Linjetekst|Tekst",
        "quantity": "Quantity|Antall",
        "quantityUnit": "Unit|Enhet",
        "price": "Price|Pris",
        "currencyAmounts.exclVat": "Amount excl. VAT|Beløp eks. mva",
    },
}


@pytest.mark.parametrize("resource", list(CONTRACT))
def test_the_contracts_headers_are_known(resource: str) -> None:
    """Every header in the command line's contract is recognised, in any spelling."""
    fields = index_headers(RESOURCES[resource])
    for path, headers in CONTRACT[resource].items():
        for header in [path, *headers.split("|")]:
            for written in (header, header.upper(), header.replace(" ", "_"), f" {header.replace(' ', '-')}. "):
                assert fields[fold_header(written)].path == path, written


@pytest.mark.parametrize(
    ("resource", "field", "shown"),
    [
        ("customers", "vat_liable", ("yes", "ja")),
        ("documents", "due_date", ("2025-03-11", "11.03.2025")),
        ("customers", "discount_rate", ("5.5", "5,5")),
        ("customers", "name", ("ARMchair Industries AS", "Fjordgløtt Bakeri AS")),
        ("documents", "attachment_files", ("", "")),
    ],
)
def test_an_example_is_in_the_language(resource: str, field: str, shown: tuple[str, str]) -> None:
    """As people write it in a sheet, not as in ARM's JSON."""
    written = RESOURCES[resource].field(field)
    assert (written.write_example("en"), written.write_example("nb")) == shown


def test_a_sensitive_field_is_sensitive_in_every_resource() -> None:
    """A finding knows its field by name alone: a value is masked wherever a field of that name is sensitive."""
    sensitive = {field.name for resource in RESOURCES.values() for field in resource.fields if field.sensitive}
    assert sensitive == {"ssn", "bank_account_no"}
    assert {name for name, field in fields_by_name().items() if field.sensitive} == sensitive
