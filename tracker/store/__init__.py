"""Persistence: what is remembered. Reads and writes rows, returns values of the core; never commits."""
