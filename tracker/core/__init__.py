"""Pure rules: the standard library and each other, nothing else.

Read in this order, which is also the order of imports: terms, clock, feed, policy; a line: written_times, report_times,
report_values, line_problems, report_line, report_row, report_child, daily_report; whose: name_aliases, names, likeness,
candidates, comparing, matching_keys, matching; an episode: missing_episode, overlap, episodes; then interviews,
repeats, recipients, alerts, rules, figures, bands, month_spans, month_past, month_rows, month_episodes,
month_interviews, month_repeats, month_authorities, month_prevention, month_alerts, monthly_summary, month_differences,
frozen.
"""
