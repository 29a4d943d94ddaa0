"""The profile that a document names in its front matter: a person agrees before azops acts on it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import click

from azops_tui.cli.options import find_runbook
from azops_tui.cli.out import echo
from azops_tui.files import read_file
from azops_tui.sanitise import clean

_NAMES_A_PROFILE = re.compile(rb"\A(?:\xef\xbb\xbf)?---[ \t]*\r?\n(?:.*\n)*?[ \t]+profile:", re.MULTILINE)
_BEGINNING = 16 << 10
"""Bytes of a document in which its front matter names the profile."""


def agreed_profile(file: str, profile_name: str | None) -> str | None:
    """The profile to use: that of ``--cloud`` or ``$AZOPS_CLOUD``, or the document's if a person agrees.

    The answer holds for the document with this content. Where nobody can be asked, the document's profile is not used,
    and a warning says so.

    Args:
        file: the document.
        profile_name: value of ``--cloud``; None if it was not passed.

    Returns:
        Name of the profile; None for the default.
    """
    if profile_name or os.environ.get("AZOPS_CLOUD"):
        return profile_name or os.environ["AZOPS_CLOUD"]
    path = find_runbook(file)
    try:
        data = read_file(path, 16 << 20)
        text = data.decode("utf-8-sig")
    except (OSError, ValueError):
        return None
    name = _named(text) if _NAMES_A_PROFILE.search(data[:_BEGINNING]) else ""
    return name if name and name != "local" and _is_agreed(path, text, name) else None


def _named(text: str) -> str:
    from azops_tui.runbook.frontmatter import read_front_matter

    return read_front_matter(text.splitlines()).profile


def _is_agreed(path: Path, text: str, name: str) -> bool:
    """Whether a person agrees, or agreed earlier, to act on the profile that a document names."""
    from azops_tui.azure.profiles import ProfileError, profile
    from azops_tui.engine.remembered import ContentQuestion, content_answer, keep_content_answer

    try:
        known = profile(name)
    except ProfileError as error:
        echo(clean(f"azops: warning: {path.name} names the profile '{name}': {error}"), err=True)
        return False
    answer = content_answer(ContentQuestion.PROFILE, path, text)
    if answer is not None:
        return answer
    mode = "read-only" if known.read_only else "production" if known.production else "read-write"
    sentence = f"{path.name} asks to act on the profile '{name}' ({known.cloud}, {mode}) instead of the local cloud"
    if not sys.stdin.isatty():
        echo(clean(f"azops: warning: {sentence}; it is not used. To agree: --cloud {name}"), err=True)
        return False
    agreed = click.confirm(clean(f"{sentence}. Act on it?"), default=False)
    keep_content_answer(ContentQuestion.PROFILE, path, text, agreed)
    return agreed
