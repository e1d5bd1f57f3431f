"""From plain to encrypted and back: noted before it begins, so that views take both meanwhile and nobody starts."""

from __future__ import annotations

from msgspec.structs import replace

from jarvis_ctx import decoding
from jarvis_ctx.clock import SystemClock
from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.codec.sealed import Seals
from jarvis_ctx.disk.files import sync_folder
from jarvis_ctx.settings import Settings
from jarvis_ctx.sidecar.encryption import Engine
from jarvis_ctx.sidecar.encryption_note import FORMAT, NAME, TURNING, Record, record_of, what_is_sealed, write
from jarvis_ctx.sidecar.rebuilding import RebuiltStore, derive
from jarvis_ctx.sidecar.views import StoreView
from jarvis_ctx.storage.wrap.sealed import SealedStore
from jarvis_ctx.storage.wrap.veil import redacted, veiled

FOREVER = 2**62
"""Later than any time, µs."""


def begin(settings: Settings, seals: Seals) -> None:
    """Note that the store is being turned, with which keys."""
    note = decoding.plain(seals.seal_json(b"true", TURNING))
    known = record_of(settings.folder)
    keys = [seals.key, *(key for key in (known.keys if known is not None else []) if key != seals.key)]
    sealed = what_is_sealed(settings)
    write(settings, Record(format=FORMAT, store=seals.store.hex(), sealed=sealed, keys=keys, turning=note))


def tables(settings: Settings, engine: Engine, seals: Seals, names: list[str], *, off: bool) -> None:
    """Make the rows of tasks, steps and runs anew, under the veil or without it."""
    veil = redacted(Redaction(settings.secret_names)) if settings.secrets == "encrypt" else veiled
    store = engine if off else SealedStore(engine, seals, veil)
    for name in names:
        view = StoreView(replace(settings, name=name), SystemClock())
        try:
            state = view.state()
        finally:
            view.close()
        engine.upkeep.forget(name, FOREVER, (), ())
        derive(store, view.values, state, RebuiltStore(path=str(settings.folder)))


def end(settings: Settings, seals: Seals, *, off: bool) -> None:
    """Note that it is done: sealed with the first key, or plain."""
    if off:
        (settings.folder / NAME).unlink(missing_ok=True)
        sync_folder(settings.folder)
    else:
        sealed = what_is_sealed(settings)
        write(settings, Record(format=FORMAT, store=seals.store.hex(), sealed=sealed, keys=[seals.key]))
