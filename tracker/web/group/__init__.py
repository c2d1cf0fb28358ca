"""The operational group's meetings: planned, prepared, held, closed with minutes; what came of them."""
