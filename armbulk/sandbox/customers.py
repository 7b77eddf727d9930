"""The customers behind a ledger: persons and companies that could live in Norway, and do not.

National identity numbers are of the synthetic kind (80 added to the month) and organisation numbers begin with 3, as
the authorities' own test data do; e-mail goes to names under `.example`, which nobody can own.
"""

from collections.abc import Callable
from datetime import date, timedelta

from armbulk.sandbox.general_ledger import FIRST_ACCOUNT, GeneralLedger, kroner, lot
from armbulk.sandbox.json_types import Json
from armbulk.sandbox.keys import kid, mod11

PERSONS, FIRMS = ("CONS", "MEMB", "STUD"), ("SMB", "CORP", "PUB", "HOUS")
CATEGORIES = (*PERSONS, *FIRMS)

_FIRST = (
    "Anne", "Aslaug", "Bjørn", "Camilla", "Dag", "Eirik", "Elin", "Frode", "Grete", "Håkon", "Inger", "Ivar", "Jorunn",
    "Kari", "Kåre", "Lars", "Marit", "Mohammed", "Nils", "Odd", "Ole", "Ragnhild", "Sigrid", "Solveig", "Svein",
    "Terje", "Tor", "Unni", "Øystein", "Åse",
)  # fmt: skip
_LAST = (
    "Aas", "Andersen", "Bakke", "Berg", "Bråten", "Dahl", "Eide", "Fjeld", "Gulbrandsen", "Hagen", "Hansen", "Haugen",
    "Iversen", "Johansen", "Knudsen", "Lie", "Lund", "Moen", "Myhre", "Næss", "Olsen", "Pedersen", "Rønning", "Sæther",
    "Solberg", "Strand", "Sørensen", "Tangen", "Ødegård", "Østby",
)  # fmt: skip
_TRADES = (
    "Bakeri", "Bygg", "Elektro", "Eiendom", "Fiskeri", "Frisør", "Gård", "Hotell", "Kafé", "Konsult", "Maskin",
    "Regnskap", "Rør", "Transport", "Verksted", "Økonomi",
)  # fmt: skip
_STREETS = (
    "Bjørkeveien", "Fjellgata", "Grønlia", "Havnegata", "Jernbanegata", "Kirkeveien", "Lia", "Møllergata", "Parkveien",
    "Skogveien", "Storgata", "Strandveien", "Åsveien",
)  # fmt: skip
_PLACES = (
    ("0150", "Oslo"), ("0474", "Oslo"), ("0667", "Oslo"), ("1337", "Sandvika"), ("1606", "Fredrikstad"),
    ("2317", "Hamar"), ("2609", "Lillehammer"), ("3015", "Drammen"), ("3111", "Tønsberg"), ("3717", "Skien"),
    ("4006", "Stavanger"), ("4611", "Kristiansand S"), ("5003", "Bergen"), ("5525", "Haugesund"), ("6002", "Ålesund"),
    ("6413", "Molde"), ("7010", "Trondheim"), ("7713", "Steinkjer"), ("8006", "Bodø"), ("8514", "Narvik"),
    ("9008", "Tromsø"), ("9510", "Alta"),
)  # fmt: skip
_ASCII = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "é": "e", " ": "-"})
_DISTRICTS = ("NW", "SE", "SW", "N")


def customer(ledger: GeneralLedger, number: int) -> Json:
    """Make a customer with all that ARM's list of customers says of one."""
    kind, account = category(ledger.seed, number), FIRST_ACCOUNT + number
    firm = kind in FIRMS
    told = {
        "clientNo": ledger.client_no,
        "accountNo": account,
        "customerNo": f"{number:06d}",
        **_identity(ledger.seed, number, firm=firm),
        "customerCategory": kind,
        **_terms(ledger, number, firm=firm),
        "customerKid": kid(ledger.client_no, account, 0),
        "balanceTotal": kroner(ledger.owed.get(number, 0)),
    }
    return told if firm else told | _born(ledger.seed, number)


def category(seed: int, number: int) -> str:
    """What kind of customer it is: as many of each, so that a long list can be cut by it."""
    return CATEGORIES[(lot(seed, "category") + number) % len(CATEGORIES)]


def names(seed: int, number: int) -> tuple[str, str, str]:
    """Work out the first name of a customer (or of who answers for it), its full name and its e-mail address."""
    first, last = _pick(_FIRST, seed, "first", number), _pick(_LAST, seed, "last", number)
    firm = category(seed, number) in FIRMS
    name = f"{last} {_pick(_TRADES, seed, 'trade', number)} AS" if firm else f"{first} {last}"
    slug = name.casefold().translate(_ASCII)
    return first, name, f"faktura@{slug}.example" if firm else f"{slug.replace('-', '.')}.{number}@epost.example"


def channel(seed: int, number: int) -> Json:
    """Say how the customer's documents are sent."""
    ways = ("H", "H", "M") if category(seed, number) in FIRMS else ("E", "M", "P")
    way = _pick(ways, seed, "channel", number)
    return {"type": way, "einvoiceCode": {"H": 90, "E": 2}.get(way, 0)}


def language(number: int) -> str:
    """Say in which language the customer is written to."""
    return "en" if number % 25 == 0 else "no"


def _pick(words: tuple[str, ...], *parts: object) -> str:
    return words[lot(*parts) % len(words)]


def _identity(seed: int, number: int, *, firm: bool) -> Json:
    """Who it is, where, and how to reach it."""
    first, name, mail = names(seed, number)
    own = organisation_no(seed, number) if firm else ""
    parent = number - len(CATEGORIES) * (lot(seed, "parent", number) % 4 + 1)  # a firm as well
    belongs = firm and parent > 0 and lot(seed, "belongs", number) % 12 == 0
    return {
        "name": name,
        "postalAddress": _address(seed, number, first if firm and number % 9 == 0 else ""),
        **_returned(seed, number),
        "emailAddressDocument": [mail] if number % 13 else [mail, f"regnskap.{mail}"],
        "secondaryEmailAddress": [] if number % 5 else [f"kopi.{mail}"],
        "phoneNo": f"{4 + 5 * (number % 2)}{lot(seed, 'phone', number) % 10**7:07d}",
        "secondaryPhoneNo": f"2{lot(seed, 'second', number) % 10**7:07d}" if firm else "",
        "organizationNo": own,
        "organizationNoScheme": "0192" if firm else "",
        "yearOfBirth": 0,
        "ssn": "",
        "ssnCountry": "",
        "informalName": "" if firm else first,
        "parentCustomerNo": f"{parent:06d}" if belongs else "",
        "parentOrganizationNo": organisation_no(seed, parent) if belongs else "",
    }


def _address(seed: int, number: int, care_of: str) -> Json:
    street = f"{_pick(_STREETS, seed, 'street', number)} {lot(seed, 'house', number) % 120 + 1}"
    code, city = _PLACES[lot(seed, "place", number) % len(_PLACES)]
    lines = [
        *([f"v/{care_of}"] if care_of else []),
        street,
        *([f"H{number % 9 + 1:02d}01"] if number % 17 == 0 else []),
    ]
    names = ("addressLine1", "addressLine2", "addressLine3")
    told = dict(zip(names, [*lines, "", ""], strict=False))
    return {**told, "postalCode": code, "cityName": city, "countryText": "Norge", "countryCode": "NO"}


def _returned(seed: int, number: int) -> Json:
    """Mail to one customer in forty came back."""
    if number % 40:
        return {"postalReturnStatus": 0}
    return {"postalReturnStatus": 100, "postalReturnDate": _day(seed, "returned", number).isoformat()}


def _terms(ledger: GeneralLedger, number: int, *, firm: bool) -> Json:
    """How the customer is billed and dunned."""
    seed = ledger.seed
    stopped = _day(seed, "stop", number).replace(year=2026).isoformat() if number % 30 == 0 else ""
    own = organisation_no(seed, number) if firm else ""
    return {
        "customerGroupCode": "VIP" if number % 50 == 0 else "",
        "priceNetOrGross": "N" if firm else "B",
        "language": language(number),
        "usingLanguage": language(number),
        "currency": "NOK",
        "distribution": {
            **channel(seed, number),
            "peppolEndpointId": own,
            "peppolEndpointIdScheme": "0192" if firm else "",
        },
        "sellerReference": _pick(_FIRST, seed, "seller", number % 20),
        "buyerReference": _pick(_FIRST, seed, "buyer", number) if firm else "",
        "bankAccountNo": account_no(number) if number % 3 else "",
        **({"stopReminderUntil": stopped, "stopDebtCollectionUntil": stopped} if stopped else {}),
        **({"stopInterestCalcUntil": stopped} if stopped and number % 60 == 0 else {}),
        "efakturaBlockIds": [f"{lot(seed, 'block', number) % 10**8:08d}"] if number % 70 == 0 else [],
        "peppolBlockIds": [],
        "digipostBlockIds": [],
        "dueDays": ledger.days_to_pay(number),
        "vatLiable": firm,
        "arRules": ["NoBalFwd"] if number % 45 == 0 else [],
        "naceCodes": [_pick(("G46.5.1", "F43.2.1", "I56.1.0", "M69.2.0"), seed, "nace", number)] if firm else [],
        "districtCodes": [_pick(_DISTRICTS, seed, "district", number)],
        "discountRate": (2.5, 5, 7.5)[number % 3] if number % 20 == 0 else 0,
        "activeStatusWeb": "" if number % 4 else "Passive",
        "customerMessage": "Takk for handelen!" if number % 55 == 0 else "",
        "limitAmount": lot(seed, "limit", number) % 40 * 5_000 if firm else 0,
        "registrationStatusCode": "FICTITIOUS",
        "registrationStatusDate": _day(seed, "registered", number).isoformat(),
        "postalAddressChanged": _day(seed, "moved", number).isoformat(),
    }


def _day(*parts: object) -> date:
    return date(2023, 1, 1) + timedelta(days=lot(*parts) % 365)


def _born(seed: int, number: int) -> Json:
    """When a person was born, and the synthetic identity number that says so: each its own."""
    day = date(1950, 1, 1) + timedelta(days=(number * 7_919 + lot(seed, "born")) % 18_000)
    return {
        "dateOfBirth": day.isoformat(),
        "yearOfBirth": day.year,
        "ssn": national_id(day, number // 18_000 * 150),
        "ssnCountry": "NO",
    }


def national_id(born: date, person: int) -> str:
    """Make a synthetic national identity number of the 20th century: the first from `person` that has check digits."""
    for one in range(person, person + 500):
        digits = f"{born.day:02d}{born.month + 80}{born.year % 100:02d}{one % 500:03d}"
        weights = (3, 7, 6, 1, 8, 9, 4, 5, 2)
        first = -sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        second = mod11(f"{digits}{first}")
        if first < 10 and second:
            return f"{digits}{first}{second}"
    raise AssertionError(born)  # every second number has them


def organisation_no(seed: int, number: int) -> str:
    """Make a customer's organisation number, each its own: eight digits and their check digit."""
    return _checked(lambda n: f"3{(lot(seed, 'register') + number * 3 + n) % 10**7:07d}")


def account_no(number: int) -> str:
    """Make a customer's bank account, each its own."""
    return _checked(lambda n: f"8150{(137_501 + number * 3 + n) % 10**6:06d}")


def _checked(digits: Callable[[int], str]) -> str:
    """Add a check digit to the first of three neighbours that can have one; two in a row never lack it."""
    return next(one + mod11(one) for one in map(digits, range(3)) if mod11(one))
