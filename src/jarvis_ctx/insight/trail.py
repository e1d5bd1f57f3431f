"""The audit trail: every event in order, one line each, chained by digests, so that no line can change unseen."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import msgspec

from jarvis_ctx.codec import exact
from jarvis_ctx.errors import CorruptData, StoreUnavailable
from jarvis_ctx.insight.entries import time_of
from jarvis_ctx.insight.sorting import Sorting
from jarvis_ctx.insight.timeline import Wanted, check, line
from jarvis_ctx.insight.view import View
from jarvis_ctx.journal import archive, frame, read
from jarvis_ctx.journal.others import stored
from jarvis_ctx.journal.ports import StoredEvent
from jarvis_ctx.model.state import State

FORMAT = "jarvis-ctx audit trail 1"
COLUMNS = ("writer", "number", "time", "run", "kind", "subject", "body", "digest")
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula."""
CHAIN = ',"chain":"'
BREATH = 100
"""Events after which whoever waits has a turn."""
Form = Literal["jsonl", "csv"]


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What is heeded while a trail is made for somebody else."""

    hide: Callable[[str], str] = str
    """Takes out of a text what is not for them."""
    breathe: Callable[[], object] = bool
    """Called now and then: it may wait."""


def lines(view: View, form: Form, wanted: Wanted, created: str, terms: Terms | None = None) -> Iterator[str]:
    """The trail as lines of that form, without their ends. Raises `BadValue` for an unknown kind."""
    check(wanted)
    made = json_lines if form == "jsonl" else comma_lines
    return made(view, wanted, created, terms or Terms())


def events(view: View, wanted: Wanted, damaged: list[str], breathe: Callable[[], object]) -> Iterator[dict[str, Any]]:
    """Every event that counts, from archive, segments and store, in order, without secrets.

    What cannot be read is named in `damaged`.
    """
    with Sorting() as sorting:
        for row in _rows(view, damaged):
            if frame.digester(row.writer)(row.number, row.payload.encode()).hex() != row.digest:
                damaged.append(f"Event {row.number} of writer {row.writer} in the database is damaged.")
            elif not (time := time_of(row)) or wanted.since is None or time >= wanted.since:
                sorting.add(time, row)
            if row.number % BREATH == 0:
                breathe()
        state = view.state()
        for row in sorting.sorted():
            said = _said(row, view, state, wanted, damaged)
            if said is not None:
                yield said
            if row.number % BREATH == 0:
                breathe()


def _said(row: StoredEvent, view: View, state: State, wanted: Wanted, damaged: list[str]) -> dict[str, Any] | None:
    if row.number > state.fences.get(row.writer, row.number):
        return None
    try:
        event = read.event(row.writer, row.payload.encode(), view.values)
    except CorruptData as error:
        damaged.append(str(error))
        return None
    if not wanted.takes(event) or state.cut.takes(event.writer, event.number, event.time, event.kind):
        return None
    return {**view.redaction(line(event)), "digest": row.digest}


def _rows(view: View, damaged: list[str]) -> Iterator[StoredEvent]:
    journal = view.folder / "journal"
    for path in read.segment_files(journal):
        try:
            segment = read.read_segment(path)
        except FileNotFoundError:
            continue  # Archived in this moment; the archive is listed after this.
        if segment.opening is not None and segment.opening.orchestrator == view.name:
            yield from (stored(segment.writer, found) for found in segment.frames)
    for archived in archive.listing(journal / "archive"):
        if archived.orchestrator == view.name:
            try:
                segment = archive.read_archived(archived)
            except (CorruptData, OSError) as error:
                damaged.append(str(error))
                continue
            yield from (stored(segment.writer, found) for found in segment.frames)
    try:
        store = view.layers().events
        yield from store.events(view.name, {}) if store is not None else ()
    except StoreUnavailable as error:
        damaged.append(str(error))


def json_lines(view: View, wanted: Wanted, created: str, terms: Terms) -> Iterator[str]:
    """A header, a line an event, a trailer: each a JSON object whose last key chains it to all lines before."""
    damaged: list[str] = []
    count, chain = 0, ""
    for said in _framed(events(view, wanted, damaged, terms.breathe), view.name, created):
        text = terms.hide(exact.encode(said, limit=2**40).decode())
        chain, whole = _chained(text, chain)
        count += "digest" in said
        yield whole
    trailer = exact.encode({"trailer": True, "events": count, "damaged": view.redaction(damaged)}, limit=2**40)
    yield _chained(terms.hide(trailer.decode()), chain)[1]


def _framed(lines: Iterable[dict[str, Any]], name: str, created: str) -> Iterator[dict[str, Any]]:
    yield {"format": FORMAT, "orchestrator": name, "created": created}
    yield from lines


def _chained(text: str, chain: str) -> tuple[str, str]:
    after = hashlib.sha256(f"{chain}\n{text}".encode()).hexdigest()
    return after, f'{text[:-1]}{CHAIN}{after}"}}'


def comma_lines(view: View, wanted: Wanted, created: str, terms: Terms) -> Iterator[str]:
    """The same as CSV: the last cell of each row chains it; nothing in it begins as a formula."""
    damaged: list[str] = []
    yield _row([FORMAT, view.name, created])
    chain, count = hashlib.sha256(_row([FORMAT, view.name, created]).encode()).hexdigest(), 0
    chain, text = _linked([*COLUMNS], chain)
    yield text
    for said in events(view, wanted, damaged, terms.breathe):
        body = exact.encode(said["body"], limit=2**40).decode()
        cells = [*(str(said[name]) for name in COLUMNS[:6]), body, said["digest"]]
        chain, text = _linked(list(map(terms.hide, cells)), chain)
        count += 1
        yield text
    yield _linked(["trailer", str(count), *map(terms.hide, view.redaction(damaged))], chain)[1]


def _linked(cells: list[str], chain: str) -> tuple[str, str]:
    safe = [f"'{cell}" if cell.startswith(RISKY) else cell for cell in cells]
    after = hashlib.sha256((chain + "\n" + json.dumps(safe)).encode()).hexdigest()
    return after, _row([*safe, after])


def _row(cells: list[str]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="").writerow(cells)
    return made.getvalue()


def verified(text: Iterable[str], what: str) -> int:
    """How many events an exported file holds, once all its digests are right and its trailer is there.

    Raises `CorruptData`, naming the first line that does not follow from those before it.
    """
    lines = iter(text)
    first = next(lines, "")
    check = _json_lines if first.startswith("{") else _comma_lines
    return check(first, lines, what)


def _json_lines(first: str, lines: Iterator[str], what: str) -> int:
    chain, count, ended, number = "", 0, False, 0
    for number, whole in enumerate([first, *lines], 1):
        text, found, _ = whole.rstrip("\n").rpartition(CHAIN)
        chain, expected = _chained(text + "}", chain)
        if not found or ended or expected != whole.rstrip("\n"):
            raise CorruptData(what=f"Line {number} of {what}", reason="it is not as it was exported")
        said = json.loads(text + "}")
        if number == 1 and said.get("format") != FORMAT:
            raise CorruptData(what=what, reason="it is no audit trail of this version")
        count, ended = count + ("digest" in said), said.get("trailer") is True
        if ended and said.get("events") != count:
            raise CorruptData(what=what, reason="it lacks events")
    if not ended:
        raise CorruptData(what=what, reason=f"it ends after line {number} without its trailer")
    return count


def _comma_lines(first: str, lines: Iterator[str], what: str) -> int:
    head = next(csv.reader([first]), [])
    if not head or head[0] != FORMAT:
        raise CorruptData(what=what, reason="it is no audit trail of this version")
    chain, rows = hashlib.sha256(_row(head).encode()).hexdigest(), list(csv.reader(lines))
    for number, cells in enumerate(rows, 2):
        chain = hashlib.sha256((chain + "\n" + json.dumps(cells[:-1])).encode()).hexdigest()
        if not cells or cells[-1] != chain:
            raise CorruptData(what=f"Row {number} of {what}", reason="it is not as it was exported")
    count = len(rows) - 2
    if not rows or rows[-1][:2] != ["trailer", str(count)]:
        raise CorruptData(what=what, reason="it ends without its trailer, or lacks events")
    return count
