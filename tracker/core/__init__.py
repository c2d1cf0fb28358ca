"""Pure rules: the standard library and each other, nothing else.

The modules follow the path of a report, and `tests/test_architecture.py` holds their order: words and time (`terms`,
`clock`), a line and how it is read (`feed` … `daily_report`), which child (`matching`), the episode (`episodes`), the
clock (`interviews`), repeat runaways (`repeats`), the ladder (`alerts`), the month (`figures` … `monthly_summary`).
"""
