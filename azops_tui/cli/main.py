"""``azops``: the group of all verbs, each imported only when it is called."""

from __future__ import annotations

import importlib
import sys

import click

from azops_tui import __version__, exits, paths
from azops_tui.cli.out import echo
from azops_tui.sanitise import clean

VERBS: dict[str, tuple[str, str]] = {
    "open": ("open", "Open a runbook on the screen."),
    "serve": ("serve", "Show a runbook in a browser on this machine."),
    "new": ("new", "Write a runbook to begin with."),
    "scratch": ("new", "Open a page to try something on."),
    "run": ("run", "Run a runbook without a screen."),
    "demo": ("demo", "Open the cluster runbook on a local Azure."),
    "steps": ("steps", "List the fences of a document and their roles."),
    "check": ("check", "Check documents before anything runs."),
    "test": ("testing", "Run documents on a local cloud, with their examples as tests."),
    "rehearse": ("rehearse", "Run a runbook on local clouds that fail, and show how it ends."),
    "fmt": ("fmt", "Format documents."),
    "to-bash": ("to_bash", "Write one bash script that does what a runbook does."),
    "convert": ("convert", "Convert a notebook to a runbook, or back."),
    "template": ("template", "Inspect ARM templates: show, lint, graph, eval, expand, what-if."),
    "history": ("history", "List past runs."),
    "replay": ("replay", "Replay a past run."),
    "cassette": ("cassette", "List, check, compare and shorten recordings."),
    "export": ("export", "Export a past run as Markdown, HTML, a notebook or JSON."),
    "cleanup": ("cleanup", "Delete what a past run created in Azure."),
    "secret": ("secret", "Keep the secrets that runbooks name."),
    "trust": ("trust", "Trust a document, so that it runs without a question."),
    "ssh": ("ssh", "Run a command, or open a terminal, on hosts."),
    "inventory": ("inventory", "Print hosts as a dynamic inventory of Ansible."),
    "groups": ("listing", "Show or print resource groups."),
    "resources": ("listing", "Show or print resources."),
    "deployments": ("listing", "Show or print deployments."),
    "scalesets": ("listing", "Show or print scale sets."),
    "hosts": ("listing", "Show or print virtual machines and their addresses."),
    "locations": ("listing", "Print the locations of a subscription."),
    "profiles": ("listing", "Print profiles."),
    "sim": ("sim", "Start, inspect and stop a local Azure."),
    "doctor": ("doctor", "Check what this machine has that azops needs."),
    "keys": ("keys", "List keys and command ids."),
    "completion": ("completion", "Print a shell completion script."),
}
"""Verb -> (module of this package, line of help)."""
_ANYWHERE = frozenset({"doctor", "keys", "completion"})
"""Verbs that read and write nothing of the user's."""


class LazyGroup(click.Group):
    """Group that lists its verbs without importing them; a verb's module is imported when it is invoked."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"azops_tui.cli.{VERBS[cmd_name][0]}")
        command = getattr(module, cmd_name.replace("-", "_") if cmd_name != "open" else "open_")
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Invoke a verb. What click says of a wrong command line repeats words of it, which are cleaned here."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise click.UsageError(clean(error.format_message()), ctx=error.ctx) from None
        except click.FileError as error:
            raise click.FileError(clean(error.ui_filename), clean(error.message)) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, text) for verb, (_, text) in VERBS.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), text) for code, text in exits.HELP])


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", message="azops %(version)s")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Literate DevOps for Azure in a terminal.

    Opens Markdown runbooks with executable steps, and shows their effect on the cloud. Without a verb, azops lists
    runbooks, the most recent first.
    """
    if ctx.invoked_subcommand not in _ANYWHERE and (problem := paths.exposed()):
        echo(clean(f"azops: {problem}"), err=True)
        sys.exit(exits.BAD_INPUT)
    if ctx.invoked_subcommand is None:
        from azops_tui.cli.home import home

        sys.exit(home())
