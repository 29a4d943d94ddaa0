"""``azops completion``: shell completion for verbs, options, files and steps."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from azops_tui.cli.out import echo
from azops_tui.sanitise import clean


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of SHELL.

    For bash, add `eval "$(azops completion bash)"` to ~/.bashrc; for zsh, the same to ~/.zshrc. For fish, write the
    output to ~/.config/fish/completions/azops.fish.
    """
    from azops_tui.cli.main import cli

    kind = get_completion_class(shell)
    assert kind is not None
    echo(clean(kind(cli, {}, "azops", "_AZOPS_COMPLETE").source()))
