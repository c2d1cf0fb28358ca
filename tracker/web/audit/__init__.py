"""The audit trail, for information governance."""
