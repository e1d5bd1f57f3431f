"""Every error jarvis-ctx raises: one class a mistake, one English sentence a class."""

from __future__ import annotations

from typing import ClassVar


class JarvisError(Exception):
    """Root of all errors of this package.

    `sentence` is the message, a template over the keyword arguments, which are kept as attributes.
    """

    sentence: ClassVar[str] = "jarvis-ctx could not do this."

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        self.__dict__.update(facts)
        super().__init__(self.sentence.format(**facts))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.facts)


def _rebuild(cls: type[JarvisError], facts: dict[str, object]) -> JarvisError:
    return cls(**facts)


def did_you_mean(word: str, known: list[str]) -> str:
    """` (did you mean x?)` for the nearest of `known`, or nothing."""
    from difflib import get_close_matches  # Here, because only a mistake needs it and a start should not wait for it.

    near = get_close_matches(word, known, n=1, cutoff=0.5)
    return f" (did you mean {near[0]}?)" if near else ""


# Arguments and settings


class BadValue(JarvisError, ValueError):
    """An argument outside what the call accepts."""

    sentence = "{name} is {value!r}, expected {expected}."


class UnknownSetting(JarvisError, ValueError):
    """A setting, from an argument, the environment or the configuration file, that does not exist."""

    sentence = "There is no setting {name!r}, from {source}{hint}."


class BadSetting(JarvisError, ValueError):
    """A setting whose value is not acceptable."""

    sentence = "Setting {name} is {value!r} from {source}, expected {expected}."


class UnknownMethod(JarvisError, AttributeError):
    """A decorator argument names a method the class does not have."""

    sentence = "{argument}= names {method!r}, which {owner} does not have{hint}."


# Values


class UnstorableValue(JarvisError, TypeError):
    """A value that cannot be stored exactly, so it is not stored at all."""

    sentence = "The value at {path} of type {type} cannot be stored exactly: {reason}."


class CorruptData(JarvisError):
    """Stored bytes that are not what was written."""

    sentence = "{what} is damaged: {reason}."


class OtherVersion(CorruptData):
    """A checkpoint that is whole, but that another version of this package made in a way this one cannot read."""

    sentence = "{what} was made by another version: {reason}."


class NotOurs(JarvisError):
    """Signed bytes that this store's key did not sign, or signed for another purpose; nothing in them was loaded."""

    sentence = "{what} was not accepted and nothing in it was loaded: {reason}."


class TooLarge(JarvisError, ValueError):
    """Data over a documented limit."""

    sentence = "{what} has {size} bytes, over the limit of {limit}."


# Runs and stores


class AlreadyRunning(JarvisError):
    """A second live run of one orchestrator's name in one store."""

    sentence = (
        "{orchestrator!r} already runs in {path} as process {pid} on {host}; "
        "end that process, or give this one another name=."
    )


class Fenced(JarvisError):
    """A newer run has begun: this process may not write any more; the call was not stored."""

    sentence = (
        "Run {run} (epoch {epoch}) of {orchestrator!r} was overtaken by epoch {newer}; "
        "this call was not stored and this process should end."
    )


class Closed(JarvisError):
    """The sidecar has been closed; the call was not stored."""

    sentence = "The context manager of {orchestrator!r} is closed; this call was not stored."


class UnsafeFolder(JarvisError, PermissionError):
    """The store's folder, or a file in it, could be read or changed by someone else."""

    sentence = "{path} {problem}; {remedy}."


class NoStore(JarvisError, FileNotFoundError):
    """A command for an existing store was given a folder without one."""

    sentence = "There is no jarvis-ctx store in {path}{hint}; name one with --path or JARVIS_CONTEXT_PATH."

    def __init__(self, *, path: str, hint: str = "") -> None:
        super().__init__(path=path, hint=hint)


class NewerSchema(JarvisError):
    """The database was written by a newer version; it is left untouched."""

    sentence = "{path} has schema {found}, newer than {known} which this version knows; upgrade jarvis-ctx."


class StoreUnavailable(JarvisError):
    """The database cannot be used at the moment; captured calls go on in the journal."""

    sentence = "The database {path} cannot be used: {reason}."


class StoreDamaged(StoreUnavailable):
    """The database is corrupt or none of ours: trying again is no use, it is to be moved aside and rebuilt."""


class NotAnswered(JarvisError, TimeoutError):
    """A running orchestrator was asked for something and did not answer in time; it may still do it."""

    sentence = "The running orchestrator {orchestrator!r} in {path} did not answer within {seconds:g} s."


class RequestFailed(JarvisError):
    """A running orchestrator was asked for something and could not do it."""

    sentence = "The running orchestrator {orchestrator!r} in {path} could not do it: {reason}"


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


class UnknownOrchestrator(JarvisError, LookupError):
    """A store that exists was asked about an orchestrator it does not hold."""

    sentence = "There is no orchestrator {name!r} in {path}{hint}; it holds {known}."


class SeveralOrchestrators(JarvisError, LookupError):
    """A store of several orchestrators was asked without saying which one is meant."""

    sentence = "{path} holds several orchestrators: {known}; name one with --name or JARVIS_NAME."


class TooManyObjects(JarvisError):
    """A run has made so many objects with a state that the state of later ones is not kept."""

    sentence = "The state of this object of {cls} is not kept: this run has made {limit} objects with a state before."


class EncryptionKeyMissing(JarvisError):
    """A sealed store was opened without a key."""

    sentence = "{path} is encrypted and no key was given; name its source with encryption_key or JARVIS_ENCRYPTION_KEY."


class WrongEncryptionKey(JarvisError):
    """Data was sealed with a key that is not among those that were given."""

    sentence = "{what} is sealed with key {key}; given were {known}. Add that key behind the one that is to seal."


class BadEncryptionKey(JarvisError, ValueError):
    """The source that `encryption_key` names gives no usable key."""

    sentence = "The encryption key from {source} cannot be used: {reason}."


# Tasks and steps


class TaskQuarantined(JarvisError):
    """A task that killed its process too often; it is not run again."""

    sentence = "Task {task!r} was running alone at {deaths} deaths and is quarantined. {cause}"


class NotQuarantined(JarvisError, LookupError):
    """A task was to be released that is not in quarantine."""

    sentence = "Task {task!r} is not quarantined; these are: {quarantined}."


class ResultNotKept(JarvisError):
    """A step was done but its result could not be stored; it stays in doubt."""

    sentence = "Step {step!r} of task {task!r} was done, but its result could not be kept: {reason}."


class StepInDoubt(JarvisError):
    """A step that a crash left in doubt, whose `on_doubt` is `fail`: it is not done again until somebody decides."""

    sentence = (
        "Step {step!r} of task {task!r} was started and has no recorded end, so its effect may have happened; "
        "find out, and give it reconcile=, or on_doubt='run' or 'skip'. Its idempotency key was {idempotency_key!r}."
    )


class CodeChanged(JarvisError):
    """Captured code differs from the run that died and on_code_change is `refuse`."""

    sentence = "The code of {methods} changed since run {run}; start with on_code_change='resume' or 'fresh'."


class NothingToKeep(JarvisError):
    """A checkpoint was asked for of a store in which nobody has run yet."""

    sentence = "{orchestrator!r} has not run in {path} yet, so there is nothing to take a checkpoint of."


# Moments


class UnknownMoment(JarvisError, LookupError):
    """A moment that is neither `now`, nor a recovery point, nor a run, nor a time."""

    sentence = (
        "{orchestrator!r} has no recovery point, checkpoint or run {moment!r}{hint}, and it is no time as "
        "2026-11-21T09:30:00Z is one; `jarvis-ctx points` lists the points."
    )


class NoBase(JarvisError, LookupError):
    """A base was chosen by hand that is not there."""

    sentence = "There is no {source} to recover {orchestrator!r} from in {path}."


class NotRunning(JarvisError):
    """Something was asked of an orchestrator that only one that runs can do."""

    sentence = "{orchestrator!r} does not run in {path}, so it cannot {what}; {remedy}."


class NotTheOwner(JarvisError):
    """A worker, or a manager that is closed, was asked for what only the orchestrator's own process does."""

    sentence = "This process does not run {orchestrator!r} any more or never did, so it cannot {what}."
