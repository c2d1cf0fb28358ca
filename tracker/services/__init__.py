"""Use cases: one module each, one transaction each. They call the rules of the core and the memory of the store."""
