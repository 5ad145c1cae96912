"""Patterns in what is said, shown for what they are: a file each. None says that a claim is false."""
