"""What is held on a State, from every part side by side."""
