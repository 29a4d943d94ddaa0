"""Profiles of config.toml, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from azops_tui.azure.profiles import ProfileError, profile, read_profiles


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def test_four_profiles_always_exist(tmp_path: Path) -> None:
    found, problems = read_profiles(tmp_path / "missing.toml")
    assert not problems
    assert sorted(found) == ["china", "local", "public", "usgov"]
    assert profile("local").cloud == "local"


def test_profiles_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '[ui]\ntheme = "dark"\n[profiles.prod]\ncloud = "usgov"\nsubscription = "Main"\nread_only = true\n'
        'production = true\ncredential = "device"\n[profiles.public]\ntenant = "contoso"\n[profiles.plain]\n',
    )
    found, _ = read_profiles(path)
    prod = found["prod"]
    assert (prod.cloud, prod.subscription, prod.read_only, prod.production) == ("usgov", "Main", True, True)
    assert (found["public"].cloud, found["public"].tenant) == ("public", "contoso")
    assert found["plain"].cloud == "public"


def test_problems_have_their_line(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '[profiles.a]\ncloud = "publik"\nread_onyl = true\n\n[profiles.b]\nread_only = "yes"\n'
        '[profiles.c]\ncloud = "china"\n',
    )
    found, problems = read_profiles(path)
    assert [(problem.line, problem.profile) for problem in problems] == [(2, "a"), (3, "a"), (6, "b")]
    assert "cloud must be one of public, usgov, china, local, not 'publik'" in problems[0].message
    assert "did you mean “read_only”?" in problems[1].message
    assert "must be true or false" in problems[2].message
    assert str(problems[0]).startswith(f"{path}:2: profile “a”: ")
    assert found["c"].cloud == "china"
    assert "a" not in found
    assert profile("c", path).cloud == "china"
    with pytest.raises(ProfileError, match="publik") as caught:
        profile("a", path)
    assert len(caught.value.problems) == 2


def test_a_file_that_is_no_toml(tmp_path: Path) -> None:
    path = write(tmp_path, '[profiles.a]\ncloud = "public"\nread_only = maybe\n')
    _, problems = read_profiles(path)
    assert problems[0].line == 3
    assert "the file is not TOML" in problems[0].message
    # It may have meant to forbid changes: only the local cloud is left.
    with pytest.raises(ProfileError, match="not TOML"):
        profile("public", path)
    assert profile("local", path).cloud == "local"


@pytest.mark.parametrize("text", ["profiles = 3\n", "[profiles]\na = 3\n", "profiles.a.cloud = 7\n"])
def test_tables_that_are_none(tmp_path: Path, text: str) -> None:
    _, problems = read_profiles(write(tmp_path, text))
    assert problems
    assert problems[0].line >= 1


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xff\xfe")
    assert "not UTF-8" in read_profiles(path)[1][0].message


def test_an_unknown_profile_has_its_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="did you mean “public”"):
        profile("publik", tmp_path / "none")
