"""Open reports: what each one tells, and which of them tell of one event."""
