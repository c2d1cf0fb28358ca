"""The write-up of an interview: its form, section by section, its printed page, its review, what the police know."""
