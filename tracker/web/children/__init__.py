"""Children: the search, and one child with every episode."""
