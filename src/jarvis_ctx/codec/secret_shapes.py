"""What secrets look like inside a text: well-known tokens, keys, passwords in addresses, and `name=value`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from jarvis_ctx.codec.secret_names import COUNTED, hints, pattern

MARKER = "[redacted]"
SHORT = 64
Rewrite = Callable[[str], str]

PEM = r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)"
ADDRESS = r"(\b[A-Za-z][A-Za-z0-9+.\-]{0,30}://[^\s/:@\"'<>]{0,256}:)[^\s/\"'<>]+(?=@)"
BEARER = r"(\b[Bb]earer[ \t]+)(?=[\w.~+/\-]*(?:\d|[\w.~+/\-]{20}))[\w.~+/\-]{8,}=*"

TOKENS = (
    r"sk-(?=[\w\-]*[0-9A-Z])[\w\-]{16,}",  # OpenAI, Anthropic, and those who took their form
    r"[sr]k_(?:live|test)_\w{10,}|whsec_\w{10,}",  # Stripe
    r"gh[opsru]_[A-Za-z0-9]{20,}|github_pat_\w{20,}",
    r"gl(?:pat|dt|rt|ptt|soat)-[\w\-]{16,}",
    r"(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}(?![0-9A-Za-z])",  # Amazon
    r"AIza[\w\-]{35}|ya29\.[\w\-]{16,}|GOCSPX-[\w\-]{16,}",  # Google
    r"xox[abeoprs]-[A-Za-z0-9\-]{10,}|xapp-[A-Za-z0-9\-]{10,}",  # Slack
    r"(?:hf|gsk|r8)_[A-Za-z0-9]{20,}|(?:xai|pplx)-[A-Za-z0-9]{20,}",  # Models' hosts
    r"npm_[A-Za-z0-9]{30,}|pypi-[\w\-]{16,}|dop_v1_[a-f0-9]{32,}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{20,}",
    r"SG\.[\w\-]{16,}\.[\w\-]{16,}|key-[0-9a-f]{32}(?![0-9A-Za-z])|hv[sb]\.[\w\-]{20,}|AGE-SECRET-KEY-1[0-9A-Z]{16,}",
    r"\d{8,10}:AA[\w\-]{32,}",  # Telegram
    r"jctx_[\w\-]{16,}",  # Our own API's
    r"eyJ[\w\-]{6,}\.[\w\-]{6,}(?:\.[\w\-]*){1,3}",  # JSON Web Tokens, signed or encrypted
)
"""Well-known forms; one begins where no letter, digit, `_` or `-` stands before it."""

HINTS = (
    *("PRIVATE KEY", "://", "earer", "sk-", "k_", "whsec_", "gh", "gl", "AKIA", "ASIA", "ABIA", "ACCA", "AIza", "ya29"),
    *("GOCSPX", "xox", "xapp", "hf_", "r8_", "xai-", "pplx", "npm_", "pypi", "dop_v1", "shp", "SG.", "key-", "hv"),
    *("AGE-", ":AA", "eyJ", "jctx_"),
)
"""One of these is in every text that any of the above is in: most texts are done with at a look."""

LINES = r"(?:authorization|cookie|passphrase|dsn|connection[_.\- ]?string)s?"
"""Names whose values have blanks: unquoted, the value is the rest of the line."""
JOINT = r"""\\*["']?\]?[ \t]*(?:=>|:=|==?|:)[ \t]*"""
SCHEME = r"(?:(?:basic|bearer|digest|token|negotiate)[ \t]+)?"
QUOTED = r"""(?:\\+".*?(?:\\+"|\Z)|\\+'.*?(?:\\+'|\Z)|b?"(?:[^"\\]|\\.)*(?:"|\Z)|b?'(?:[^'\\]|\\.)*(?:'|\Z))"""
"""A quoted value, also with its quotes escaped, as in JSON inside JSON; cut off before its end, too."""
NO_SECRET = r"(?!(?:None|null|nil|true|false|str|bytes|int|bool|float|Any|object)(?![\w\-]))"
_ENDS = re.compile(r"""^(b?\\*["']).*?(\\*["'])?$""", re.DOTALL)


@lru_cache(maxsize=16)
def rewriter(more: str = "") -> Rewrite:
    """A function that puts `MARKER` in the place of each secret in a text; `more` are secret names beside ours.

    Done twice it changes nothing more. What stands around a secret stays as it is.
    """
    hinted, joined, worded = _finder(HINTS), _finder(tuple("=:<-")), _finder(hints(more))

    def rewrite(text: str) -> str:
        if hinted(text):
            text = _plain().sub(MARKER, text)
            for shape in _kept():
                text = shape.sub(rf"\1{MARKER}", text)
        if joined(text) and worded(text.lower()):
            for shape in _told(more):
                text = shape.sub(_without_value, text)
        return text

    return rewrite


# Each is compiled when the first text that has its hints comes: most never do.
@lru_cache(maxsize=1)
def _plain() -> re.Pattern[str]:
    return re.compile(rf"{PEM}|(?<![\w\-])(?:{'|'.join(TOKENS)})", re.DOTALL)


@lru_cache(maxsize=1)
def _kept() -> tuple[re.Pattern[str], ...]:
    return re.compile(ADDRESS), re.compile(BEARER)


@lru_cache(maxsize=16)
def _told(more: str) -> tuple[re.Pattern[str], ...]:
    names = pattern(more)
    return (
        _named(rf"({LINES}{JOINT}){NO_SECRET}({QUOTED}|[^\r\n\"']+)"),
        _named(rf"({names}{JOINT}{SCHEME}){NO_SECRET}({QUOTED}|[^\s\"']\S*)"),
        _named(rf"((?<![\w\-])--?[\w\-]{{0,40}}{names}[ \t]+){NO_SECRET}({QUOTED}|[^\s\"'\-]\S*)"),
        _named(rf"(<[\w:.\-]{{0,40}}{names}>)([^<]+)"),
    )


def _finder(parts: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a text has one of `parts`: a short one is done with in one search, a long one faster part by part."""
    search = re.compile("|".join(map(re.escape, parts))).search
    return lambda text: search(text) is not None if len(text) < SHORT else any(part in text for part in parts)


def _named(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE | re.DOTALL)


def _without_value(found: re.Match[str]) -> str:
    name, value = found[1], found[2]
    counted = COUNTED in name.lower() and value.rstrip(",;)}]").isdecimal()
    if counted or value.startswith(MARKER):
        return found[0]
    ends = _ENDS.match(value)
    first, last = (ends[1], ends[2] or "") if ends else ("", "")
    return f"{name}{first}{MARKER}{last}"
