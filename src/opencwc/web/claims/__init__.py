"""Claims over HTTP: reports and a record are held against each other, and people say what is right."""
