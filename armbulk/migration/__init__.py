"""Moving from another ledger: its customers and open items become a workbook for review. Pure: no files, no network."""
