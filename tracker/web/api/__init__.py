"""The HTTP interface: programs push reports with a token. No cookie, no session, no form."""
