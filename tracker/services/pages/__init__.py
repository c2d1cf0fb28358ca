"""Reads for the web: frozen values, never rows of the database."""
