"""A function that is called with room is the same function."""

from __future__ import annotations

import pytest

from lint_embed.room import SLOTS, with_room


def quotient(one: int, other: int = 1) -> int:
    return one // other


def deep(number: int) -> int:
    return 0 if number == 0 else 1 + deep(number - 1)


def test_arguments_results_and_errors_are_those_of_the_function() -> None:
    roomy = with_room(quotient)
    assert (roomy(7), roomy(7, other=2)) == (7, 3)
    with pytest.raises(ZeroDivisionError):
        roomy(7, 0)


def test_there_is_room_for_recursion() -> None:
    roomy = with_room(deep)
    assert roomy.__code__.co_stacksize == SLOTS
    assert roomy(500) == 500
