"""Reads the accounting file of another ledger: SAF-T Financial of Norway, 1.20 to 1.40, in files of up to 4 GB.

`read.py` is the door. It reads each file twice (`master_files.py`, then `entries.py`) through `xml_tree.py`, which
keeps only the elements that matter. `sources.py` opens files and zip files within limits.
"""

from armbulk.readers.saft.read import DEFAULT_LIMITS, LedgerLimits, read_ledger_export

__all__ = ["DEFAULT_LIMITS", "LedgerLimits", "read_ledger_export"]
