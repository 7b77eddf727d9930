"""How many records the files have, and numbers with check digits."""

LINES = 3
"""Lines of a document."""

_MOD11_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


def count_customers(documents: int) -> int:
    """Return how many customers so many documents have."""
    return max(documents // 5, 1)


def make_kid(number: int) -> str:
    """Return a KID of ten digits, with a check digit by modulus 10."""
    digits = f"{number:09d}"
    doubled = (int(digit) * (2 if index % 2 == 0 else 1) for index, digit in enumerate(digits))
    total = sum(value - 9 if value > 9 else value for value in doubled)
    return f"{digits}{-total % 10}"


def make_organisation_no(number: int) -> str:
    """Return a Norwegian organisation number, with a check digit by modulus 11; numbers that have none are skipped."""
    base = 80_000_000 + number * 11 % 19_999_999
    while True:
        remainder = sum(int(digit) * weight for digit, weight in zip(str(base), _MOD11_WEIGHTS, strict=True)) % 11
        if remainder != 1:
            return f"{base}{(11 - remainder) % 11}"
        base += 1
