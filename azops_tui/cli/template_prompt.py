"""``azops template eval``: evaluates expressions of the template language, with history and completion."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence

from azops_tui import exits, paths
from azops_tui.cli.out import echo
from azops_tui.sanitise import clean


def answer(expression: str, scope: str) -> int:
    """Print the value of an expression as JSON, or its error; return the exit code."""
    from azops_tui.arm import TemplateError, evaluate, plain

    if not expression.startswith("["):
        expression = f"[{expression}]"
    try:
        value = plain(evaluate(expression, scope=scope))
    except TemplateError as error:
        echo(clean(f"{error.code}: {error.message}", colours=True), err=True)
        return exits.STEP_FAILED
    echo(clean(json.dumps(value, indent=2, ensure_ascii=False), colours=True))
    return exits.OK


def prompt(scope: str) -> int:
    """Read expressions until the end of input; return the exit code."""
    with contextlib.suppress(ImportError):  # a Python without readline: no history, no completion
        _prepare()
    echo(clean("Enter an expression, with or without brackets. Tab completes functions, ctrl+d ends."))
    while True:
        try:
            line = input("arm> ").strip()
        except (EOFError, KeyboardInterrupt):
            echo()
            return exits.OK
        if line.startswith("?"):
            _explain(line[1:].strip())
        elif line:
            answer(line, scope)


def _prepare() -> None:
    import atexit
    import readline

    from azops_tui.arm.functions import FUNCTIONS

    history = paths.private(paths.state()) / "template-history"
    with contextlib.suppress(OSError):
        readline.read_history_file(history)
    atexit.register(_keep, history)

    def complete(text: str, state: int) -> str | None:
        names = sorted(
            function.name + "(" for function in FUNCTIONS.values() if function.name.lower().startswith(text.lower())
        )
        return names[state] if state < len(names) else None

    def display(_text: str, matches: Sequence[str], _longest: int) -> None:
        echo()
        for match in matches:
            function = FUNCTIONS[match.rstrip("(").lower()]
            echo(clean(f"  {function.signature}", colours=True))
        echo(clean("arm> " + readline.get_line_buffer(), colours=True), nl=False)

    readline.set_completer(complete)
    readline.set_completer_delims(" ,()[]'.")
    readline.set_completion_display_matches_hook(display)
    readline.parse_and_bind("bind ^I rl_complete" if "libedit" in (readline.__doc__ or "") else "tab: complete")


def _keep(history: object) -> None:
    import readline

    with contextlib.suppress(OSError):
        readline.set_history_length(1000)
        readline.write_history_file(str(history))


def _explain(name: str) -> None:
    """Print signature and help of a function, or of all functions whose name contains the word."""
    from azops_tui.arm.functions import FUNCTIONS

    exact = FUNCTIONS.get(name.lower())
    for function in (
        [exact] if exact else [function for function in FUNCTIONS.values() if name.lower() in function.name.lower()]
    ):
        echo(clean(f"  {function.signature}\n      {function.help}", colours=True))
