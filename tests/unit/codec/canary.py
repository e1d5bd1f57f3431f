"""Sings when something malicious was executed."""

from __future__ import annotations

from typing import Any

songs: list[object] = []


def sing(*words: object, **more: object) -> Any:
    """What every malicious pickle tries to call."""
    songs.append((words, more))
    return sing


class Singer:
    """Sings whatever is done to it."""

    __init__ = __setstate__ = __reduce__ = __setitem__ = append = extend = add = __call__ = sing

    def __new__(cls, *words: object, **more: object) -> Any:
        sing(*words, **more)
        return super().__new__(cls)
