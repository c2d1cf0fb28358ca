"""Return-interview tracker: missing episodes of children and the 72-hour clock of the return home interview."""
