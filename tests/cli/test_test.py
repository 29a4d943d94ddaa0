"""``azops test``: documents as tests, and their results as JUnit XML."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.azops import SHARED, azops

GOOD = """# Good

```bash {name=one}
echo '{"appId": "17", "state": "\\u0007 & ok"}'
```

<!-- expected_similarity=1.0 -->

```json
{"appId": "<any>"}
```

Use the id:

```bash {name=two}
echo "id <appId>"
```

Output:

```
id 17
```
"""


def test_one_result_for_each_step(tmp_path: Path) -> None:
    good, bad, open_ = tmp_path / "good.md", tmp_path / "bad.md", tmp_path / "open.md"
    good.write_text(GOOD)
    bad.write_text(GOOD.replace("id 17", "another thing altogether") + "\n```bash {name=three}\ntrue\n```\n")
    open_.write_text("## Prerequisites\n\n[First](no.md)\n\n```bash\necho <your-name>\n```\n")
    report = tmp_path / "junit.xml"
    assert azops("test", good, "--junit", report).returncode == 0
    suite = ET.parse(report).getroot()[0]
    assert [(case.get("name"), len(case)) for case in suite] == [("one", 0), ("two", 0)]

    done = azops("test", good, bad, open_, "--junit", report)
    assert done.returncode == 1, done.stdout
    assert "1 of 3 documents passed, 1 failed, 1 cannot be run as they are" in done.stdout
    root = ET.parse(report).getroot()
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "7",
        "failures": "1",
        "errors": "2",
        "skipped": "1",
    }
    failure = root.find("testsuite/testcase[@name='two']/failure")
    assert failure is not None
    assert failure.get("type") == "NotAsExpected"
    assert next(error.get("message", "").partition(":3: ")[2] for error in root.iter("error")).startswith(
        "the prerequisite no.md does not exist"
    )
    assert azops("test", open_).returncode == 3


def scenario(name: str) -> Path:
    file = SHARED / "runbooks/innovation-engine" / f"{name}.md"
    if not file.exists():
        pytest.skip(f"{file} is not here")
    return file


def test_scenarios_of_innovation_engine_pass_and_fail(tmp_path: Path) -> None:
    passing = ("CodeBlocks", "CommentTest", "fuzzyMatchTest", "reporting", "variables", "brokenMarkdown")
    done = azops("test", *(scenario(name) for name in passing))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 of 6 documents passed" in done.stdout
    text = scenario("fuzzyMatchTest").read_text()
    for at, wrong in enumerate((text.replace("echo ", "echo Nothing like "), text.replace("echo ", "echo1 "))):
        assert wrong != text
        failing = tmp_path / f"failing-{at}.md"
        failing.write_text(wrong)
        done = azops("test", failing)
        assert done.returncode == 1, done.stdout
