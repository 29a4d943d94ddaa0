"""Options of simulated commands, and errors in their arguments."""

from __future__ import annotations

from dataclasses import dataclass, field


class UsageError(Exception):
    """The command has no such option. The message is what the command prints."""


class ProgramError(Exception):
    """A sed or awk program is not valid or not supported. The message is what the command prints."""


@dataclass(slots=True)
class Options:
    """Options by their letter or long name, with what followed them, and the words that are none."""

    given: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def has(self, *names: str) -> bool:
        """Whether one of them was given."""
        return any(name in self.given for name in names)

    def value(self, *names: str, default: str = "") -> str:
        """What followed the first of them that was given."""
        return next((self.given[name] for name in names if name in self.given), default)


def read(args: list[str], flags: str = "", valued: str = "", long: str = "", *, numbers: bool = False) -> Options:
    """Sorts the words of a command.

    Args:
        args: the words after the name.
        flags: letters that stand alone.
        valued: letters that a value follows.
        long: long names, separated by blanks; one that takes a value ends in ``=``.
        numbers: whether ``-5`` is an option of its own, kept as ``#``.

    Raises:
        UsageError: a word begins with a dash and is none of them.
    """
    found = Options()
    names = {name.rstrip("="): name.endswith("=") for name in long.split()}
    rest = list(args)
    while rest:
        word = rest.pop(0)
        if word == "--":
            found.words.extend(rest)
            break
        if word.startswith("--"):
            name, has_value, value = word[2:].partition("=")
            if name not in names:
                raise UsageError(f"unrecognized option '{word}'")
            if names[name] and not has_value:
                value = rest.pop(0) if rest else ""
            found.given[name] = value
        elif numbers and word[:1] == "-" and word[1:].isdigit():
            found.given["#"] = word[1:]
        elif word.startswith("-") and len(word) > 1:
            _letters(word[1:], rest, found, flags, valued)
        else:
            found.words.append(word)
    return found


def _letters(letters: str, rest: list[str], found: Options, flags: str, valued: str) -> None:
    for index, letter in enumerate(letters):
        if letter in valued:
            after = letters[index + 1 :]
            if not after and not rest:
                raise UsageError(f"option requires an argument -- '{letter}'")
            found.given[letter] = after or rest.pop(0)
            return
        if letter not in flags:
            raise UsageError(f"invalid option -- '{letter}'")
        found.given[letter] = ""
