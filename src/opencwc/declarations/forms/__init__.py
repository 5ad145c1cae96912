"""The declaration as a document: composed from what is due, written as PDF, workbook, JSON and XML, read and checked.

`model` has its records, `composition` makes them from an answer, `tree` takes them apart for every format, `checking`
says what is wrong with one that somebody else wrote.
"""
