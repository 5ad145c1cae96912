"""What counts as white space around a value: one fixed set for every way in, whether it comes alone or in a table."""

from __future__ import annotations

WHITE_SPACE = (
    " \t\n\r\x0b\x0c\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""Python's ``str.strip()`` and polars' ``strip_chars()`` each have their own idea of it."""
