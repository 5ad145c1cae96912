"""Who people are: sessions, second factors, tokens, the ministry's login, and their pages."""
