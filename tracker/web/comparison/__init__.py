"""Whether the reports that are expected have come, and what the newest says is open against what we hold."""
