"""Findings: the catalogue of what can be wrong with files, and frames of findings."""
