"""Bash parses all steps of a document in one process, and executes nothing of them."""

from __future__ import annotations

from pathlib import Path

from azops_tui.engine.bash_syntax import syntax_problems


def test_texts_keep_apart_and_nothing_is_executed(tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    texts = [
        "echo fine\n",
        "echo\nif true; then\n",
        f"set +n\ntouch {mark}\n",
        f'"; touch {mark}; "\n)\n',
        f"a[$(touch {mark})]=1\n}}\n",
        "exit 3\n",
        "shopt -s extglob\necho !(a)\n",
        "[[ a == ]]\n",
    ]
    problems = syntax_problems(texts)
    assert [None if problem is None else problem[0] for problem in problems] == [None, 3, None, 2, 2, None, None, 1]
    assert not mark.exists()
