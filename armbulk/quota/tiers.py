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
"""Size → window → meter → most. Sliding windows; XL from a million invoices a year, L 100,000, M 10,000.

Valid from 2025-09-01. Source: the About page of the ARM documentation (documented), in its generations of 2025-09 and
2026-04.
"""
