"""The name of a customer in several columns: first and last name, and a company's name beside them."""

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from armbulk.i18n import Text, _, ngettext
from armbulk.matching.column_values import ColumnReader
from armbulk.matching.header_words import find_meanings
from armbulk.model.column_proposal import ColumnProposal, DerivedFields

NAME = "name"
"""The field that has the whole name of a person or a company."""

_CONTACT = "buyer_reference"
_PERSON, _COMPANY = "person", "company"
_BOTH = ngettext(
    'In {count:number} row both are filled: the name is "{company}". Send the person there as "Buyer reference", too?',
    'In {count:number} rows both are filled: the name is "{company}". Send the person there as "Buyer reference", too?',
)


def find_names(
    known: Collection[str], columns: Sequence[ColumnProposal], headers: Mapping[str, str], reader: ColumnReader
) -> list[DerivedFields]:
    """Return how a name is made of the columns for its parts; nothing where one column has the whole name.

    ARM has one field for the name of a person or a company. Where a row has both, the company is the customer, and the
    person may be its contact: that is a question of its own.

    Args:
        known: The fields of the resource.
        columns: What the columns may be.
        headers: Letter → header, of those that only one column has.
        reader: Reads the columns.
    """
    parts = _find_parts(headers, reader)
    if parts is None:
        return []
    named = next((column.letter for column in columns if column.target == NAME and column.letter not in parts), None)
    company = named or next(
        (letter for letter in headers if letter not in parts and _is_company(headers[letter])), None
    )
    if company is None:
        return [_join(parts, headers, reader)]
    texts = reader.read_texts((*parts, company)).select(
        pl.concat_str(parts, separator=" ", ignore_nulls=True).str.strip_chars().alias(_PERSON),
        pl.col(company).fill_null("").str.strip_chars().alias(_COMPANY),
    )
    persons = texts.filter((pl.col(_PERSON) != "") & (pl.col(_COMPANY) == ""))
    if persons.is_empty() or company not in headers:
        return []
    companies = texts.filter(pl.col(_COMPANY) != "")
    if companies.is_empty():
        return [_join(parts, headers, reader)]
    derived = [_choose(parts, company, headers, (companies[_COMPANY][0], persons[_PERSON][0]))]
    both = companies.filter(pl.col(_PERSON) != "")
    if both.height and _CONTACT in known and all(column.target != _CONTACT for column in columns):
        derived.append(_add_contact(parts, company, headers, both))
    return derived


def join_columns(columns: Sequence[ColumnProposal]) -> DerivedFields:
    """Return the question whether columns are joined to one name, in their order; blank ones are skipped."""
    headers = [column.header for column in columns]
    joined = " + ".join(f'"{header}"' for header in headers)
    question: Text = _("Join {headers} to one name?", headers=joined)
    sample = " ".join(column.samples[0] for column in columns if column.samples)
    return DerivedFields(tuple(column.letter for column in columns), {NAME: join_headers(headers)}, question, (sample,))


def join_headers(headers: Sequence[str]) -> str:
    """Return the expression that joins the texts of columns; blank ones are skipped."""
    return f"{{{{ {_join_cells(headers)} }}}}"


def quote_header(header: str) -> str:
    """Return a header as a text of an expression."""
    return "'" + header.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _join_cells(headers: Sequence[str]) -> str:
    return f"[{', '.join(f'row[{quote_header(header)}]' for header in headers)}] | join(' ')"


def _find_parts(headers: Mapping[str, str], reader: ColumnReader) -> tuple[str, str] | None:
    """Return the letters of the first and the last name; None where they are not in two columns.

    Beside a last name, a column that is called name may have the first name: then the last name is never in it.
    """
    parts: dict[str, str] = {}
    others = []
    for letter, text in headers.items():
        meanings, unknown = find_meanings(text)
        for part in ("first", "last"):
            if part in meanings and meanings <= {part, "name"} and not unknown:
                parts.setdefault(part, letter)
        if meanings == {"name"} and not unknown:
            others.append(letter)
    if "last" in parts and "first" not in parts:
        for letter in others:
            texts = reader.read_texts((letter, parts["last"])).drop_nulls()
            has_last = texts.select(
                pl.col(letter).str.to_lowercase().str.contains(pl.col(parts["last"]).str.to_lowercase(), literal=True)
            ).to_series()
            if texts.height and not has_last.any():
                parts.setdefault("first", letter)
    return (parts["first"], parts["last"]) if len(parts) == 2 else None


def _is_company(header: str) -> bool:
    meanings, unknown = find_meanings(header)
    return "company" in meanings and meanings <= {"company", "name"} and not unknown


def _join(parts: tuple[str, str], headers: Mapping[str, str], reader: ColumnReader) -> DerivedFields:
    first, last = (headers[letter] for letter in parts)
    pairs = zip(*(reader.list_samples(letter, 1) for letter in parts), strict=False)
    return DerivedFields(
        parts,
        {NAME: join_headers([first, last])},
        _('Join "{first}" and "{last}" to one name?', first=first, last=last),
        tuple(" ".join(pair) for pair in pairs),
    )


def _choose(
    parts: tuple[str, str], company: str, headers: Mapping[str, str], samples: tuple[str, str]
) -> DerivedFields:
    first, last = (headers[letter] for letter in parts)
    question: Text = _(
        'Use "{company}" as the name, and "{first}" and "{last}" together where it is blank?',
        company=headers[company], first=first, last=last,
    )  # fmt: skip
    expression = f"{{{{ row[{quote_header(headers[company])}] or {_join_cells([first, last])} }}}}"
    return DerivedFields((*parts, company), {NAME: expression}, question, samples)


def _add_contact(parts: tuple[str, str], company: str, headers: Mapping[str, str], both: pl.DataFrame) -> DerivedFields:
    """Return the question whether the person of a company is its contact; ARM calls it the buyer's reference."""
    person = _join_cells([headers[letter] for letter in parts])
    return DerivedFields(
        parts,
        {_CONTACT: f"{{{{ {person} if row[{quote_header(headers[company])}] else '' }}}}"},
        _BOTH.fill(count=both.height, company=headers[company]),
        (f"{both[_COMPANY][0]}: {both[_PERSON][0]}",),
        needs=NAME,
    )
