"""Change a user's workbook in its XML: only what has to change, every other part byte for byte."""
