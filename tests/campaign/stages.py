"""The store of a round, its children, and the verdicts on it as a finding."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

from tests.campaign.fault import Finding, Round
from tests.crash.children import Server
from tests.crash.harness import Stage, Verdicts
from tests.crash.verdict import Verdict

NAMES = {"out_of_order": "disordered", "outdated": "lost"}
"""What the campaign calls the parts of a verdict."""

_servers: dict[Path, Server] = {}
"""The warm one of this player, by the folder of its log."""


def server(round: Round) -> Server:
    """The player's server of children; what it still has is ended after the round."""
    folder = round.folder.parent
    if folder not in _servers:
        _servers[folder] = Server(folder / f"children-{os.getpid()}.log")
    return _servers[folder]


def stage(round: Round) -> Stage:
    """A new store for the round, whose moments it draws."""
    return Stage(server(round), round.folder, round.random)


def clear() -> None:
    """Leave no child of the round behind."""
    for one in _servers.values():
        one.clear()


def close() -> None:
    """End the server of children, if there is one."""
    for one in _servers.values():
        one.close()
    _servers.clear()


def begin_apart() -> None:
    """In a fork of a player: its server of children is not ours."""
    _servers.clear()


def judged(stage: Stage, verdicts: Verdicts, threads: int) -> Finding:
    """The finding of a round whose store was verified as a whole: a call counts once, in however many layers."""
    tokens: dict[str, set[str]] = defaultdict(set)
    for layer in (verdicts.events, verdicts.database, verdicts.state):
        for name in Verdict.__struct_fields__:
            tokens[NAMES.get(name, name)] |= set(getattr(layer, name))
    found = Finding()
    found.tally.update({name: len(them) for name, them in tokens.items()})
    found.tally["acknowledged"] = len(stage.said().acknowledged)
    for layer_name, wrong in verdicts.wrong(threads).items():
        found.wrong += [f"{layer_name}: {name}: {', '.join(some[:5])}" for name, some in wrong.items()]
    return found
