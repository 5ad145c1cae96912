"""The face of the casebook: cases, findings, jobs, the audit."""
