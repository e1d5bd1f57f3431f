"""The API that cannot be served, and the tokens that open it."""

from __future__ import annotations

from jarvis_ctx.errors.root import JarvisError


class WebMissing(JarvisError, ImportError):
    """The API was to be served and the libraries that it needs are not installed."""

    sentence = "The API needs {library}, which is not installed: pip install 'jarvis-ctx[web]'"


class NotServed(JarvisError, OSError):
    """The API cannot be served at this address."""

    sentence = "The API cannot be served at {host}:{port}: {reason}."


class NotShown(JarvisError, LookupError):
    """A server was to be linked to, and none shows this orchestrator."""

    sentence = "Nobody serves {name!r} of {path}{where}; `jarvis-ctx dashboard` without --no-serve does."


class ExposedBind(JarvisError, ValueError):
    """The API was to be served beyond this machine without being told so explicitly."""

    sentence = "{host!r} can be reached from other machines, and the API is plain HTTP; {remedy}."


class UnknownToken(JarvisError, LookupError):
    """A token was named that the store does not have."""

    sentence = "There is no token {token!r}{hint}; `jarvis-ctx token list` shows them."


class UnknownCursor(JarvisError, LookupError):
    """A cursor that is of another list: another store, another route, other filters, or none that was ever given."""

    sentence = "Cursor {cursor!r} is not one of this list; begin again without it."


class UnknownPosition(JarvisError, LookupError):
    """A position of another store, behind the end, or none that was ever given."""

    sentence = "Position {position!r} cannot be gone on from: {reason}."


class TooManyReaders(JarvisError):
    """As many read the whole store at this moment as may."""

    sentence = "{limit} requests read the whole store already; come again."


class TooManyStreams(JarvisError):
    """As many live streams are open as there may be."""

    sentence = "There are {limit} live streams already; end one, or come again."
