"""The user's editor, with the terminal handed over to it."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from textual.app import App, SuspendNotSupported

from azops_tui.ui.problems import UserError


def edit_text(app: App[int], text: str, suffix: str) -> str | None:
    """Text as saved in ``$VISUAL``, ``$EDITOR`` or ``vi``; None if it is unchanged.

    Raises:
        UserError: the editor does not exist, or the terminal cannot be handed over.
    """
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    handle, name = tempfile.mkstemp(prefix="azops-step-", suffix=suffix)
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        with app.suspend():
            result = subprocess.run([*command, name], check=False)
        if result.returncode:
            return None
        edited = path.read_text("utf-8")
    except SuspendNotSupported:
        raise UserError("The terminal cannot be handed to an editor here.") from None
    except OSError as error:
        raise UserError(f"The editor {command[0]} cannot be started: {error.strerror}. Set $EDITOR.") from None
    except UnicodeDecodeError:
        raise UserError("What the editor saved is not UTF-8; the step is as it was.") from None
    finally:
        path.unlink(missing_ok=True)
    return None if edited == text else edited
