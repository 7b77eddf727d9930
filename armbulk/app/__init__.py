"""Use cases: what the command line calls."""
