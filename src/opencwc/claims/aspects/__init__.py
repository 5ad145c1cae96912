"""In what a claim differs from a statement of the record that speaks of the same: one module an aspect."""
