"""The settings: one record, filled from arguments, then JARVIS_* variables, then .env, then YAML, then defaults."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec

from jarvis_ctx import decoding
from jarvis_ctx.errors import BadSetting, UnknownSetting, did_you_mean

Seconds = Annotated[float, msgspec.Meta(gt=0, le=31_536_000, description="seconds above 0 and at most a year")]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000, description="a whole number from 1 to 1000000000")]
Interval = Annotated[float, msgspec.Meta(ge=0, le=31_536_000, description="seconds from 0 to a year")]
Days = Annotated[int, msgspec.Meta(ge=1, le=36_500, description="a whole number of days from 1 to 36500")]
DaysOrNever = Annotated[int, msgspec.Meta(ge=0, le=36_500, description="a whole number of days from 0 to 36500")]
CountOrAll = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000, description="a whole number from 0 to 1000000000")]
Bytes = Annotated[int, msgspec.Meta(ge=4096, le=2**40, description="a number of bytes from 4096")]
Folder = Annotated[str, msgspec.Meta(min_length=1, description="the path of a folder")]
Host = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.:\[\]-]+\Z", description="a host's name or address")]
Port = Annotated[int, msgspec.Meta(ge=0, le=65_535, description="a port from 0 (any free one) to 65535")]
Rate = Annotated[int, msgspec.Meta(ge=0, le=1_000_000, description="a whole number from 0 to 1000000")]
Name = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,47}\Z",
        description="1 to 48 letters, digits, - and _, the first one a letter or digit",
    ),
]
MemorySize = Annotated[
    str,
    msgspec.Meta(pattern=r"^(\d+(\.\d+)? ?[kMGT]?B?)?\Z", description="a size such as 800M or 1.5 GB, or nothing"),
]
KeySource = Annotated[
    str, msgspec.Meta(pattern=r"^((env|file|command):.+)?\Z", description="env:NAME, file:PATH or command:COMMAND")
]

ENVIRONMENT = {"path": "JARVIS_CONTEXT_PATH", "history_size": "JARVIS_CONTEXT_HISTORY_SIZE"}
NOT_SETTINGS = {"JARVIS_CONFIG", "JARVIS_SUPERVISED", "JARVIS_URL", "JARVIS_TOKEN", "JARVIS_TOKEN_FILE"}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a sidecar can be told. docs/settings.md and config/jarvis_ctx.yaml say what each one means."""

    path: Folder = "./memory/context/jarvis"
    name: Name = "jarvis"
    store: Literal["sqlite", "memory"] = "sqlite"
    durability: Literal["process", "power", "store"] = "process"
    store_timeout: Seconds = 10.0
    sync_interval: Seconds = 1.0
    drain_interval: Seconds = 0.05
    checkpoint_interval: Seconds = 30.0
    checkpoints_kept: Count = 10
    history_size: Count = 100
    state_interval: Interval = 1.0
    retention_days: Days = 90
    decision_days: Days = 3650
    thread_days: DaysOrNever = 0
    thread_checkpoints_kept: CountOrAll = 0
    cleanup_interval: Seconds = 86_400.0
    stale_after: Seconds = 300.0
    stuck_after: Seconds = 1800.0
    resume: Literal["report", "skip", "redispatch"] = "report"
    redispatch_concurrency: Count = 1
    max_attempts: Count = 3
    isolation_timeout: Seconds = 300.0
    on_code_change: Literal["resume", "refuse", "fresh"] = "resume"
    on_capture_error: Literal["count", "raise"] = "count"
    on_refused: Literal["warn", "raise"] = "warn"
    max_argument_bytes: Bytes = 65_536
    max_value_bytes: Bytes = 67_108_864
    segment_bytes: Bytes = 1_048_576
    backlog_bytes: Bytes = 268_435_456
    backlog_wait: Seconds = 1.0
    segment_io: Literal["auto", "mmap", "write"] = "auto"
    secrets: Literal["keep", "encrypt", "drop"] = "keep"
    secret_names: str = ""
    encryption_key: KeySource = ""
    serve: bool = False
    host: Host = "127.0.0.1"
    port: Port = 3004
    allowed_hosts: str = ""
    rate_limit: Rate = 200
    handle_signals: bool = True
    disabled: bool = False
    log_file: str = ""
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    restart: Literal["on-failure", "always", "never"] = "on-failure"
    max_restarts: Count = 5
    restarts_within: Seconds = 600.0
    hang_timeout: Interval = 0.0
    term_grace: Interval = 10.0
    memory_limit: MemorySize = ""
    output_log: str = ""

    @property
    def folder(self) -> Path:
        """The store's folder, absolute."""
        return Path(self.path).expanduser().absolute()


FIELDS = {field.name: field for field in msgspec.structs.fields(Settings)}


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return ENVIRONMENT.get(name, f"JARVIS_{name.upper()}")


def load(arguments: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `arguments` > `environ` > ./.env > the YAML file > defaults.

    The YAML file is ./config/jarvis_ctx.yaml, or what JARVIS_CONFIG names. Raises `UnknownSetting` or `BadSetting`,
    naming the source and the nearest right name. A variable that is set to nothing counts as not set.
    """
    chosen: dict[str, Any] = {}
    for values, source in _layers(arguments, environ):
        _check_names(values, FIELDS, source)
        chosen |= {name: _convert(name, value, source) for name, value in values.items()}
    return Settings(**chosen)


def sources(arguments: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Where `load` takes each setting from: its sources' names in errors, and `the default`."""
    found = dict.fromkeys(FIELDS, "the default")
    for values, source in _layers(arguments, environ):
        found |= dict.fromkeys(values, source)
    return found


def _layers(
    arguments: Mapping[str, Any] | None, environ: Mapping[str, str] | None
) -> list[tuple[Mapping[str, Any], str]]:
    """What each source names, the weakest first."""
    environ = os.environ if environ is None else environ
    dotenv = _dotenv()
    config = environ.get("JARVIS_CONFIG") or dotenv.get("JARVIS_CONFIG")
    return [
        (_yaml(Path(config or "config/jarvis_ctx.yaml"), required=bool(config)), "the configuration file"),
        (_variables(dotenv), ".env"),
        (_variables(environ), "the environment"),
        ({k: v for k, v in (arguments or {}).items() if v is not None}, "an argument"),
    ]


def _check_names(names: Iterable[str], known: Iterable[str], source: str) -> None:
    known = list(known)
    for name in names:
        if name not in known:
            raise UnknownSetting(name=name, source=source, hint=did_you_mean(str(name), known))


def _convert(name: str, value: Any, source: str) -> Any:
    field = FIELDS[name]
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    try:
        return decoding.convert(value, field.type, strict=not isinstance(value, str))
    except msgspec.ValidationError as error:
        shown = "(not shown)" if name == "encryption_key" else value  # It may be the key itself, by mistake.
        raise BadSetting(name=name, value=shown, source=source, expected=_expected(field.type, value)) from error


def _expected(kind: Any, value: Any) -> str:
    """What a setting of that type may be, for people."""
    if get_origin(kind) is Literal:
        choices = list(get_args(kind))
        return f"{', '.join(choices[:-1])} or {choices[-1]}{did_you_mean(str(value), choices)}"
    if get_origin(kind) is Annotated:
        return str(get_args(kind)[1].description)
    return "true or false" if kind is bool else "text"


def _variables(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ[variable(name)] for name in FIELDS if environ.get(variable(name))}


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """JARVIS_* variables that are no setting; an application of that name may have its own, so they are only listed."""
    known = NOT_SETTINGS | {variable(name) for name in FIELDS}
    return sorted(key for key in environ if key.startswith("JARVIS_") and key not in known)


def _dotenv() -> dict[str, str]:
    if not os.path.exists(".env"):
        return {}
    from dotenv import dotenv_values

    return {
        key: value for key, value in dotenv_values(".env").items() if value is not None and key.startswith("JARVIS_")
    }


def _yaml(path: Path, *, required: bool) -> dict[str, Any]:
    if not required and not path.exists():
        return {}
    import yaml

    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadSetting(
            name="JARVIS_CONFIG", value=str(path), source="the environment", expected="a YAML file"
        ) from error
    if not isinstance(loaded, dict):
        raise BadSetting(name="JARVIS_CONFIG", value=str(path), source="the environment", expected="a YAML mapping")
    return loaded
