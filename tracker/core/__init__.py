"""Pure rules: the standard library and each other, nothing else.

Read in this order. Each module imports earlier ones, never later ones; tests/test_architecture.py reads it here.

- The words: terms, interview_terms, report_terms, alert_terms.
- Time, and what a council sets: clock, working_time, alert_window, feed, mail, monitoring, policy.
- The roads in and out: addresses, webhooks, bounces, pulls, dropped_files.
- A line of a report: written_times, report_times, report_values, line_problems, report_line, report_row, report_child,
  daily_report, line_marks.
- How a force writes, as a council says or as it is guessed: reference_pattern, feed_rules, feed_definition,
  date_shapes, column_content, column_words, feed_guess, value_guess, feed_changes.
- Whether the reports are whole: reconciliation, expected_reports.
- Whose line it is: name_aliases, names, plain_words, folded_text, likeness, candidates, comparing,
  matching_keys, matching.
- An episode: missing_episode, overlap, episodes, undone.
- Its interview: interview_course, independence, interview_form, form_definition, form_answers, interviews, forecast,
  forecast_check.
- What it sets off: repeats, meetings, story, calendar_file.
- Who is told, and when: directory, recipients, ladder_steps, alerts, triggers, notices, digest, ladder_rules,
  ladder_shape, ladder_plain, ladder_definition, ladder_changes.
- All that a council has decided, in one value: rules.
- The month's figures: tables, figures, bands, month_spans, month_past, month_facts, month_rows, month_episodes,
  month_interviews, month_course, month_authorities, month_prevention, month_repeats, month_alerts, monthly_summary,
  row_differences, month_differences.
- Any period, and what may leave: period_counts, period_tables, national, suppression, sums, suppressing, places,
  edition_tables, run_charts, month_series, frozen, kept_summary.
- The pack for the meeting: pack_words, pack_shapes, pack_episodes, pack_interviews, month_pack, pack_corrections,
  pack_sentences, month_changes, month_decisions, month_sentences.
- Children who go missing often: frequent, maramp, maramp_changes, quality_check, pattern_words, pattern, said,
  plan_gaps, group_terms, group_agenda, group_minutes, names_left.
- The returns: looked_after, extract_rows, extract_links, ssda903, ssda903_rows, ssda903_xml, ssda903_rules,
  ssda903_checks, interview_answers, annex_a, ssd_missing.
"""
