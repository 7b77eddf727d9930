"""Send batches, and follow each until every record has an outcome."""
