"""Reports of the police: receiving them, and what their lines ask of a person."""
