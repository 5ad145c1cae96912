"""Documents to the sections and passages of a law: text, footnotes, columns, numbered articles, references."""
