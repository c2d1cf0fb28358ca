"""The alert ladder: whom alerts tell, and when; its steps, triggers, working hours, versions and file."""
