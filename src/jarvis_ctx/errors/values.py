"""Values that cannot be stored, and stored bytes that are not what was written."""

from __future__ import annotations

from jarvis_ctx.errors.root import JarvisError


class UnstorableValue(JarvisError, TypeError):
    """A value that cannot be stored exactly, so it is not stored at all."""

    sentence = "The value at {path} of type {type} cannot be stored exactly: {reason}."


class DecodingInterrupted(JarvisError, RuntimeError):
    """A signal handler or a finaliser decodes into a new type, amid its own thread's working out of one.

    Waiting would be waiting for itself. Once a type is worked out, anybody decodes into it.
    """

    sentence = "Nothing can be decoded into {kind} here: this very thread is in the middle of working a type out."


class CorruptData(JarvisError):
    """Stored bytes that are not what was written."""

    sentence = "{what} is damaged: {reason}."


class Unreadable(CorruptData, OSError):
    """A file is there and may be whole, but the system cannot read it just now: a failing disk, too many open files."""

    sentence = "{what} cannot be read: {reason}; nothing was taken for lost, try again or move the file away."


class OtherVersion(CorruptData):
    """A checkpoint that is whole, but that another version of this package made in a way this one cannot read."""

    sentence = "{what} was made by another version: {reason}."


class BaseUnusable(CorruptData):
    """A checkpoint that is whole, but holds what changed since another one, and that one cannot be used."""

    sentence = "{what} holds what changed since {base}, which cannot be used: {reason}."


class NotOurs(JarvisError):
    """Signed bytes that this store's key did not sign, or signed for another purpose; nothing in them was loaded."""

    sentence = "{what} was not accepted and nothing in it was loaded: {reason}."


class TooLarge(JarvisError, ValueError):
    """Data over a documented limit."""

    sentence = "{what} has {size} bytes, over the limit of {limit}."
