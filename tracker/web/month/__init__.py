"""The operational group's month."""
