"""Episodes: the list, one episode, logging and changing them by hand."""
