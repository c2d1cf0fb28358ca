"""Alerts sent: the list, and the page that an email links to."""
