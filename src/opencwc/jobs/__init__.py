"""Long work that is waited for: the queue, the worker, and what is kept of what it finds."""
