"""Generate a ledger as the sandbox does, and make every GL item of it."""

import json
import sys

from armbulk.sandbox import CLIENT_NO
from armbulk.sandbox.lists import build_lists


def main() -> None:
    """Generate the ledger of so many invoices."""
    lists = build_lists(CLIENT_NO, int(sys.argv[1]))
    print(json.dumps({"items": sum(1 for _ in lists.gl_items)}))


if __name__ == "__main__":
    main()
