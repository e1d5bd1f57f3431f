"""The questions everyone asks, answered in one place: API, command line, dashboard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from jarvis_ctx.clock import iso
from jarvis_ctx.codec import exact
from jarvis_ctx.disk.progress import Progress, unwatched
from jarvis_ctx.insight import agents, doubts, entries, runs, status, tasks, timeline
from jarvis_ctx.insight.agents import Terms
from jarvis_ctx.insight.agents import Wanted as WantedAgents
from jarvis_ctx.insight.tasks import Key
from jarvis_ctx.insight.tasks import Wanted as WantedTasks
from jarvis_ctx.insight.timeline import Stretch, Wanted
from jarvis_ctx.insight.view import View
from jarvis_ctx.model.entries import TAILS, AgentMessage, ConversationEntry, Decision
from jarvis_ctx.model.event import Stamp
from jarvis_ctx.model.finding import Finding, Verification
from jarvis_ctx.model.report import RecoveryReport, StepLine
from jarvis_ctx.model.run import RunRecord

if TYPE_CHECKING:
    from jarvis_ctx.insight.families import Most
    from jarvis_ctx.insight.following import Following, Since
    from jarvis_ctx.insight.trail import Form
    from jarvis_ctx.insight.trail import Terms as TrailTerms
    from jarvis_ctx.journal.place import Place
    from jarvis_ctx.model.travel import KeptPoint, StateDiff
    from jarvis_ctx.retention.rules import Rules
    from jarvis_ctx.retention.survey import Cleanup
    from jarvis_ctx.settings import Settings


class Insight:
    """Read-only answers about one orchestrator, live or dead; nothing here writes. Raises `StoreUnavailable`.

    Every answer is without secrets (docs/secrets.md).
    """

    # What hardly any process asks for is imported where it is asked for: no start should wait for it.

    def __init__(self, view: View) -> None:
        self._view, self._shown = view, view.redaction

    @property
    def name(self) -> str:
        """The orchestrator's name."""
        return self._view.name

    def version(self) -> str:
        """Cheap to ask; another one whenever events were added since, so that what was answered is out of date."""
        return self._view.version()

    def status(self, most: int | None = None) -> dict[str, Any]:
        """Health at a glance: life, tasks, agents, checkpoint, lag, recovery. JSON-able; keys as in docs/cli.md.

        Of unfinished tasks, and of steps nobody was asked about, it names the oldest `most`, or all.
        """
        return self._shown(status.status(self._view, most))

    def glance(self) -> dict[str, Any]:
        """Of `status` what one always wants to see: `state`, `run`, `last_event`, `events` and `tasks`, how many.

        Where nothing was captured, `watched` is the process that a supervisor watches.
        """
        return self._shown(status.glance(self._view))

    def tasks(self, status: str | None = None) -> list[dict[str, Any]]:
        """The tasks, oldest first; with `status`, those that have it, as given or as shown."""
        return self._shown(tasks.lines(self._view.state(), status))

    def task_page(
        self, wanted: WantedTasks, limit: int, after: Key | None = None
    ) -> tuple[list[dict[str, Any]], Key | None]:
        """At most `limit` of the tasks that are wanted, oldest first, behind the key `after`; and where to go on."""
        found, key = tasks.page(self._view.state(), wanted, limit, after)
        return self._shown(found), key

    def board(self, wanted: WantedTasks, most: int) -> list[dict[str, Any]]:
        """The tasks by shown status: how many, and the `most` that changed last. JSON-able."""
        from jarvis_ctx.insight import board

        return self._shown(board.columns(self._view.state(), wanted, most))

    def dependencies(self, most: int) -> dict[str, Any]:
        """What waits for what: at most `most` tasks, and the edges between them. JSON-able."""
        from jarvis_ctx.insight import dependencies

        return self._shown(dependencies.graph(self._view.state(), most))

    def task(self, id: str, most: int) -> dict[str, Any] | None:
        """All there is to know of one task: how it stands, calls, steps, last error, decisions about it, and its latest
        `most` events, the newest first. None where nobody has ever named it. JSON-able.
        """
        from jarvis_ctx.insight.dossier import dossier

        found = dossier(self._view, id, most)
        return self._shown(found.plain()) if found is not None else None

    def families(self, most: Most, group: str | None = None) -> dict[str, Any]:
        """Tasks that belong together, each with what led to it, of all groups or of one. JSON-able."""
        from jarvis_ctx.insight import families

        return self._shown(msgspec.to_builtins(families.families(self._view.state(), most, group)))

    def agents(self) -> list[dict[str, Any]]:
        """The agents by id, with health (alive, stuck, stale, gone, unseen, ended) and last sign of life."""
        view = self._view
        state = view.state()
        return self._shown(agents.everyone(view, state))

    def agent_page(self, wanted: WantedAgents, limit: int, after: str | None = None) -> dict[str, Any]:
        """At most `limit` of the agents that are wanted, by id, behind the id `after`: `items`, `last` (its id, where
        there are more), and of all agents `total` and `counts` by health. JSON-able.
        """
        view = self._view
        state = view.state()
        everyone = agents.everyone(view, state)
        found = agents.page(everyone, wanted, limit, after)
        return {**found, "items": self._shown(found["items"])}

    def terms(self) -> Terms:
        """After how long agents are judged."""
        return agents.terms(self._view, self._view.state())

    def decisions(self, limit: int = 100) -> list[Decision]:
        """The latest `limit` decisions, oldest first. Raises `BadValue` for a limit below 1."""
        return self._entries("DecisionLogged", limit)

    def messages(self, limit: int = 100) -> list[AgentMessage]:
        """The latest `limit` messages between agents, oldest first. Raises `BadValue` for a limit below 1."""
        return self._entries("MessageSent", limit)

    def conversation(self, limit: int = 100) -> list[ConversationEntry]:
        """The latest `limit` turns of the conversation, oldest first. Raises `BadValue` for a limit below 1."""
        return self._entries("MessageAdded", limit)

    def runs(self) -> list[RunRecord]:
        """The runs of this orchestrator that the state keeps, oldest first."""
        return self._shown(sorted(self._view.state().runs.values(), key=lambda run: run.epoch))

    def run_lines(self) -> list[dict[str, Any]]:
        """The same runs as plain data, each with its `state`: `live`, `ended` (cleanly) or `dead`."""
        return self._shown(runs.lines(self._view))

    def timeline(self, limit: int = 100, wanted: Wanted | None = None) -> Stretch:
        """The latest `limit` events of all kinds that are wanted, in order. Raises `BadValue`."""
        return self._shown(timeline.latest(self._view, limit, wanted or timeline.Wanted()))

    def timeline_page(
        self, wanted: Wanted, limit: int, before: Stamp | None = None
    ) -> tuple[list[dict[str, Any]], Stamp | None]:
        """At most `limit` events before a stamp, the newest first, and the stamp to go on before. Raises `BadValue`."""
        from jarvis_ctx.insight import history

        past = history.page(self._view, wanted, limit, before)
        return self._shown([timeline.line(event) for event in past.events]), past.before

    def said_page(
        self, kind: str, limit: int, before: Stamp | None = None
    ) -> tuple[list[dict[str, Any]], Stamp | None]:
        """At most `limit` decisions, messages or turns (`DecisionLogged`, `MessageSent`, `MessageAdded`), as above."""
        from jarvis_ctx.insight import history

        past = history.said(self._view, kind, limit, before)
        return self._shown(history.lines(past)), past.before

    def timeline_after(self, earlier: Stretch, wanted: Wanted | None = None) -> Stretch:
        """What was appended since `earlier` was asked for, in order."""
        return self._shown(timeline.after(self._view, earlier, wanted or timeline.Wanted()))

    def following(self) -> Following:
        """The events as they come, from now on; close it after use."""
        from jarvis_ctx.insight.following import Following

        return Following(self._view)

    def since(self, place: Place, heard: Place, limit: int) -> Since:
        """The latest lines since `place`, where somebody who follows has come as far as `heard`.

        Raises `UnknownPosition`.
        """
        from jarvis_ctx.insight import following

        return following.since(self._view, place, heard, limit)

    def metrics(self) -> dict[str, Any]:
        """What is measured: sizes, growth, lag, losses, counts. JSON-able; keys as in docs/api.md."""
        from jarvis_ctx.insight.metrics import metrics

        return self._shown(metrics(self._view))

    def resources(self, limit: int = 360) -> dict[str, Any]:
        """The latest `limit` samples of what it uses, who supervises it, and how its processes ended. JSON-able."""
        from jarvis_ctx.insight.resources import resources

        return self._shown(resources(self._view, limit))

    def attributes(self) -> dict[str, Any]:
        """The named values that were set."""
        return self._shown(attributes(self._view))

    def report(self) -> RecoveryReport | None:
        """The latest recovery report; None when there never was a recovery."""
        return self._view.report()

    def still_in_doubt(self, report: RecoveryReport) -> list[StepLine]:
        """Those of a report's steps in doubt that have been neither asked about nor done again since."""
        return doubts.still(report, self._view.state())

    def cleanup(self, rules: Rules) -> Cleanup:
        """What a cleanup by these rules would remove now; reads every archived segment that is old enough."""
        from jarvis_ctx.graphs.source import complete
        from jarvis_ctx.retention.looking import look

        view = self._view
        return look(view.folder, view.state(), view.files, complete(view), rules, view.now())

    def points(self) -> list[KeptPoint]:
        """The recovery points, oldest first; reads and verifies every copy of each."""
        from jarvis_ctx.insight.points import points

        return self._shown(points(self._view.layers(), self._view.state()))

    def find(self, moment: str) -> str:
        """What a moment means, in words. Raises `UnknownMoment`, and `CorruptData` where nothing is left of it."""
        from jarvis_ctx.recovery import moments

        return moments.find(self._view.layers(), moment, self._view.state()).means

    def diff(self, a: str, b: str = "now") -> StateDiff:
        """What changed between two moments: `now`, a point's label or id, a run's id, or an ISO 8601 time.

        Raises `UnknownMoment`, and `CorruptData` where nothing is left to rebuild one of them from.
        """
        from jarvis_ctx.insight.diff import diff
        from jarvis_ctx.recovery import moments

        layers, now = self._view.layers(), self._view.state()
        found = diff(moments.find(layers, a, now), moments.find(layers, b, now), layers, self._shown)
        return self._shown(found)

    def doctor(self, environ: Mapping[str, str] | None = None) -> list[Finding]:
        """Every check of the store's health, each with what to do about what it found; reads every file.

        `environ` is searched for variables that look like settings and are none.
        """
        from jarvis_ctx.insight import doctor

        return self._shown(doctor.examine(self._view, environ or {}))

    def verify(self, progress: Progress = unwatched) -> Verification:
        """Every digest of the store, of this orchestrator alone where it is one of its own; reads every file."""
        from jarvis_ctx.insight.verification import verification

        return verification([self._view], progress)

    def trail(self, form: Form, wanted: Wanted, terms: TrailTerms | None = None) -> Iterator[str]:
        """The audit trail, line by line without their ends: every event in order, chained by digests.

        Ask for all of it before the view is closed. Raises `BadValue` for an unknown kind.
        """
        from jarvis_ctx.insight import trail

        return trail.lines(self._view, form, wanted, iso(self._view.now()), terms)

    def forecast(self, settings: Settings, source: str | None = None, label: str = "") -> dict[str, Any]:
        """What a start would find and do now; JSON-able, keys as `recover --dry-run --json` in docs/cli.md.

        With a `source` (and `label`), from the base that `recover --from` would choose. Raises `NoBase`, and
        `CorruptData` or `NotOurs` for one that does not verify.
        """
        from jarvis_ctx.insight.forecast import foreseen

        return self._shown(foreseen(self._view, settings, source, label))

    def _entries(self, kind: str, limit: int) -> list[Any]:
        view, state = self._view, self._view.state()
        tail, where = getattr(state, TAILS[kind]), (view.queries, view.name, view.values)
        return self._shown(entries.latest(tail, kind, limit, *where, restores=state.restores))


def attributes(view: View) -> dict[str, Any]:
    """The named values exactly as they were given, secrets too: for the program that gave them."""
    found = view.state().attributes
    return {name: exact.from_tree(attribute.value) for name, attribute in found.items()}
