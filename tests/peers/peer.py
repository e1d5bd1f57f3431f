"""Who takes part: what each one documents of its durability, and what a program has to do to carry on with it."""

from __future__ import annotations

import msgspec


class Peer(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table. `program` is a module of `programs`, `arguments` come after its folder."""

    name: str
    title: str
    program: str
    arguments: tuple[str, ...] = ()
    package: str = ""
    """What it needs; a program that has none runs in our own environment."""
    documented: str
    """What its own documentation promises, in our words, with the page."""
    resumes: str
    """What carries on after a death, and what the program has to do for it."""

    @property
    def ours(self) -> bool:
        """Whether it is jarvis-ctx."""
        return self.program == "jarvis"


_OURS = "survives any death of the process; a power loss may take the last second ([guarantees.md](guarantees.md))"
_LANGGRAPH = "https://docs.langchain.com/oss/python/langgraph/durable-execution"

PEERS = (
    Peer(
        name="jarvis",
        title="jarvis-ctx",
        program="jarvis",
        documented=_OURS + "; a step cut off in the middle is done again",
        resumes="yes: the same program",
    ),
    Peer(
        name="jarvis-reconcile",
        title="jarvis-ctx with `reconcile`",
        program="jarvis",
        arguments=("--reconcile",),
        documented=_OURS + "; a step cut off in the middle is looked up first",
        resumes="yes: the same program",
    ),
    Peer(
        name="langgraph-sync",
        title='LangGraph SqliteSaver, `durability="sync"`',
        program="langgraph_sqlite",
        arguments=("sync",),
        package="langgraph-checkpoint-sqlite",
        documented=f"each checkpoint is written before the next step starts ([durability modes]({_LANGGRAPH}))",
        resumes="when the program finds an unfinished thread and invokes it with `None`",
    ),
    Peer(
        name="langgraph-async",
        title='LangGraph SqliteSaver, `durability="async"` (its default)',
        program="langgraph_sqlite",
        arguments=("async",),
        package="langgraph-checkpoint-sqlite",
        documented="a checkpoint is written while the next step runs; a crash may lose it "
        f"([durability modes]({_LANGGRAPH}))",
        resumes="when the program finds an unfinished thread and invokes it with `None`",
    ),
    Peer(
        name="dbos",
        title="DBOS on SQLite",
        program="dbos_sqlite",
        package="dbos",
        documented="a workflow resumes at its last completed step, and a step runs at least once "
        "([concurrent executions](https://docs.dbos.dev/explanations/concurrent-executions)); "
        "PostgreSQL is what it recommends in production",
        resumes="yes: at its launch",
    ),
    Peer(
        name="diskcache",
        title="diskcache Index, memoized",
        program="diskcache_index",
        package="diskcache",
        documented="a persistent dictionary; no word on crashes. Its default is `synchronous=NORMAL`: a power loss may "
        "take the last commits ([tutorial](https://grantjenks.com/docs/diskcache/tutorial.html))",
        resumes="the program calls everything again, and gets what is kept",
    ),
    Peer(
        name="agents-session",
        title="OpenAI Agents SQLiteSession",
        program="agents_session",
        package="openai-agents",
        documented="a file keeps the conversation across runs; no word on crashes "
        "([sessions](https://openai.github.io/openai-agents-python/sessions/))",
        resumes="no: the program works out from the conversation where it was",
    ),
    Peer(
        name="pickle",
        title="a script that pickles every 30 s",
        program="pickle_script",
        documented="its last file",
        resumes="the program loads the file",
    ),
)
