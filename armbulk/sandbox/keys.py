"""Keys as ARM compares them, and numbers as ARM issues them."""

SAMPLE_ACCOUNT, SAMPLE_REFERENCE, SAMPLE_BUNDLE = 500_002, 35_078, 432_795
"""The numbers of the published sample: the first customer and the first document sent get exactly these."""


def make_kid(client_no: int, account: int, reference: int) -> str:
    """Return a payment reference as in the samples: 500, client, account, reference, check digit."""
    digits = f"500{client_no:04d}{account:06d}{reference:07d}"
    return digits + mod10_digit(digits)


def fold_key(value: object) -> str:
    """Return a value as ARM compares it: without regard to case."""
    return str(value).casefold()


def mod10_digit(digits: str) -> str:
    """Return the check digit of a KID."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        weighted = int(digit) * (2 - position % 2)
        total += weighted // 10 + weighted % 10
    return str(-total % 10)


def mod11_digit(digits: str) -> str:
    """Return the check digit of a Norwegian organisation or account number; "" where the digits can have none."""
    total = sum(int(digit) * (2 + position % 6) for position, digit in enumerate(reversed(digits)))
    return "" if -total % 11 == 10 else str(-total % 11)
