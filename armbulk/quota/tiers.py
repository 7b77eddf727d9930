"""ARM's acceptable use policy, as published: the limits by size of client. Amili may change them at any time."""

TIERS: dict[str, dict[str, dict[str, int]]] = {
    "S": {
        "hour": {"requests": 500, "reads": 10_000, "writes": 5_000},
        "month": {"requests": 20_000, "reads": 100_000, "writes": 20_000},
    },
    "M": {
        "hour": {"requests": 1_000, "reads": 20_000, "writes": 10_000},
        "month": {"requests": 100_000, "reads": 500_000, "writes": 100_000},
    },
    "L": {
        "hour": {"requests": 5_000, "reads": 100_000, "writes": 50_000},
        "month": {"requests": 500_000, "reads": 2_500_000, "writes": 500_000},
    },
    "XL": {
        "hour": {"requests": 10_000, "reads": 200_000, "writes": 100_000},
        "month": {"requests": 2_000_000, "reads": 10_000_000, "writes": 2_000_000},
    },
}
"""Size → window → meter → most. Sliding windows.

Valid from 2025-09-01. Source: the About page of the ARM documentation (documented), in its generations of 2025-09 and
2026-04.
"""

INVOICES_A_YEAR = {"S": 0, "M": 10_000, "L": 100_000, "XL": 1_000_000}
"""Size → the average number of invoices a year from which it applies, as published."""
