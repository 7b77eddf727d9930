"""The signs of amounts as texts, before they are read as numbers."""

NEGATIVE_AMOUNT = r"^\s*\(|^\D*[-\x{2212}]|[0-9]\s*[-\x{2212}]\s*$"
"""A pattern for the regular expressions of polars: -100, kr -100, 100- and (100); 100,- is a whole amount."""
