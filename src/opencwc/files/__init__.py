"""Files to rows and answers to files: every table a user may hold, in bounded memory, with no row dropped.

``open_table`` gives batches of one input and one id a row; ``open_for_writing`` writes an answer whole or not at all.
"""

from opencwc.files.columns import find_column
from opencwc.files.rows import MAX_VALUE_BYTES, Rows
from opencwc.files.table_opening import Table, open_table
from opencwc.files.writing import open_for_writing

__all__ = ["MAX_VALUE_BYTES", "Rows", "Table", "find_column", "open_for_writing", "open_table"]
