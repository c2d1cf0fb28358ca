"""Tokens of the HTTP interface: made, listed, revoked."""
