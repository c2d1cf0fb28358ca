"""The demonstration: an invented county's two years, played through the real services. For demo and test only.

`people.py` invented names and places; `roster.py` the children; `shapes.py` what chance draws; `ending.py` what stands
open at the end; `county.py` the episodes; `interviews.py` what the council did about them; `reports.py` the police's
daily files; `play.py` the two years, played.
"""
