"""Hello: a table of States in, which of them are known out. It shows how a verb is added."""
