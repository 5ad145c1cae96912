"""Accounts: sign-in, second factors, tokens, the ministry's login, and the pages of the settings."""
