"""Options of simulated commands, and errors in their arguments."""

from __future__ import annotations

from dataclasses import dataclass, field


class UsageError(Exception):
    """The command has no such option. The message is what the command prints."""


class ProgramError(Exception):
    """A sed or awk program is not valid or not supported. The message is what the command prints."""


@dataclass(slots=True)
class Options:
    """Parsed options, by letter or long name with their values, and the remaining words."""

    given: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def has(self, *names: str) -> bool:
        """True if any of these options is present."""
        return any(name in self.given for name in names)

    def value(self, *names: str, default: str = "") -> str:
        """Value of the first of these options that is present."""
        return next((self.given[name] for name in names if name in self.given), default)


def read(args: list[str], flags: str = "", valued: str = "", long: str = "", *, numbers: bool = False) -> Options:
    """Parse the arguments of a command.

    Args:
        args: the words after the command's name.
        flags: letters of options without a value.
        valued: letters of options with a value.
        long: long names, separated by blanks; a name with a value ends in ``=``.
        numbers: True if ``-5`` is an option, stored as ``#``.

    Raises:
        UsageError: an option is unknown or lacks its value.
    """
    options = Options()
    names = {name.rstrip("="): name.endswith("=") for name in long.split()}
    remaining = list(args)
    while remaining:
        word = remaining.pop(0)
        if word == "--":
            options.words.extend(remaining)
            break
        if word.startswith("--"):
            name, has_value, value = word[2:].partition("=")
            if name not in names:
                raise UsageError(f"unrecognized option '{word}'")
            if names[name] and not has_value:
                value = remaining.pop(0) if remaining else ""
            options.given[name] = value
        elif numbers and word[:1] == "-" and word[1:].isdigit():
            options.given["#"] = word[1:]
        elif word.startswith("-") and len(word) > 1:
            _letters(word[1:], remaining, options, flags, valued)
        else:
            options.words.append(word)
    return options


def _letters(letters: str, remaining: list[str], options: Options, flags: str, valued: str) -> None:
    for index, letter in enumerate(letters):
        if letter in valued:
            after = letters[index + 1 :]
            if not after and not remaining:
                raise UsageError(f"option requires an argument -- '{letter}'")
            options.given[letter] = after or remaining.pop(0)
            return
        if letter not in flags:
            raise UsageError(f"invalid option -- '{letter}'")
        options.given[letter] = ""
