"""What reports assert, held against the record that the user keeps. There is no verdict "false" here."""
