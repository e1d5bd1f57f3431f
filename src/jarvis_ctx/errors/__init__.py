"""Every error jarvis-ctx raises: one class a mistake, one English sentence a class."""

from jarvis_ctx.errors.arguments import BadSetting, BadValue, UnknownMethod, UnknownSetting
from jarvis_ctx.errors.keys import BadEncryptionKey, EncryptionKeyMissing, WrongEncryptionKey
from jarvis_ctx.errors.moments import NoBase, UnknownMoment
from jarvis_ctx.errors.requests import NotAnswered, RequestFailed
from jarvis_ctx.errors.root import JarvisError, did_you_mean
from jarvis_ctx.errors.runs import (
    AlreadyRunning,
    Closed,
    Fenced,
    NothingToKeep,
    NotRunning,
    NotTheOwner,
    TooManyObjects,
)
from jarvis_ctx.errors.stores import (
    NewerSchema,
    NoStore,
    SeveralOrchestrators,
    StoreDamaged,
    StoreInUse,
    StoreUnavailable,
    UnknownOrchestrator,
    UnsafeFolder,
)
from jarvis_ctx.errors.supervision import AlreadySupervised, CommandNotStarted, LeftRunning
from jarvis_ctx.errors.tasks import CodeChanged, NotQuarantined, ResultNotKept, StepInDoubt, TaskQuarantined
from jarvis_ctx.errors.values import (
    BaseUnusable,
    CorruptData,
    NotOurs,
    OtherVersion,
    TooLarge,
    Unreadable,
    UnstorableValue,
)
from jarvis_ctx.errors.web import (
    ExposedBind,
    NotServed,
    TooManyStreams,
    UnknownCursor,
    UnknownPosition,
    UnknownToken,
    WebMissing,
)
from jarvis_ctx.errors.writing import DurabilityUnknown, JournalUnavailable, UnknownOperation

__all__ = [
    "AlreadyRunning",
    "AlreadySupervised",
    "BadEncryptionKey",
    "BadSetting",
    "BadValue",
    "BaseUnusable",
    "Closed",
    "CodeChanged",
    "CommandNotStarted",
    "CorruptData",
    "DurabilityUnknown",
    "EncryptionKeyMissing",
    "ExposedBind",
    "Fenced",
    "JarvisError",
    "JournalUnavailable",
    "LeftRunning",
    "NewerSchema",
    "NoBase",
    "NoStore",
    "NotAnswered",
    "NotOurs",
    "NotQuarantined",
    "NotRunning",
    "NotServed",
    "NotTheOwner",
    "NothingToKeep",
    "OtherVersion",
    "RequestFailed",
    "ResultNotKept",
    "SeveralOrchestrators",
    "StepInDoubt",
    "StoreDamaged",
    "StoreInUse",
    "StoreUnavailable",
    "TaskQuarantined",
    "TooLarge",
    "TooManyObjects",
    "TooManyStreams",
    "UnknownCursor",
    "UnknownMethod",
    "UnknownMoment",
    "UnknownOperation",
    "UnknownOrchestrator",
    "UnknownPosition",
    "UnknownSetting",
    "UnknownToken",
    "Unreadable",
    "UnsafeFolder",
    "UnstorableValue",
    "WebMissing",
    "WrongEncryptionKey",
    "did_you_mean",
]
