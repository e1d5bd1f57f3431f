"""Tasks and steps that are not run, or whose outcome is not known."""

from __future__ import annotations

from jarvis_ctx.errors.root import JarvisError


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
