"""What changes over the years of one or several ledgers and deserves a look: `finding`, then `report` (out)."""
