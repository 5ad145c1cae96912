"""The face of declarations: a register goes in, and what falls due in a year comes out."""
