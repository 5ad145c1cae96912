"""Search for the passages that come nearest to a measure or a question, by words and by meaning."""
