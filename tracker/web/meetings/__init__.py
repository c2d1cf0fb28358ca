"""Strategy meetings: those that stand, one of them, and what people do about it."""
