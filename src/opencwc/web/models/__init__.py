"""The face of the models: cards, figures, switches."""
