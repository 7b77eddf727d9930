"""armbulk: spreadsheets in and out of ARM."""

__version__ = "0.1.0"
