"""A sandbox in a process of its own, without limits: `python -m benchmarks.data.sandbox_process CUSTOMERS INVOICES`.

It prints its settings as JSON, and serves until its standard input is closed.
"""

import json
import sys
from typing import Any

from armbulk.sandbox import CLIENT_NO, Sandbox
from armbulk.sandbox.lists import build_lists

_METERS = ("requests", "reads", "writes")
LIMITS = {f"{window}.{meter}": 10**9 for window in ("hour", "month") for meter in _METERS}
LIMITS_FILE = "\n".join(
    f"[{window}]\n" + "\n".join(f"{meter} = {10**9}" for meter in _METERS) for window in ("hour", "month")
)
"""The same limits, as a file for armbulk."""


def make_customer(number: int) -> dict[str, Any]:
    """Return a customer as ARM has it."""
    return {
        "customerNo": f"{number:05d}",
        "name": f"Kunde {number} Æ",
        "postalAddress": {
            "addressLine1": f"Storgata {number}",
            "addressLine2": "",
            "postalCode": "0150",
            "cityName": "Oslo",
            "countryText": "Norway",
            "countryCode": "NO",
        },
        "emailAddressDocument": [f"a{number}@eksempel.no", "b@eksempel.no"],
        "phoneNo": f"{90_000_000 + number}",
        "dateOfBirth": "1999-01-01",
        "vatLiable": True,
        "discountRate": 5.5,
        "limitAmount": 2000,
        "dueDays": 10,
        "language": "no",
    }


def main() -> None:
    """Serve so many customers, and a ledger with so many invoices."""
    customers = [make_customer(number) for number in range(1, int(sys.argv[1]) + 1)]
    lists = build_lists(CLIENT_NO, int(sys.argv[2]))
    with Sandbox(size="XL", limits=LIMITS, customers=customers, lists=lists) as sandbox:
        print(json.dumps(sandbox.settings), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
