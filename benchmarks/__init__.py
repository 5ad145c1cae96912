"""What OpenCWC takes and finds, side by side with what a user would use instead: `python -m benchmarks`."""
