"""What would have been emailed: the demonstration's mailbox."""
