"""More data that is hard to keep: what models and people write, what looks like our own marks, what is at some edge."""

from __future__ import annotations

import datetime
import decimal
import uuid
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

DATA: dict[str, Any] = {
    "text from right to left, with an override": "\u202eevil\u202c \u05d0\u05d1",
    "letters under a heap of marks": "Z\u0310\u0352\u0300a\u0315\u035c" + "\u0300" * 1000,
    "characters without a width": "a\u200b\u200d\u2060\ufeffb",
    "a family and a flag": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea",
    "the same letter composed and not": ["\xe9", "e\u0301"],
    "characters that are none": "\ufffe\uffff\U0001fffe\U0010fffe",
    "characters of nobody": "\ue000\U000f0000",
    "surrogates in the wrong order": "\udc00\ud800",
    "a surrogate before a character beyond the basic plane": "\ud83d\U0001f600",
    "ends of lines of every system": "a\nb\rc\r\nd\x85e\u2028f",
    "nothing but blanks": " \t\n\u00a0\u3000",
    "ten thousand lines": "\n" * 10_000,
    "orders to a terminal": "\x1b[2J\x1b]0;owned\x07\x1b[31m\x9b1m",
    "a formula of a spreadsheet": ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)"],
    "a path out of the folder": "../../../etc/passwd\0.txt",
    "a format that asks for more": "%s%n%x {0.__class__.__mro__} {}",
    "templates": "{{7*7}} ${7*7} <%= 7*7 %> ${jndi:ldap://x/a}",
    "an entity that grows": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;&b;</a>',
    "a YAML tag that calls": "!!python/object/apply:os.system ['true']",
    "a pickle as text": "cos\nsystem\n(S'true'\ntR.",
    "half a JSON text": '{"a": [1, 2',
    "words that are values elsewhere": ["null", "None", "true", "NaN", "Infinity", "1e400", "0x1f", "nan", "undefined"],
    "names that are special elsewhere": {"__proto__": 1, "constructor": 2, "__class__": 3, "$ref": "#", "@type": "x"},
    "a message of ours": ["[redacted]", "[purged]"],
    "a mark of what is sealed": {"$sealed": "AAAA"},
    "a mark of a side file": {"$value": "a" * 64, "bytes": 3},
    "a mark of a sealed side file": {"$sealed": "AAAA", "$value": "a" * 64, "bytes": 3},
    "tags with what does not fit": [
        {"$bytes": "!"},
        {"$datetime": "no"},
        {"$int": "x"},
        {"$decimal": ""},
        {"$date": 1},
    ],
    "a tag beside another key": {"$tuple": [1], "more": 2},
    "a key that only begins like a tag": {"$": 1, "$$tuple": 2, "$tuple ": 3},
    "a key of a hundred thousand letters": {"k" * 100_000: 1},
    "ten thousand keys": {f"key-{n}": n for n in range(10_000)},
    "a hundred thousand Nones": [None] * 100_000,
    "keys that differ in type alone": {
        "1": "a",
        1: "b",
        b"1": "c",
        (1,): "d",
        None: "e",
        "None": "f",
        1.5: "g",
        "1.5": "h",
    },
    "infinite keys": {float("inf"): 1, float("-inf"): 2},
    "a frozenset as a key": {frozenset({1, (2, frozenset())}): 1},
    "a moment as a key": {datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC): 1, datetime.date(2026, 1, 1): 2},
    "bytes that are no text": b"\xff\xfe\x00\xed\xa0\x80",
    "a megabyte of NULs": bytes(1_000_000),
    "floats that are hard to write": [0.1 + 0.2, 1e22, 1e23, 2.0**53 + 2, 1 / 3, 1e-7, 123456789012345680.0],
    "floats at the edge of the normal": [2.2250738585072014e-308, 2.225073858507201e-308, 1.5e-323],
    "integers that are no floats": [2**53 + 1, -(2**53) - 1, 10**308, 10**309],
    "true and false among their numbers": [False, 0, 0.0, True, 1, 1.0, 1 + 0j, decimal.Decimal(1)],
    "decimals at their limits": [
        decimal.Decimal((1, (0,), 5)),
        decimal.Decimal("1E-999999"),
        decimal.Decimal("-Infinity"),
    ],
    "the emptiest and the fullest id": [uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)],
    "an hour that there was not": datetime.datetime(2026, 3, 29, 2, 30, tzinfo=ZoneInfo("Europe/Berlin")),
    "times at both ends of a day": [datetime.time.min, datetime.time.max, datetime.time(2, 30, fold=1)],
    "the greatest offsets": [
        datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=hours, minutes=59)))
        for hours in (-23, 23)
    ],
    "paths that could be shorter": [PurePosixPath("a/../b"), PurePosixPath("//a//b/"), PurePosixPath(".")],
    "ranges that go down": [range(5, -5, -3), range(0), range(10**30, 0, -(10**29))],
    "tuples within tuples that are empty": ((), ((),), (((), ()),)),
    "sets of sets": {frozenset(), frozenset({frozenset()})},
    "the same text a thousand times": ["again and again"] * 1_000,
    "a table of a thousand rows": [
        {"id": n, "name": "x", "tags": ("a", n), "at": datetime.date.max} for n in range(1_000)
    ],
}
"""By name; each must come back as it was."""
