"""The tree of topics as ``data/tree.yaml`` has it: names, what is typically said, and the words that speak for each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from pathlib import Path

from msgspec import Struct

from opencwc.convention.fields import read_yaml
from opencwc.errors import NotFoundError
from opencwc.finding import Message
from opencwc.language.phrases import Phrases
from opencwc.language.place_keys import Folded

TREE = Path(__file__).parent / "data" / "tree.yaml"


class Topic(Struct, frozen=True):
    """A topic or, where ``theme`` is empty, a theme of several; the others are texts by language."""

    id: str
    theme: str
    names: Mapping[str, str]
    about: Mapping[str, str] = {}
    words: Mapping[str, str] = {}
    beside: Mapping[str, str] = {}
    also: Mapping[str, str] = {}

    @property
    def named(self) -> Message:
        """Its name in every language."""
        return Message("by_language", dict(self.names))


class TopicTree(Struct, frozen=True, dict=True):
    """Themes and topics in the order of the file, and the words that tie a text to the Convention, by language."""

    themes: tuple[Topic, ...]
    topics: tuple[Topic, ...]
    context: Mapping[str, str]

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each topic among ``topics``."""
        return {topic.id: place for place, topic in enumerate(self.topics)}

    def of(self, theme: str) -> tuple[Topic, ...]:
        """Return the topics of a theme."""
        return tuple(topic for topic in self.topics if topic.theme == theme)

    def find(self, name: str) -> Topic:
        """Return a topic by its id; raise `NotFoundError` where there is none."""
        if name in self.places:
            return self.topics[self.places[name]]
        raise NotFoundError("no_such_topic", topic=name[:50])


@cache
def load_tree(path: Path = TREE) -> TopicTree:
    """Read the tree, once."""
    plain = read_yaml(path)
    themes, topics = [], []
    for theme in plain["themes"]:
        themes.append(Topic(theme["id"], "", theme["name"]))
        topics += [
            Topic(
                one["id"],
                theme["id"],
                one["name"],
                one["about"],
                one["words"],
                one.get("beside", {}),
                one.get("also", {}),
            )
            for one in theme["topics"]
        ]
    return TopicTree(tuple(themes), tuple(topics), plain["context"])


class TopicWord(Struct, frozen=True):
    """A phrase in a text, from ``start`` to ``end``, the topics that it speaks for, and those that it stands beside."""

    start: int
    end: int
    topics: tuple[str, ...]
    beside: tuple[str, ...]


class TopicWords:
    """The phrases of all topics in one language, looked for at once."""

    def __init__(self, lang: str) -> None:
        tree = load_tree()
        speaking: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
        for topic in tree.topics:
            for place, written in enumerate((topic.words, topic.beside)):
                for phrase in _phrases(written.get(lang, "")):
                    speaking[phrase][place].append(topic.id)
        self._topics = Phrases((phrase, (tuple(one), tuple(two))) for phrase, (one, two) in speaking.items())
        self._context = Phrases((phrase, None) for phrase in _phrases(tree.context.get(lang, "")))

    def topics_in(self, text: str, words: Folded) -> list[TopicWord]:
        """Return the phrases of topics in a text."""
        return [TopicWord(found.start, found.end, *found.value) for found in self._topics.find(text, words)]

    def context_in(self, text: str, words: Folded) -> int:
        """Return how many different phrases of the context stand in a text."""
        return len({text[one.start : one.end].casefold() for one in self._context.find(text, words)})


@cache
def topic_words(lang: str) -> TopicWords:
    """Return the phrases of a language; English ones for a language without any."""
    return TopicWords(lang if lang in load_tree().context else "en")


def _phrases(written: str) -> Iterable[str]:
    return dict.fromkeys(phrase.strip() for phrase in written.split(";") if phrase.strip())
