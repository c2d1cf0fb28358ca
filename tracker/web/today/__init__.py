"""What the lead opens at eight: the clocks, and all that waits for a person."""
