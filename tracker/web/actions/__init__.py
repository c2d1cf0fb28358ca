"""Actions: lists of them, one of them, adding, changing, finishing and withdrawing."""
