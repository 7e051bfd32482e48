"""Running: scheduler, performer, runner and the workers."""
