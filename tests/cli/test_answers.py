"""Values that a document leaves open, from the command line and from a file of answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.azops import azops
from tests.notes import CALLS, calls, write_notes

WIKI = """# Notes

Create the config for your cluster, with the id of the subscription:

```bash
export GROUP=$(echo computed)
NAME=literal
echo "in <your-subscription-id> group $GROUP name $NAME region $REGION"
```

Sign in:

```bash
echo "token is {{api_token}}"
```
"""


@pytest.fixture
def wiki(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    path = tmp_path / "wiki.md"
    path.write_text(WIKI)
    return path


def test_all_missing_values_are_listed_before_anything_runs(wiki: Path) -> None:
    done = azops("run", wiki)
    assert done.returncode == 3
    assert done.stdout == ""
    assert [line.split(":", 1)[0].split("    ")[0].strip() for line in done.stderr.splitlines()[1:]] == [
        "--set SUBSCRIPTION_ID=VALUE",
        "--set API_TOKEN=VALUE",
        "--set REGION=VALUE",
    ]
    assert "line 8: <your-subscription-id>: Create the config for your cluster, with the id" in done.stderr


def test_a_file_of_answers_gives_them_and_set_wins_over_every_assignment(wiki: Path, tmp_path: Path) -> None:
    answers = tmp_path / "answers"
    answers.write_text("# mine\nSUBSCRIPTION_ID=abc-1\nREGION='west us'\nGROUP=mine\nAPI_TOKEN=s3cret-value\n")
    done = azops("run", wiki, "--answers", answers, "--set", "NAME=web", "--set", "REGION=east")
    assert done.returncode == 0, done.stderr
    assert "in abc-1 group mine name web region east" in done.stdout
    assert "s3cret-value" not in done.stdout
    assert "token is •••" in done.stdout


def test_fences_without_a_language_run_after_agreement(tmp_path: Path, wiki: Path) -> None:
    path = tmp_path / "untagged.md"
    path.write_text(
        "Save as `conf/a.yaml`:\n\n```\na: {b: 1}\n```\n\n```\n$ cat conf/a.yaml\n```\n\n"
        "Output:\n\n```\na: {b: 1}\n```\n"
    )
    left_out = azops("run", path)
    assert left_out.returncode == 3
    assert "3 untagged fences, 1 looks like shell; 1 file to save: conf/a.yaml" in left_out.stderr
    done = azops("run", path, "--untagged=bash")
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "conf/a.yaml").read_text() == "a: {b: 1}\n"
    assert "as expected" in done.stdout
    (tmp_path / "conf/a.yaml").write_text("mine\n")
    assert "exists with other content" in azops("run", path, "--untagged=bash").stdout
    assert (tmp_path / "conf/a.yaml").read_text() == "mine\n"


def test_notes_run_without_a_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = write_notes(tmp_path, monkeypatch)
    done = azops("run", document, "--untagged=bash", "--yes")
    assert done.returncode == 3
    assert [line.split("=")[0].split()[-1] for line in done.stderr.splitlines() if "--set" in line] == [
        "RESOURCE_GROUP",
        "APP_ID",
        "REGION",
    ]
    assert calls(tmp_path) == []
    answers = tmp_path / "answers"
    answers.write_text("RESOURCE_GROUP=team-rg\nREGION=westeurope\n")
    done = azops("run", document, "--untagged=bash", "--yes", "--answers", answers, "--fill-from-output")
    assert done.returncode == 0, done.stdout + done.stderr
    assert calls(tmp_path) == CALLS
    assert "APP_ID is taken from the output of" in done.stdout


def test_a_required_parameter_without_a_value_is_missing_too(tmp_path: Path) -> None:
    path = tmp_path / "required.md"
    path.write_text("---\nazops:\n  params:\n    SIZE: {type: int}\n---\n\n```bash\necho size $SIZE\n```\n")
    done = azops("run", path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "--set SIZE=VALUE" in done.stderr
    assert "size 3" in azops("run", path, "--set", "SIZE=3").stdout


def test_values_stay_one_word_wherever_their_placeholder_stands(tmp_path: Path) -> None:
    path = tmp_path / "quotes.md"
    path.write_text(
        "```bash\nexport GROUP=<your-group>\nexport NAME=<your-name>\n"
        "printf '%s|' <your-name> \"<your-name>\" '<your-name>' <your-group> \"$GROUP\"\n"
        "cat <<EOF\n<your-name>\nEOF\n```\n"
    )
    done = azops("run", path, "--set", "GROUP=a b", "--set", 'NAME=$HOME\'s; "x"')
    assert done.returncode == 0, done.stdout
    name = '$HOME\'s; "x"'
    assert f"{name}|{name}|{name}|a b|a b|" in done.stdout


def test_a_value_that_does_not_last_is_announced_before_anything_runs(tmp_path: Path) -> None:
    path = tmp_path / "later.md"
    path.write_text(
        "```bash\nexport ZONE=1 KEPT=1\nfor ZONE in a b; do :; done\n```\n\n"
        "```bash {name=two capture=ID}\necho $KEPT\n```\n\n```python\nSIZE = '3'\n```\n"
    )
    done = azops("run", path, *("--set=ZONE=z", "--set=KEPT=k", "--set=ID=i", "--set=SIZE=9"))
    assert done.returncode == 0, done.stdout
    before = done.stdout.partition("◐")[0]
    assert "--set ZONE: a loop sets ZONE here, and that value wins from then on (line 3)" in before
    assert "--set ID: capture= sets ID here, and that value wins from then on (line 6)" in before
    assert "--set SIZE: the Python step sets SIZE" in before
    assert "--set KEPT" not in done.stdout
