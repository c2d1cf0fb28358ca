"""Whether the process, the database and the engine are well: for machines."""
