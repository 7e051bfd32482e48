"""What happens in a run, and what happened."""
