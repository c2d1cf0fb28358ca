"""Counts for a period."""
