"""My interviews: the working day of whoever holds them, for a phone first."""
