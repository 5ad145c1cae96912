"""What is found from everywhere, by a few letters: on a page, over the API, by a command."""
