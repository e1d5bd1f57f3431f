"""Checks of the checkpoints outside the database: the key is there, every file verifies."""

from __future__ import annotations

from collections.abc import Iterator

from jarvis_ctx.checkpoint.files import CheckpointFiles
from jarvis_ctx.clock import iso
from jarvis_ctx.codec import sign
from jarvis_ctx.disk.progress import Tell, unwatched
from jarvis_ctx.errors import CorruptData, NotOurs, UnsafeFolder, WrongEncryptionKey
from jarvis_ctx.insight.checkup.journal import never_begun
from jarvis_ctx.insight.findings import ok, problem, warning
from jarvis_ctx.insight.view import View
from jarvis_ctx.model.finding import Finding
from jarvis_ctx.recovery.wording import day_time, number


def check(view: View) -> Iterator[Finding]:
    """Key, files, and what the live run says of its last one."""
    yield from digests(view)
    if view.seals is not None:
        others = f"; it opens what {', '.join(view.seals.known[1:])} sealed, too" if view.seals.known[1:] else ""
        yield ok("encryption", f"Key {view.seals.key} encrypts this store{others}.")
        if view.seals.plain:
            sentence = "It is halfway between plain and encrypted, and no orchestrator can start here."
            yield problem("encryption", sentence, "finish that: jarvis-ctx rekey, or jarvis-ctx rekey --off")
    if view.files.emergencies():
        remedy = "see the database's own check; delete them once the database is well"
        yield warning("checkpoints", "There are emergency files: the database could not be used for a while.", remedy)
    error = view.pulse().checkpoint_error
    if error:
        remedy = "calls are kept in the journal all the same; look at the reason and at disk space"
        yield problem("checkpoint", f"The last checkpoint did not reach the database: {error}", remedy)


def digests(view: View, tell: Tell = unwatched) -> Iterator[Finding]:
    """The key, and every checkpoint file, twin and emergency file of this orchestrator."""
    if never_begun(view):
        return
    key, finding = _key(view)
    yield finding
    yield from _files(view, key, tell)


def _key(view: View) -> tuple[sign.Key | None, Finding]:
    path = view.folder / "secret.key"
    try:
        key = sign.load_key(path)
    except (CorruptData, UnsafeFolder) as error:
        remedy = "restore it from a backup, or make its mode 600; until then recovery uses the JSON twins"
        return None, problem("key", str(error), remedy)
    if key is None:
        remedy = "restore it from a backup; otherwise the next start makes one, and older signed files are not used"
        return None, problem("key", "secret.key is missing, so no signed checkpoint can be verified.", remedy)
    return key, ok("key", f"Key {key.id} signs this store's checkpoints.")


def _files(view: View, key: sign.Key | None, tell: Tell) -> Iterator[Finding]:
    files = CheckpointFiles(view.folder, view.name, key, view.seals)
    newest: dict[str, str] = {}
    good, bad = 0, []
    for path in files.signed() + files.changes() + files.twins() + files.emergencies():
        if key is None and path.suffix in (".pkl", ".changes"):
            continue  # The missing key is its own finding.
        try:
            header, _ = files.load(path)
            good += 1
            newest.setdefault("taken", day_time(iso(header.taken)))
        except (CorruptData, NotOurs, WrongEncryptionKey) as error:
            bad.append(str(error))
        tell(path.stat().st_size if path.exists() else 0)
    for sentence in bad:
        remedy = "delete the file: recovery passes it over and uses an older one, a twin or the events"
        yield warning("checkpoints", sentence, remedy)
    if good:
        yield ok("checkpoints", f"{number(good, 'file')} verified, the newest taken {newest['taken']}.")
    elif bad:
        yield problem("checkpoints", "No checkpoint file verifies.", "run: jarvis-ctx checkpoint")
    else:
        yield ok("checkpoints", "There is none yet; recovery would fold all events.")
