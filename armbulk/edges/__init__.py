"""The edges: files, HTTP, database, settings, clock, and what people read."""
