"""A call that is not durable, or of which nobody knows."""

from __future__ import annotations

from jarvis_ctx.errors.root import JarvisError


class JournalUnavailable(JarvisError, OSError):
    """No segment can be written: the call was not stored.

    Or its segment cannot be synced (`durability="power"`), or its number not noted in the marks: then the call is in
    the journal all the same, and a power loss may take it.
    """

    sentence = "The journal in {path} cannot be written: {reason}."


class DurabilityUnknown(JarvisError, TimeoutError):
    """With `durability="store"`: the call is in the journal, and the store did not confirm it in time.

    `confirm(operation_id)` waits for it again; saying the same once more would make a second event of it.
    """

    sentence = (
        "The store has not confirmed operation {operation_id} within {seconds:g} s ({reason}). "
        "It is kept in the journal; wait for it again with confirm({operation_id!r})."
    )


class UnknownOperation(JarvisError, LookupError):
    """An operation id that no acknowledged or waiting call of this store has."""

    sentence = "There is no operation {operation_id!r} of {orchestrator!r} in {path}."
