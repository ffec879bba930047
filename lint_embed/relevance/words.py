"""Where a word stands in a text by itself, found several times faster than with a pattern."""

from __future__ import annotations

from collections.abc import Iterator


def ends_of(word: str, text: str) -> Iterator[int]:
    """Where a word ends that begins here and there in a text, and not within another one."""
    at = text.find(word)
    while at != -1:
        end = at + len(word)
        if not is_part(text[at - 1 : at]):
            yield end
        at = text.find(word, end)


def stands_in(word: str, text: str) -> bool:
    """Whether a word stands in a text by itself."""
    return any(not is_part(text[end : end + 1]) for end in ends_of(word, text))


def is_part(char: str) -> bool:
    """Whether a character may be one of a name."""
    return char.isalnum() or char == "_"
