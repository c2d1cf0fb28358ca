"""The published quarters: what is shown of a quarter to everybody who signs in."""
