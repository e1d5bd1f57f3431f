"""`jarvis-ctx completion`: what teaches a shell to complete commands, options and kinds of events."""

from __future__ import annotations

import click

PROGRAM, VARIABLE = "jarvis-ctx", "_JARVIS_CTX_COMPLETE"
SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print a script for SHELL, to be read by it at its start.

    bash: eval "$(jarvis-ctx completion bash)" in ~/.bashrc; zsh: the same with zsh in ~/.zshrc;
    fish: jarvis-ctx completion fish > ~/.config/fish/completions/jarvis-ctx.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(click.get_current_context().find_root().command, {}, PROGRAM, VARIABLE).source())
