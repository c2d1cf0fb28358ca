"""Pure rules: the standard library and each other, nothing else.

Read in this order, which is also the order of imports: terms, clock, feed, daily_report, matching, episodes,
interviews, repeats, alerts, figures, monthly_summary.
"""
