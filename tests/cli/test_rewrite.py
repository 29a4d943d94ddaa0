"""``azops fmt``, ``convert`` and ``to-bash`` on the command line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.cli.azops import azops


def test_fmt_rewrites_only_what_it_must(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("# T\n* a\n```bash\nls\n```\n")
    assert azops("fmt", "--check", file).returncode == 1
    assert file.read_text().startswith("# T\n* a")
    assert azops("fmt", file).stdout == f"formatted {file}\n"
    assert file.read_text() == "# T\n\n- a\n\n```bash\nls\n```\n"
    assert azops("fmt", "--check", file).stdout == ""


def test_convert_there_and_back(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# T\n\n```bash {name=x}\nls\n```\n")
    assert azops("convert", "a.md", "-o", "a.ipynb", cwd=tmp_path).returncode == 0
    cells = json.loads((tmp_path / "a.ipynb").read_text())["cells"]
    assert "".join(cells[1]["source"]) == "%%bash\nls"
    assert azops("convert", "a.ipynb", cwd=tmp_path).stdout == "# T\n\n```bash {name=x}\nls\n```\n"
    again = azops("convert", "a.md", "-o", "a.ipynb", cwd=tmp_path)
    assert (again.returncode, "--force" in again.stderr) == (3, True)


BOOK = """\
---
azops:
  params:
    WHO: {default: world}
---
```bash {name=set}
declare -A COLOURS=([sky]=blue)
greet() { echo "hello $1"; }
exit 0
echo never
```

```bash {name=use capture=SAID}
greet "$WHO ${COLOURS[sky]}"
```

```bash {name=said}
echo "<$SAID>"
cat
```

```bash {name=skipped when="$WHO == nobody"}
echo skipped
```

```bash {name=quiet on-error=continue}
false
echo never
```

```python
print("python", 1 + 1)
```

```python
X = 3
```

```python
print(X)
```

```bash {excludeFromRunAll=true}
echo excluded
```

```bash {name=with cwd=/ env="E=1"}
pwd; echo "$E"
```

```bash {name=bad}
echo "${E-unset} $PWD"
false
echo never
```

```bash
echo never
```
"""


def test_the_script_does_what_the_runbook_does(tmp_path: Path) -> None:
    (tmp_path / "book.md").write_text(BOOK)
    assert azops("to-bash", "book.md", "-o", "book.sh", cwd=tmp_path).returncode == 0
    for words, env in ((["bash", "-n", "book.sh"], {}), (["./book.sh"], {"WHO": "you"})):
        process = subprocess.run(
            words,
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin:/usr/local/bin", **env},
            capture_output=True,
            encoding="utf-8",
            input="typed\n",
            check=False,
            timeout=30,
        )
    assert process.stdout.splitlines() == [
        "hello you blue",
        "<hello you blue>",
        "python 2",
        "3",
        "/",
        "1",
        f"unset {tmp_path}",
    ]
    assert process.returncode == 1
    assert "==> bad" in process.stderr


def test_the_script_calls_az_for_native_steps(tmp_path: Path) -> None:
    (tmp_path / "book.md").write_text(
        "```yaml {azops=group}\ngroup: ${G}\nlocation: japanwest\n```\n"
        "```yaml {azops=deploy name=d}\ngroup: ${G}\ntemplate: t.json\nparameters: {n: 3}\noutputs: {host: HOST}\n```\n"
        "```yaml {azops=scale}\ngroup: ${G}\nscale-set: agents\ncapacity: ${N:-2}\n```\n"
        "```yaml {azops=group}\ngroup: ${G}\nstate: absent\n```\n"
    )
    (tmp_path / "t.json").write_text("{}")
    stand_in = tmp_path / "az"
    stand_in.write_text(
        '#!/bin/bash\necho "az $*" >>calls\n[[ $* != *outputs* ]] || echo \'{"host": {"value": "10.0.0.4"}}\'\n'
    )
    stand_in.chmod(0o755)
    script = azops("to-bash", "book.md", cwd=tmp_path).stdout
    (tmp_path / "s.sh").write_text(script + 'echo "$HOST"\n')
    process = subprocess.run(
        ["bash", "s.sh"],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "G": "my group"},
        input="my group\n",
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=30,
    )
    assert process.returncode == 0, process.stderr
    calls = (tmp_path / "calls").read_text().splitlines()
    assert calls[0] == "az group create --name my group --location japanwest --output none"
    assert "--template-file t.json" in calls[1]
    assert 'n={"value": 3}' in calls[1] or '{"n": {"value": 3}}' in calls[1]
    assert calls[2] == "az vmss scale --resource-group my group --name agents --new-capacity 2 --output none"
    assert calls[3] == "az group delete --name my group --yes"
    assert "10.0.0.4" in process.stdout
