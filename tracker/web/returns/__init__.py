"""The statutory and sector returns."""
