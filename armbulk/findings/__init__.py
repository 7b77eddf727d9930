"""Findings: what can be wrong with the files, and the words for it."""
