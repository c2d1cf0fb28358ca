"""How forces' reports are read: the list of feeds, their versions, and the steps of making one from a sample."""
