"""The demonstration: an invented county's two years, played through the real services. For demo and test only.

`people.py` invented names and places; `roster.py` the children; `shapes.py` what chance draws; `ending.py` what stands
open at the end; `county.py` the episodes; `office.py` who works when, `pursuit.py` how an interview is pursued,
`other_councils.py` who else is asked, `staged_cases.py` what was tried for the ending; `interviews.py` the plan of all
that; `stories.py` what children told; `reports.py` the police's daily files; `acts.py`, `desk.py`, `papers.py`,
`meetings.py`, `group.py` and `contacts.py` what people do; `play.py` the two years, played.
"""
