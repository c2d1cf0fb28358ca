"""Measurements: invented data of any size, and what the product takes for its work on the machine at hand."""
