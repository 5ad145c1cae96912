"""Whom a report says was harmed, sentence by sentence."""
