"""The engine: how messages go out, and how what watches the deadlines stands."""
