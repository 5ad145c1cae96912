"""Files to reports: feeds, saved pages, documents, mail, web archives, tables and JSON Lines, in bounded memory.

A file from outside is data: nothing in it is run, nothing it names is fetched. All but JSON Lines and tables is read in
a process of its own without network. What cannot be read, and what is odd about a report, is told by notes.
"""
