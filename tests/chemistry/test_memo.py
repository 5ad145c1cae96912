"""What was made once is not made again, and what is remembered stays little."""

from __future__ import annotations

from opencwc.chemistry.memo import Remembered


def test_what_was_made_is_not_made_again() -> None:
    calls: list[str] = []

    def made(word: str) -> str:
        calls.append(word)
        return word.upper()

    remembered = Remembered(made)
    assert [remembered[word] for word in ("a", "b", "a", "a")] == ["A", "B", "A", "A"]
    assert calls == ["a", "b"]


def test_past_its_most_it_begins_anew_and_still_answers() -> None:
    remembered = Remembered(str.upper, most=3)
    words = [f"word{number}" for number in range(50)] * 2
    for word in words:
        assert remembered[word] == word.upper()
        assert len(remembered) <= 3
