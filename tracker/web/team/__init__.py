"""My team: what a manager steers by."""
