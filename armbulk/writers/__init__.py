"""Files out: workbooks, CSV, Parquet and JSON lines."""
