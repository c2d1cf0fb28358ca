"""A quarter, a financial year, any two days."""
