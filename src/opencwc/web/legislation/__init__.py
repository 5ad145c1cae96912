"""The face of legislation: a State's texts, its measures, questions."""
