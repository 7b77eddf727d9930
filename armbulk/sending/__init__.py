"""Sending batches and following them to the end."""
