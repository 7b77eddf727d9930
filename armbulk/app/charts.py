"""The geometry of bar charts that a page draws: shares of the width, so that a page needs no arithmetic."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

_DIGITS = Decimal("0.01")


def build_bars(values: Sequence[tuple[str, Decimal]]) -> dict[str, Any]:
    """Return bars beside each other's scale, in their order.

    Args:
        values: The label and the amount of each bar.

    Returns:
        `zero`: where the bars begin, in percent of the width. `bars`: label, value (the exact amount as text), start
        and width (percent of the whole width) of each.
    """
    amounts = [amount for _, amount in values]
    low, high = min([Decimal(0), *amounts]), max([Decimal(0), *amounts])
    whole = high - low or Decimal(1)

    def share(amount: Decimal) -> float:
        return float((amount / whole * 100).quantize(_DIGITS))

    bars = [
        {
            "label": label,
            "value": str(amount),
            "is_negative": amount < 0,
            "start": share(min(amount, Decimal(0)) - low),
            "width": share(abs(amount)),
        }
        for label, amount in values
    ]
    return {"zero": share(-low), "bars": bars}
