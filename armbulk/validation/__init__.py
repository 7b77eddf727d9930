"""Cells to typed rows, and the rules they must keep."""
