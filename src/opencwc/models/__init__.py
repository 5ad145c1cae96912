"""Models under control: the register of what is learned or measured, with card, switch, figures and drift.

A component names itself through the entry points ``opencwc.models``; nothing here knows any of them by name.
"""

from opencwc.models.card_words import CardWords, card_words, model_title
from opencwc.models.evaluation import Difference, compare
from opencwc.models.model import Card, Evaluation, Figure, Model, Reference, State, Switch, WeightFile
from opencwc.models.register import find_model, load_card, maker_fields, registered, state_of
from opencwc.models.switch_writer import switch
from opencwc.models.switches import read_switches

__all__ = [
    "Card", "CardWords", "Difference", "Evaluation", "Figure", "Model", "Reference", "State", "Switch",
    "WeightFile", "card_words", "compare", "find_model", "load_card", "maker_fields", "model_title",
    "read_switches", "registered", "state_of", "switch",
]  # fmt: skip
