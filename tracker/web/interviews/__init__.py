"""The return home interview: allocate, offer, outcome, approval."""
