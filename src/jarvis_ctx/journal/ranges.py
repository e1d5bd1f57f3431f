"""Numbers that are not there, as ranges: a mark that is wrong may name more of them than a list can hold."""

from __future__ import annotations

from collections.abc import Iterable

Range = tuple[int, int]
"""The first and the last number."""


def missing(found: Iterable[int], first: int, last: int) -> list[Range]:
    """What `found` lacks of the numbers from `first` to `last`: of 3, 6 from 1 to 7 it is (1, 2), (4, 5), (7, 7)."""
    gaps: list[Range] = []
    for number in sorted(number for number in found if first <= number <= last):
        if first < number:
            gaps.append((first, number - 1))
        first = number + 1
    if first <= last:
        gaps.append((first, last))
    return gaps


def joined(ranges: list[Range], later: list[Range]) -> list[Range]:
    """All of them, `later` ones being beyond the others: those that meet become one."""
    if ranges and later and ranges[-1][1] + 1 == later[0][0]:
        return [*ranges[:-1], (ranges[-1][0], later[0][1]), *later[1:]]
    return ranges + later
