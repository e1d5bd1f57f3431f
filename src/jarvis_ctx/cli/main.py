"""`jarvis-ctx`: the group of commands, and how an error ends one."""

from __future__ import annotations

import logging
from typing import Any

import click

from jarvis_ctx import __version__
from jarvis_ctx.cli.agents import agents
from jarvis_ctx.cli.backup import backup, restore_backup
from jarvis_ctx.cli.checkpoint import checkpoint
from jarvis_ctx.cli.cleanup import cleanup
from jarvis_ctx.cli.completion import completion
from jarvis_ctx.cli.config import config
from jarvis_ctx.cli.conversation import conversation
from jarvis_ctx.cli.dashboard import dashboard
from jarvis_ctx.cli.decisions import decisions
from jarvis_ctx.cli.demo import demo
from jarvis_ctx.cli.diff import diff
from jarvis_ctx.cli.doctor import doctor
from jarvis_ctx.cli.exits import code_of
from jarvis_ctx.cli.explain import explain
from jarvis_ctx.cli.export import export
from jarvis_ctx.cli.messages import messages
from jarvis_ctx.cli.points import mark, points
from jarvis_ctx.cli.purge import purge
from jarvis_ctx.cli.rebuild import rebuild
from jarvis_ctx.cli.recover import recover
from jarvis_ctx.cli.rekey import rekey
from jarvis_ctx.cli.report import report
from jarvis_ctx.cli.resources import resources
from jarvis_ctx.cli.restore import restore
from jarvis_ctx.cli.run import run
from jarvis_ctx.cli.runs import runs
from jarvis_ctx.cli.serve import serve
from jarvis_ctx.cli.status import status
from jarvis_ctx.cli.store import Place, source_options
from jarvis_ctx.cli.tasks import tasks
from jarvis_ctx.cli.timeline import timeline
from jarvis_ctx.cli.token import token
from jarvis_ctx.cli.verify import verify
from jarvis_ctx.codec.redaction import Redaction
from jarvis_ctx.errors import JarvisError

SILENT = logging.NullHandler()
"""What the library would log, the commands say themselves, or doctor does."""


class Commands(click.Group):
    """Commands whose errors are one sentence on stderr and an exit code, never a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # click ends quietly when nobody reads any more.
        except (JarvisError, OSError) as error:
            click.echo(f"Error: {Redaction().text(_sentence(error))}", err=True)
            ctx.exit(code_of(error))

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def _sentence(error: JarvisError | OSError) -> str:
    """Ours are sentences; the system's become one: `/proc/store: No such file or directory.`"""
    if isinstance(error, JarvisError) or not error.strerror:
        return str(error)
    return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@source_options
@click.version_option(__version__, prog_name="jarvis-ctx")
def main(place: Place) -> None:
    """Look at an orchestrator's store, live or dead. Few commands write anything.

    The store is the folder that --path, JARVIS_CONTEXT_PATH or config/jarvis_ctx.yaml names.
    """
    logging.getLogger("jarvis_ctx").addHandler(SILENT)
    click.get_current_context().obj = place


LOOKING = (status, tasks, agents, decisions, messages, conversation, timeline, runs, resources, report, recover)
KEEPING = (checkpoint, points, mark, diff, restore, cleanup, rebuild, purge, rekey)
CARRYING = (backup, restore_backup, export, verify)

SERVING = (dashboard, serve, token)

for command in (run, *LOOKING, *KEEPING, *CARRYING, *SERVING, doctor, explain, config, completion, demo):
    main.add_command(command)
