"""What a user can ask for: use cases over the aggregates, and the ports they need."""
