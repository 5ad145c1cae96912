"""The service itself: its wiring, doors, errors, and what every page shares."""
