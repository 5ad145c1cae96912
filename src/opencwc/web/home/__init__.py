"""The first page of everybody, and the figures of the house for who leads it."""
