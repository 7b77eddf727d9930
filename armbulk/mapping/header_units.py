"""The unit that the words of a header name: rate, quantity, per unit, currency, net or gross, amount.

A rate of VAT is not the VAT, and an amount in euros is not one in kroner: such words decide whether a header may be
taken for a field.
"""

import re
import unicodedata
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

_SYMBOLS = {"%": " pct ", "‰": " permille ", "€": " eur ", "$": " usd ", "£": " gbp ", "#": " no "}
_CURRENCY = r"(?:i |in )?(kroner|kr|nok|sek|dkk|isk|eur|euro|usd|gbp|chf|pln|€|\$|£)\.?"
_CURRENCY_AT_END = re.compile(
    rf"(?i)(?<=\S)(?:\s*[(\[]\s*(?:i |in )?{_CURRENCY}\s*[)\]]|[\s,]+(?:i |in )?{_CURRENCY})\s*$"
)
_CODES = {"KRONER": "KR", "EURO": "EUR", "€": "EUR", "$": "USD", "£": "GBP"}
_LABEL_OF_RATE = re.compile(r"[0-9]+(?:[.,][0-9]+)? ?%")  # "Mva 25 %" is the amount at that rate
_PER = re.compile(r"/ *(?:stk|enhet|unit|pcs|each|kg|m2|m3|l|liter|time|hour|dag|day|uke|week|mnd|m[åa]ned|month)\b")
_OTHERWISE_NUMBERS = re.compile(
    r"(?:nr|numm?er|number|^id|kode|code|type|dato|date|dager|days|frist|terms?|betingelser|konto|account|ref)$|^no$"
)
_ATTRIBUTES = re.compile(
    r"(?:referanse|reference|måte|metode|method|status|niv[åa]|level|klasse|class|gruppe|group|kategori|category|pliktig|"
    r"fri|fritt|fritak|exempt)$"
)
_AMOUNT_NAMES = re.compile(r"bel[øo]p|beloep|saldo|amount|balance|^sum|sum$|^total|total$")

if TYPE_CHECKING:
    from collections.abc import Callable


class Unit(Enum):
    """What a number under a header is."""

    RATE = "rate"
    QUANTITY = "quantity"
    PER_UNIT = "per unit"
    CURRENCY = "currency"
    NET = "net"
    GROSS = "gross"
    SCALE = "scale"


_RATES = re.compile(
    r"^(?:pct|permille|prosent|percent|percentage|promille|rate|kurs)$|sats(?:en)?$|prosent(?:en)?$|rate$|kurs$"
)
_QUANTITIES = re.compile(r"^(?:antall|ant|qty|quantity|mengde|stk|pcs|count|units|enheter)$|^antall|antall$|mengde$")
_PER_UNIT = re.compile(r"^(?:per|pr|each|enhetspris|stykkpris|stkpris|unitprice|timepris|à)$")
_NET = re.compile(r"^(?:eks|ekskl|eksklusive|ex|exc|excl|excluding|net)$|^netto|netto$")
_GROSS = re.compile(r"^(?:ink|inkl|inklusive|inc|incl|including|gross)$|^brutto|brutto$")
_SCALES = frozenset(
    ("øre", "ore", "cent", "cents", "tusen", "thousand", "thousands", "mill", "million", "millions", "millioner", "mrd",
     "tnok", "knok", "mnok", "1000", "000")
)  # fmt: skip
_NET_OF_VAT, _GROSS_OF_VAT = ("uten", "without", "før", "before"), ("med", "with")
_MONEY = re.compile(
    r"bel[øo]p|beloep|saldo|amount|balance|outstanding|utest[åa]ende|gjenst[åa]|betal(?:t|e|es|ing|inger|bart)?$|"
    r"^(?:sum|total|totalt|rest|remaining|due|payable|paid|debet|debit|kredit|kreditt|credit|kr|kroner|mva|moms|vat|tax|"
    r"avgift)$|^sum|sum$|total$|^total|^rest(?:en|anser?|erende)$|^bel$|restbel$|mva$|moms$|avgift$|^unpaid$"
)
_OTHER_QUANTITIES = re.compile(r"vekt|weight|volum|^(?:kg|gram|liter|pages|sider|timer|hours)$")
_OTHER_MONEY = re.compile(
    r"^kost|^innkjøp|^inn(?:taks)?pris|^veil|^cost|^purchase|^retail|dekningsbidrag|margin|kreditt?grense"
)
"""What ARM has no field for: prices that are not the customer's, and limits."""
_DISCOUNT = re.compile(r"rabatt|discount|avslag")
_RELATIONS = frozenset(
    ("etter", "after", "før", "before", "ink", "inkl", "inc", "incl", "med", "with", "eks", "ekskl", "ex", "excl",
     "uten", "without", "minus", "less", "fratrukket", "net", "netto")
)  # fmt: skip
"""With one of these words a header is no discount, but an amount after or before it."""
_PRICE = re.compile(r"pris$|price$")
_WHOLE = re.compile(r"^sum|^total|totalt?$|^linje|^line$|^ordre|^order$|^faktura|^invoice$|^samlet$")
_VAT = re.compile(r"^(?:mva|moms|vat|tax|avgift)$|mva$|moms$|avgift$")
_CURRENCY_WORDS = frozenset(
    ("valuta", "currency", "nok", "sek", "dkk", "eur", "euro", "usd", "gbp", "chf", "isk", "pln", "jpy", "cad", "aud")
)


def split_words(header: str) -> list[str]:
    """Return the words of a header in small letters; a symbol such as % or € is a word."""
    text = unicodedata.normalize("NFKC", header).casefold()
    text = _PER.sub(" per ", _LABEL_OF_RATE.sub(" ", text))
    for symbol, word in _SYMBOLS.items():
        text = text.replace(symbol, word)
    return re.findall(r"[^\W_]+", text)


def spell_symbols(header: str) -> str:
    """Return a header with its symbols as words, so that `Mva %` is not `Mva`."""
    for symbol, word in _SYMBOLS.items():
        header = header.replace(symbol, word)
    return header


@lru_cache(maxsize=8192)
def split_currency(header: str) -> tuple[str, str | None]:
    """Return (a header without the currency at its end, its code): `Mva (kr)` → Mva, KR; None without a code."""
    match = _CURRENCY_AT_END.search(unicodedata.normalize("NFKC", header))
    if match is None:
        return header, None
    name = (match[1] or match[2]).upper()
    return match.string[: match.start()], _CODES.get(name, name)


@lru_cache(maxsize=8192)
def find_units(header: str) -> frozenset[Unit]:
    """Return the units that the words of a header name."""
    words = split_words(header)
    tests: dict[Unit, Callable[[str], object]] = {
        Unit.RATE: _RATES.search,
        Unit.QUANTITY: _QUANTITIES.search,
        Unit.PER_UNIT: _PER_UNIT.search,
        Unit.CURRENCY: _CURRENCY_WORDS.__contains__,
        Unit.NET: _NET.search,
        Unit.GROSS: _GROSS.search,
        Unit.SCALE: _SCALES.__contains__,
    }
    units = {unit for unit, is_unit in tests.items() if any(is_unit(word) for word in words)}
    if any(_VAT.search(word) for word in words):
        units |= {Unit.NET} if set(words) & set(_NET_OF_VAT) else set()
        units |= {Unit.GROSS} if set(words) & set(_GROSS_OF_VAT) else set()
    return frozenset(units)


def is_money(header: str) -> bool:
    """Return whether a header is called like an amount: its numbers are money, not a rate, a quantity or a number."""
    words = split_words(header)
    units = find_units(header)
    is_number = words[:1] in (["no"], ["nr"], ["number"]) or any(_OTHERWISE_NUMBERS.search(word) for word in words[-1:])
    is_number |= any(_ATTRIBUTES.search(word) for word in words[-1:]) and not any(
        _AMOUNT_NAMES.search(word) for word in words
    )
    is_other = is_other_money(header) or any(_OTHER_QUANTITIES.search(word) for word in words)
    if units & {Unit.RATE, Unit.QUANTITY} or is_number or is_other:
        return False
    has_unit = bool(units & {Unit.NET, Unit.GROSS, Unit.CURRENCY})
    return has_unit or is_whole(header) or " ".join(words) == "i alt" or any(_MONEY.search(word) for word in words)


def is_other_money(header: str) -> bool:
    """Return whether a header is called like money that ARM has no field for: a discount, a cost price."""
    words = split_words(header)
    is_discount = any(_DISCOUNT.search(word) for word in words) and not set(words) & _RELATIONS
    return is_discount or any(_OTHER_MONEY.search(word) for word in words)


def is_price(header: str) -> bool:
    """Return whether a header is called like the price that the customer pays for a unit."""
    words = split_words(header)
    if is_other_money(header):
        return False
    return Unit.PER_UNIT in find_units(header) or (any(_PRICE.search(word) for word in words) and not is_whole(header))


def is_whole(header: str) -> bool:
    """Return whether a header is named as the price per a whole line or document: `Totalpris`."""
    words = split_words(header)
    return any(_PRICE.search(word) for word in words) and any(_WHOLE.search(word) for word in words)


def is_vat(header: str) -> bool:
    """Return whether a header is about VAT, and about no amount with or without it."""
    return not find_units(header) & {Unit.NET, Unit.GROSS} and any(_VAT.search(word) for word in split_words(header))
