"""Graphs and the frameworks that run them: what is missing, refused, or not there."""

from __future__ import annotations

from jarvis_ctx.errors.root import JarvisError


class AdapterMissing(JarvisError, ImportError):
    """An adapter was imported without the framework it is for, or with one that is too old."""

    sentence = "{adapter} needs {package} {wanted} or newer, and there is {found}: pip install 'jarvis-ctx[{extra}]'."


class CarriedOverFork(JarvisError):
    """A handle was used in a process that was forked after it was made."""

    sentence = (
        "This {what} belongs to process {owner} and was carried over a fork into {process}; "
        "nothing was read or stored. Make one in the new process, under another name=."
    )


class UnknownThread(JarvisError, LookupError):
    """A thread that is not in the store."""

    sentence = "There is no thread {thread!r} of {orchestrator!r} in {path}{hint}."


class OtherSerialiser(JarvisError):
    """A stored value that this saver's serialiser does not read."""

    sentence = "{what} was written by another serialiser, as {form!r}; read it with the saver that wrote it."


class TypeNotAllowed(JarvisError, TypeError):
    """A stored object of a type that nobody has allowed; it would have come back as plain data."""

    sentence = "{what} holds {types}, which may not be built from stored data; allow it: JarvisSaver(…, allowed=[…])."


class SecretsNotSeen(JarvisError):
    """`secrets="drop"` cannot be kept to where what is stored is serialised by somebody else."""

    sentence = "The state of a graph is stored serialised, so secrets='drop' cannot be kept to; use secrets='encrypt'."


class NoSaver(JarvisError, TypeError):
    """A graph was handed over that keeps its checkpoints elsewhere, or nowhere."""

    sentence = (
        "{what} needs a graph compiled with a JarvisSaver, and this one has {found}: compile(checkpointer=saver)."
    )


class ThreadInUse(JarvisError):
    """A second run of a thread while the first one goes on: the two would overwrite each other's state."""

    sentence = "Thread {thread!r} is being run by {holder}; wait for that run, or give this one a thread of its own."
