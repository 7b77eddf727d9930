"""Keys as ARM compares them, and the numbers ARM gives out."""

FIRST_ACCOUNT, FIRST_REFERENCE, FIRST_BUNDLE = 500_002, 35_078, 432_795
"""The published sample's own numbers: the first customer and the first document get exactly these."""


def kid(client_no: int, account: int, reference: int) -> str:
    """Make a payment reference as in the samples: 500, client, account, reference, check digit."""
    digits = f"500{client_no:04d}{account:06d}{reference:07d}"
    return digits + mod10(digits)


def fold(value: object) -> str:
    """Fold a value as ARM compares it: case does not count."""
    return str(value).casefold()


def mod10(digits: str) -> str:
    """Work out the check digit of a KID."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        weighted = int(digit) * (2 - place % 2)
        total += weighted // 10 + weighted % 10
    return str(-total % 10)


def mod11(digits: str) -> str:
    """Work out the check digit of a Norwegian organisation or account number; "" = the digits can have none."""
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(digits)))
    return "" if -total % 11 == 10 else str(-total % 11)
