"""What builds the documentation and keeps it true: generated pages, and commands whose output the pages show."""
