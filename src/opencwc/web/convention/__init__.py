"""The face of the rules: entries, States, thresholds, deadlines."""
