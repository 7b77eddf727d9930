"""Fields that no single column has: a name in two columns, a postal code and a city in one, amounts without a sign."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from armbulk.i18n import Text, _
from armbulk.mapping.header_text import fold_header
from armbulk.matching.column_values import ColumnReader
from armbulk.matching.header_words import find_meanings
from armbulk.matching.names import NAME, find_names, quote_header
from armbulk.matching.signed_amounts import find_signed_amounts
from armbulk.model.column_proposal import ColumnProposal, DerivedFields
from armbulk.model.fields import Field, Resource

_POSTAL = re.compile(r"^(?:[0-9]{4,5}|[0-9]{3} [0-9]{2}) +[^\W\d_]")
_SWEDISH = re.compile(r"^[0-9]{3} [0-9]{2} +[^\W\d_]")
_MIN_SHARE = 0.9
_MAX_TEXTS = 100
_NUMBER_AND_NAME = re.compile(r"^(?P<number>[0-9]+)[-:,]?(?: +[-:,])? +(?P<name>[^\W\d_]{2}.*)$")
_MARKS = "-:,"
_CUSTOMER_NO = "customer_no"
_OF_CUSTOMER = {"customer", "number", "name"}
_STREET, _POSTAL_CODE, _CITY = "address_line_1", "postal_code", "city_name"
_WHOLE_ADDRESS = re.compile(r"^(?P<street>.*\S)\s*,\s*(?P<code>[0-9]{4}) +(?P<city>[^\W\d_].*)$")


def has_postal_codes(reader: ColumnReader, letter: str) -> bool:
    """Return whether the values of a column are postal codes with their city: 0150 Oslo, 111 22 Stockholm."""
    texts = reader.list_samples(letter, _MAX_TEXTS)
    return bool(texts) and sum(_POSTAL.match(text) is not None for text in texts) >= _MIN_SHARE * len(texts)


def is_whole_place(field: Field, reader: ColumnReader, letter: str) -> bool:
    """Return whether a column has postal codes with their city, and the field takes only a part of them, or a street.

    Args:
        field: What the column may be.
        reader: Reads it.
        letter: The column.
    """
    is_part = field.name in {_POSTAL_CODE, _CITY} or field.name.startswith("address_line")
    return is_part and has_postal_codes(reader, letter)


def find_derived(
    resource: Resource, columns: Sequence[ColumnProposal], reader: ColumnReader
) -> tuple[DerivedFields, ...]:
    """Return what could be made of the columns for fields that none of them has.

    Args:
        resource: What the sheet contains.
        columns: What its columns may be.
        reader: Reads them.
    """
    known = {field.name for field in resource.fields}
    used = {column.target for column in columns if column.target}
    counts = Counter(fold_header(column.header) for column in columns)
    headers = {column.letter: column.header for column in columns if counts[fold_header(column.header)] == 1}
    headers = {letter: text for letter, text in headers.items() if fold_header(text)}
    derived: list[DerivedFields] = []
    if NAME in known:
        derived += find_names(known, columns, headers, reader)
    if _CUSTOMER_NO in known:
        derived += _find_customer_numbers(known, columns, headers, reader)
    derived += find_signed_amounts(known, columns, headers, reader)
    postal = next((letter for letter in headers if has_postal_codes(reader, letter)), None)
    if postal is not None and {_POSTAL_CODE, _CITY} <= known and not {_POSTAL_CODE, _CITY} & used:
        derived.append(_divide_postal(postal, headers[postal], reader))
    whole = next((letter for letter in headers if postal is None and _has_addresses(reader, letter)), None)
    is_free = _STREET not in used or any(column.target == _STREET and column.letter == whole for column in columns)
    if whole is not None and is_free and {_STREET, _POSTAL_CODE, _CITY} <= known and not {_POSTAL_CODE, _CITY} & used:
        derived.append(_divide_address(whole, headers[whole], reader))
    return tuple(derived)


def _find_customer_numbers(
    known: set[str], columns: Sequence[ColumnProposal], headers: Mapping[str, str], reader: ColumnReader
) -> list[DerivedFields]:
    """Return how a column with the number and the name of a customer is divided: 10001 - Kari Nordmann."""
    numbers, names = ({each.letter for each in columns if each.target == name} for name in (_CUSTOMER_NO, NAME))
    for letter, header in headers.items():
        texts = reader.list_samples(letter, _MAX_TEXTS)
        numbered = [match for match in map(_NUMBER_AND_NAME.match, texts) if match is not None]
        meanings, _unknown = find_meanings(header)
        is_other = "customer" not in meanings or not meanings <= _OF_CUSTOMER or not numbers <= {letter}
        if is_other or not texts or len(numbered) < _MIN_SHARE * len(texts):
            continue
        cell = f"row[{quote_header(header)}]"
        is_numbered = f"if {cell}[:1].isdigit() else {cell}"
        expressions = {_CUSTOMER_NO: f"{{{{ {cell}.split(' ')[0].strip({_MARKS!r}) {is_numbered} }}}}"}
        sample = numbered[0].group("number")
        question: Text = _('Use the number at the beginning of "{header}" as the customer number?', header=header)
        if NAME in known and names <= {letter}:
            expressions[NAME] = f"{{{{ {cell}.partition(' ')[2].strip({f' {_MARKS}'!r}) {is_numbered} }}}}"
            question = _('Divide "{header}" into customer number and name?', header=header)
            sample = " · ".join(numbered[0].group("number", "name"))
        return [DerivedFields((letter,), expressions, question, (sample,))]
    return []


def _has_addresses(reader: ColumnReader, letter: str) -> bool:
    """Return whether nearly all values of a column are a street, a postal code and a city: Gata 1, 0150 Oslo."""
    texts = reader.list_samples(letter, _MAX_TEXTS)
    return bool(texts) and sum(_WHOLE_ADDRESS.match(text) is not None for text in texts) >= _MIN_SHARE * len(texts)


def _divide_postal(letter: str, header: str, reader: ColumnReader) -> DerivedFields:
    """Return how postal codes are divided from their city; a value of another shape stays whole in the city."""
    cell = f"row[{quote_header(header)}]"
    texts = reader.list_samples(letter, _MAX_TEXTS)
    samples = [re.split(r"(?<=[0-9]) +(?=[^\W\d_])", text, maxsplit=1) for text in texts[:1]]
    code, rest = f"{cell}.split(' ')[0]", f"{cell}.partition(' ')[2].strip()"
    is_code = f"{code}.isdigit()"
    if sum(_SWEDISH.match(text) is not None for text in texts) * 2 > len(texts):
        code, rest = f"{cell}[:6]", f"{cell}[6:].strip()"
        is_code = f"{cell}[:3].isdigit() and {cell}[3:4] == ' ' and {cell}[4:6].isdigit()"
    question: Text = _('Divide "{header}" into postal code and city?', header=header)
    return DerivedFields(
        (letter,),
        {
            _POSTAL_CODE: f"{{{{ {code} if {is_code} else '' }}}}",
            _CITY: f"{{{{ {rest} if {is_code} else {cell} }}}}",
        },
        question,
        tuple(" · ".join(part.strip() for part in parts) for parts in samples),
    )


def _divide_address(letter: str, header: str, reader: ColumnReader) -> DerivedFields:
    """Return how an address is divided at its last comma; one of another shape stays whole in the street."""
    cell = f"row[{quote_header(header)}]"
    last = f"{cell}.rpartition(',')[2].strip()"
    code, city = f"{last}.split(' ')[0]", f"{last}.partition(' ')[2].strip()"
    street = f"{cell}.rpartition(',')[0].strip()"
    divided = next(filter(None, map(_WHOLE_ADDRESS.match, reader.list_samples(letter, _MAX_TEXTS))))
    question: Text = _('Divide "{header}" into street, postal code and city?', header=header)
    return DerivedFields(
        (letter,),
        {
            _STREET: f"{{{{ {street} if {code}.isdigit() else {cell} }}}}",
            _POSTAL_CODE: f"{{{{ {code} if {code}.isdigit() else '' }}}}",
            _CITY: f"{{{{ {city} if {code}.isdigit() else '' }}}}",
        },
        question,
        (" · ".join(divided.group("street", "code", "city")),),
    )
