"""The pages and the API of watched reports."""
