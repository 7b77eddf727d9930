"""The customers of a generated ledger: invented persons and companies with Norwegian names and addresses.

National identity numbers are synthetic (80 added to the month) and organisation numbers begin with 3, as in the
authorities' own test data; e-mail goes to names under `.example`, which no one can own.
"""

from collections.abc import Callable
from datetime import date, timedelta

from armbulk.sandbox.general_ledger import ACCOUNT_OF_CUSTOMER_0, GeneralLedger, draw_number, to_kroner
from armbulk.sandbox.json_types import Json
from armbulk.sandbox.keys import make_kid, mod11_digit

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
_CITIES = (
    ("0150", "Oslo"), ("0474", "Oslo"), ("0667", "Oslo"), ("1337", "Sandvika"), ("1606", "Fredrikstad"),
    ("2317", "Hamar"), ("2609", "Lillehammer"), ("3015", "Drammen"), ("3111", "Tønsberg"), ("3717", "Skien"),
    ("4006", "Stavanger"), ("4611", "Kristiansand S"), ("5003", "Bergen"), ("5525", "Haugesund"), ("6002", "Ålesund"),
    ("6413", "Molde"), ("7010", "Trondheim"), ("7713", "Steinkjer"), ("8006", "Bodø"), ("8514", "Narvik"),
    ("9008", "Tromsø"), ("9510", "Alta"),
)  # fmt: skip
_ASCII = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "é": "e", " ": "-"})
_DISTRICTS = ("NW", "SE", "SW", "N")


def make_customer(ledger: GeneralLedger, number: int) -> Json:
    """Return a customer with every key of ARM's list of customers."""
    category, account = pick_category(ledger.seed, number), ACCOUNT_OF_CUSTOMER_0 + number
    firm = category in FIRMS
    customer = {
        "clientNo": ledger.client_no,
        "accountNo": account,
        "customerNo": f"{number:06d}",
        **_make_identity(ledger.seed, number, firm=firm),
        "customerCategory": category,
        **_make_terms(ledger, number, firm=firm),
        "customerKid": make_kid(ledger.client_no, account, 0),
        "balanceTotal": to_kroner(ledger.open_amounts.get(number, 0)),
    }
    return customer if firm else customer | _make_birth(ledger.seed, number)


def pick_category(seed: int, number: int) -> str:
    """Return a customer's category; all categories are equally frequent, so a long list can be partitioned by it."""
    return CATEGORIES[(draw_number(seed, "category") + number) % len(CATEGORIES)]


def make_names(seed: int, number: int) -> tuple[str, str, str]:
    """Return a customer's first name (of a company: its contact's), full name and e-mail address."""
    first, last = _pick(_FIRST, seed, "first", number), _pick(_LAST, seed, "last", number)
    firm = pick_category(seed, number) in FIRMS
    name = f"{last} {_pick(_TRADES, seed, 'trade', number)} AS" if firm else f"{first} {last}"
    slug = name.casefold().translate(_ASCII)
    return first, name, f"faktura@{slug}.example" if firm else f"{slug.replace('-', '.')}.{number}@epost.example"


def pick_channel(seed: int, number: int) -> Json:
    """Return how the customer's documents are sent: ARM's `distribution` of a document."""
    types = ("H", "H", "M") if pick_category(seed, number) in FIRMS else ("E", "M", "P")
    channel = _pick(types, seed, "channel", number)
    return {"type": channel, "einvoiceCode": {"H": 90, "E": 2}.get(channel, 0)}


def pick_language(number: int) -> str:
    """Return the language of letters to the customer."""
    return "en" if number % 25 == 0 else "no"


def _pick(words: tuple[str, ...], *parts: object) -> str:
    return words[draw_number(*parts) % len(words)]


def _make_identity(seed: int, number: int, *, firm: bool) -> Json:
    """Return name, address, contact details, numbers and parent company."""
    first, name, mail = make_names(seed, number)
    organisation_no = make_organisation_no(seed, number) if firm else ""
    parent = number - len(CATEGORIES) * (
        draw_number(seed, "parent", number) % 4 + 1
    )  # a company too: the same category
    belongs = firm and parent > 0 and draw_number(seed, "belongs", number) % 12 == 0
    return {
        "name": name,
        "postalAddress": _make_address(seed, number, first if firm and number % 9 == 0 else ""),
        **_make_return_status(seed, number),
        "emailAddressDocument": [mail] if number % 13 else [mail, f"regnskap.{mail}"],
        "secondaryEmailAddress": [] if number % 5 else [f"kopi.{mail}"],
        "phoneNo": f"{4 + 5 * (number % 2)}{draw_number(seed, 'phone', number) % 10**7:07d}",
        "secondaryPhoneNo": f"2{draw_number(seed, 'second', number) % 10**7:07d}" if firm else "",
        "organizationNo": organisation_no,
        "organizationNoScheme": "0192" if firm else "",
        "yearOfBirth": 0,
        "ssn": "",
        "ssnCountry": "",
        "informalName": "" if firm else first,
        "parentCustomerNo": f"{parent:06d}" if belongs else "",
        "parentOrganizationNo": make_organisation_no(seed, parent) if belongs else "",
    }


def _make_address(seed: int, number: int, care_of: str) -> Json:
    street = f"{_pick(_STREETS, seed, 'street', number)} {draw_number(seed, 'house', number) % 120 + 1}"
    code, city = _CITIES[draw_number(seed, "place", number) % len(_CITIES)]
    lines = [
        *([f"v/{care_of}"] if care_of else []),
        street,
        *([f"H{number % 9 + 1:02d}01"] if number % 17 == 0 else []),
    ]
    names = ("addressLine1", "addressLine2", "addressLine3")
    address = dict(zip(names, [*lines, "", ""], strict=False))
    return {**address, "postalCode": code, "cityName": city, "countryText": "Norge", "countryCode": "NO"}


def _make_return_status(seed: int, number: int) -> Json:
    """Return the status of returned mail: one customer in forty has some."""
    if number % 40:
        return {"postalReturnStatus": 0}
    return {"postalReturnStatus": 100, "postalReturnDate": _draw_day(seed, "returned", number).isoformat()}


def _make_terms(ledger: GeneralLedger, number: int, *, firm: bool) -> Json:
    """Return how the customer is invoiced and reminded."""
    seed = ledger.seed
    stopped = _draw_day(seed, "stop", number).replace(year=2026).isoformat() if number % 30 == 0 else ""
    organisation_no = make_organisation_no(seed, number) if firm else ""
    return {
        "customerGroupCode": "VIP" if number % 50 == 0 else "",
        "priceNetOrGross": "N" if firm else "B",
        "language": pick_language(number),
        "usingLanguage": pick_language(number),
        "currency": "NOK",
        "distribution": {
            **pick_channel(seed, number),
            "peppolEndpointId": organisation_no,
            "peppolEndpointIdScheme": "0192" if firm else "",
        },
        "sellerReference": _pick(_FIRST, seed, "seller", number % 20),
        "buyerReference": _pick(_FIRST, seed, "buyer", number) if firm else "",
        "bankAccountNo": make_account_no(number) if number % 3 else "",
        **({"stopReminderUntil": stopped, "stopDebtCollectionUntil": stopped} if stopped else {}),
        **({"stopInterestCalcUntil": stopped} if stopped and number % 60 == 0 else {}),
        "efakturaBlockIds": [f"{draw_number(seed, 'block', number) % 10**8:08d}"] if number % 70 == 0 else [],
        "peppolBlockIds": [],
        "digipostBlockIds": [],
        "dueDays": ledger.payment_days(number),
        "vatLiable": firm,
        "arRules": ["NoBalFwd"] if number % 45 == 0 else [],
        "naceCodes": [_pick(("G46.5.1", "F43.2.1", "I56.1.0", "M69.2.0"), seed, "nace", number)] if firm else [],
        "districtCodes": [_pick(_DISTRICTS, seed, "district", number)],
        "discountRate": (2.5, 5, 7.5)[number % 3] if number % 20 == 0 else 0,
        "activeStatusWeb": "" if number % 4 else "Passive",
        "customerMessage": "Takk for handelen!" if number % 55 == 0 else "",
        "limitAmount": draw_number(seed, "limit", number) % 40 * 5_000 if firm else 0,
        "registrationStatusCode": "FICTITIOUS",
        "registrationStatusDate": _draw_day(seed, "registered", number).isoformat(),
        "postalAddressChanged": _draw_day(seed, "moved", number).isoformat(),
    }


def _draw_day(*parts: object) -> date:
    return date(2023, 1, 1) + timedelta(days=draw_number(*parts) % 365)


def _make_birth(seed: int, number: int) -> Json:
    """Return a person's date of birth and a synthetic identity number with that date; no two are equal."""
    day = date(1950, 1, 1) + timedelta(days=(number * 7_919 + draw_number(seed, "born")) % 18_000)
    return {
        "dateOfBirth": day.isoformat(),
        "yearOfBirth": day.year,
        "ssn": make_national_id(day, number // 18_000 * 150),
        "ssnCountry": "NO",
    }


def make_national_id(born: date, start: int) -> str:
    """Return a synthetic national identity number of the 20th century: the first from serial `start` that is valid."""
    for serial in range(start, start + 500):
        digits = f"{born.day:02d}{born.month + 80}{born.year % 100:02d}{serial % 500:03d}"
        weights = (3, 7, 6, 1, 8, 9, 4, 5, 2)
        first = -sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        second = mod11_digit(f"{digits}{first}")
        if first < 10 and second:
            return f"{digits}{first}{second}"
    raise AssertionError(born)  # every second serial number is valid


def make_organisation_no(seed: int, number: int) -> str:
    """Return a customer's organisation number: eight digits and their check digit. No two are equal."""
    return _add_check_digit(lambda n: f"3{(draw_number(seed, 'register') + number * 3 + n) % 10**7:07d}")


def make_account_no(number: int) -> str:
    """Return a customer's bank account number. No two are equal."""
    return _add_check_digit(lambda n: f"8150{(137_501 + number * 3 + n) % 10**6:06d}")


def _add_check_digit(make_digits: Callable[[int], str]) -> str:
    """Add a check digit to the first of three numbers that can have one; two in a row never lack it."""
    return next(digits + mod11_digit(digits) for digits in map(make_digits, range(3)) if mod11_digit(digits))
