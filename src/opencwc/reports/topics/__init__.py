"""The technology watch: which emerging topics reports are on, how often over the months, and which terms are new."""
