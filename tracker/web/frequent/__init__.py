"""Frequent runaways: the operational group's workspace, its quality checks, and the MARAMP."""
