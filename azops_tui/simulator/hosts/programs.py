"""The small languages of ``sed`` and ``awk``, as far as one-liners on hosts go."""

from __future__ import annotations

import re
from collections.abc import Callable

from azops_tui.simulator.hosts.formatting import formatted, unescape

Filter = Callable[[list[str]], str]


class ProgramError(Exception):
    """The program uses what is not known here; the message says what."""


def sed_program(text: str, *, quiet: bool, translate: Callable[[str], str]) -> Filter:
    """A sed program as a function from lines (with their ends) to text.

    Args:
        text: commands ``s///``, ``p``, ``d`` and ``q``, each perhaps after a line, a range or ``/pattern/``.
        quiet: whether only ``p`` prints.
        translate: makes a Python expression of a pattern.
    """
    commands = [_sed_command(piece, translate) for piece in _sed_pieces(text)]

    def run(lines: list[str]) -> str:
        out: list[str] = []
        for number, line in enumerate(lines, 1):
            body, end = line.removesuffix("\n"), "\n"
            shown, over = not quiet, False
            for chosen, letter, change in commands:
                if not chosen(number, body, number == len(lines)):
                    continue
                if letter == "s":
                    body, changed = change(body)
                    if changed:
                        out.append(body + end)
                elif letter == "p":
                    out.append(body + end)
                elif letter == "d":
                    shown = False
                    break
                else:
                    over = True
            if shown:
                out.append(body + end)
            if over:
                break
        return "".join(out)

    return run


def _sed_pieces(text: str) -> list[str]:
    """The commands of a program, separated by ``;`` outside of patterns."""
    pieces, depth_mark, current, left = [], "", "", 0
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            current += text[at : at + 2]
            at += 2
            continue
        if left and char == depth_mark:
            left -= 1
        elif not left and char == "s" and at + 1 < len(text) and not text[at + 1].isalnum():
            depth_mark, left = text[at + 1], 3
            current += char
            at += 1
            continue
        elif not left and char == "/":
            depth_mark, left = "/", 1
        elif not left and char in ";\n":
            pieces.append(current)
            current = ""
            at += 1
            continue
        current += char
        at += 1
        if left == 3 and char == depth_mark:
            left = 2
    return [piece.strip() for piece in [*pieces, current] if piece.strip()]


_ADDRESS = r"(?:\d+|\$|/(?:\\.|[^/\\])*/)"
_SedCommand = tuple[Callable[[int, str, bool], bool], str, Callable[[str], tuple[str, bool]]]


def _sed_command(text: str, translate: Callable[[str], str]) -> _SedCommand:
    found = re.fullmatch(rf"(?:({_ADDRESS})(?:,({_ADDRESS}))?)?\s*(!?)\s*(s.*|[pdq])", text, re.DOTALL)
    if not found:
        raise ProgramError(f"unknown command: `{text}'")
    first, last, inverted, command = found.groups()
    chosen = _range(first, last, translate)
    if inverted:
        plain = chosen
        chosen = lambda number, line, final: not plain(number, line, final)  # noqa: E731 - as short as what it inverts
    if command[0] != "s":
        return chosen, command, lambda line: (line, False)
    mark = re.escape(command[1])
    parts = re.fullmatch(
        rf"s{mark}((?:\\.|(?!{mark}).)*){mark}((?:\\.|(?!{mark}).)*){mark}([gpiI0-9]*)", command, re.DOTALL
    )
    if not parts:
        raise ProgramError("unterminated `s' command")
    expression = re.compile(translate(parts[1]), re.IGNORECASE if "i" in parts[3].lower() else 0)
    new = parts[2]

    def replaced(match: re.Match[str]) -> str:
        def one(piece: re.Match[str]) -> str:
            if piece[0] == "&":
                return match[0]
            if piece[1].isdigit():
                return match[int(piece[1])] or ""
            return {"n": "\n", "t": "\t"}.get(piece[1], piece[1])

        return re.sub(r"&|\\(.)", one, new, flags=re.DOTALL)

    def change(line: str) -> tuple[str, bool]:
        result, count = expression.subn(replaced, line, count=0 if "g" in parts[3] else 1)
        return result, bool(count) and "p" in parts[3]

    return chosen, "s", change


def _range(first: str | None, last: str | None, translate: Callable[[str], str]) -> Callable[[int, str, bool], bool]:
    def at(address: str) -> Callable[[int, str, bool], bool]:
        if address.isdigit():
            return lambda number, line, final: number == int(address)
        if address == "$":
            return lambda number, line, final: final
        expression = re.compile(translate(address[1:-1]))
        return lambda number, line, final: expression.search(line) is not None

    if first is None:
        return lambda number, line, final: True
    begins = at(first)
    if last is None:
        return begins
    ends = at(last)
    inside = False

    def between(number: int, line: str, final: bool) -> bool:
        nonlocal inside
        if not inside:
            inside = begins(number, line, final)
            if inside and last.isdigit() and int(last) <= number:
                inside = False
                return True
            return inside
        inside = not ends(number, line, final)
        return True

    return between


def awk_program(text: str, separator: str, variables: dict[str, str]) -> Filter:
    """An awk program as a function from lines (without their ends) to text.

    Patterns are ``/…/``, comparisons, ``BEGIN`` and ``END``; actions are ``print``, ``printf`` and sums of fields.
    """
    rules = _awk_rules(text)

    def run(lines: list[str]) -> str:
        state = _Awk(separator, variables)
        for pattern, action in rules:
            if pattern == "BEGIN":
                state.act(action)
        for line in lines:
            state.line(line)
            for pattern, action in rules:
                if pattern not in ("BEGIN", "END") and state.holds(pattern):
                    state.act(action)
        for pattern, action in rules:
            if pattern == "END":
                state.act(action)
        return "".join(state.out)

    return run


def _awk_rules(text: str) -> list[tuple[str, str]]:
    rules: list[tuple[str, str]] = []
    rest = text.strip()
    while rest:
        found = re.match(
            r"((?:/(?:\\.|[^/\\])*/|\"(?:\\.|[^\"\\])*\"|[^{/\"])*)(?:\{((?:\"(?:\\.|[^\"\\])*\"|[^}\"])*)\})?", rest
        )
        if not found or not found[0]:
            raise ProgramError(f"syntax error at source line 1: {rest[:20]}")
        rules.append((found[1].strip().rstrip(";").strip(), found[2] if found[2] is not None else "print"))
        rest = rest[found.end() :].strip().lstrip(";").strip()
    return rules


_AWK_TOKEN = re.compile(
    r"\s*(?:(?P<string>\"(?:\\.|[^\"\\])*\")|(?P<number>\d+\.?\d*)|(?P<name>\$?[A-Za-z_]\w*|\$\d+|\$\(NF-\d+\))"
    r"|(?P<operator>\+=|==|!=|<=|>=|&&|\|\||!~|[-+*/%<>~!(),=]))"
)
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


class _Awk:
    """The state of a running awk program."""

    def __init__(self, separator: str, variables: dict[str, str]) -> None:
        self.out: list[str] = []
        self._separator = separator
        self._variables: dict[str, str] = {"NR": "0", "NF": "0", "OFS": " ", **variables}
        self._fields: list[str] = [""]

    def line(self, text: str) -> None:
        """Goes on to the next line."""
        mark = self._separator or self._variables.get("FS", "")
        if not mark or mark == " ":
            fields = text.split()
        elif len(mark) == 1:
            fields = text.split(mark) if text else []
        else:
            fields = re.split(mark, text)
        self._fields = [text, *fields]
        self._variables["NF"] = str(len(fields))
        self._variables["NR"] = str(int(self._variables["NR"]) + 1)

    def holds(self, pattern: str) -> bool:
        """Whether the pattern of a rule holds for the line."""
        for alternative in pattern.split("||"):
            if all(self._condition(part.strip()) for part in alternative.split("&&")):
                return True
        return False

    def _condition(self, text: str) -> bool:
        if not text:
            return True
        if text.startswith("!") and not text.startswith("!="):
            return not self._condition(text[1:].strip())
        found = re.fullmatch(r"(?:(.+?)\s*(!?~)\s*)?/((?:\\.|[^/\\])*)/", text)
        if found:
            subject = self._value(found[1]) if found[1] else self._fields[0]
            return (re.search(found[3], subject) is not None) is (found[2] != "!~")
        compared = re.fullmatch(r"(.+?)\s*(==|!=|<=|>=|<|>)\s*(.+)", text)
        if compared:
            left, right = self._value(compared[1]), self._value(compared[3])
            try:
                return _COMPARE[compared[2]](float(left or 0), float(right or 0))
            except ValueError:
                return (
                    (left == right) if compared[2] == "==" else (left != right) if compared[2] == "!=" else left < right
                )
        return self._value(text) not in ("", "0")

    def act(self, action: str) -> None:
        """Does what stands between the braces of a rule."""
        for statement in re.findall(r"(?:\"(?:\\.|[^\"\\])*\"|[^;\n\"])+", action):
            self._statement(statement.strip())

    def _statement(self, text: str) -> None:
        if not text:
            return
        found = re.fullmatch(r"(printf?)\b\s*(.*)", text, re.DOTALL)
        if found:
            words = [self._value(part) for part in _arguments(found[2])]
            if found[1] == "print":
                self.out.append((self._variables["OFS"].join(words) if words else self._fields[0]) + "\n")
            elif words:
                self.out.append(formatted(words[0], words[1:]))
            return
        stepped = re.fullmatch(r"(\w+)\+\+", text)
        if stepped:
            text = f"{stepped[1]} += 1"
        assigned = re.fullmatch(r"(\w+)\s*([-+*/]?)=(?!=)\s*(.+)", text, re.DOTALL)
        if not assigned:
            raise ProgramError(f"syntax error at source line 1: {text[:20]}")
        name, sign, value = assigned.groups()
        self._variables[name] = self._value(f"{name} {sign} ({value})" if sign else value)

    def _value(self, text: str) -> str:
        """The value of an expression: sums and products, else its pieces joined."""
        tokens: list[tuple[str, str]] = []
        at = 0
        text = text.strip()
        while at < len(text):
            found = _AWK_TOKEN.match(text, at)
            if not found or not found.lastgroup:
                raise ProgramError(f"syntax error at source line 1: {text[at:][:20]}")
            tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        if any(kind == "operator" for kind, _ in tokens):
            return self._calculated(tokens)
        return "".join(self._piece(kind, piece) for kind, piece in tokens)

    def _piece(self, kind: str, piece: str) -> str:
        if kind == "string":
            return unescape(piece[1:-1])
        if kind == "number" or not piece.startswith("$"):
            return piece if kind == "number" else self._variables.get(piece, "")
        last = len(self._fields) - 1
        inner = re.fullmatch(r"\$(?:(\d+)|NF|\(NF-(\d+)\))", piece)
        index = last - int(inner[2] or 0) if inner and inner[1] is None else int(inner[1]) if inner else 0
        return self._fields[index] if 0 <= index <= last else ""

    def _calculated(self, tokens: list[tuple[str, str]]) -> str:
        shown: list[str] = []
        for kind, piece in tokens:
            if kind == "operator":
                if piece not in "+-*/%()":
                    raise ProgramError(f"syntax error at source line 1: {piece}")
                shown.append(piece)
            else:
                number = re.match(r"\s*-?\d*\.?\d+", self._piece(kind, piece))
                shown.append(repr(float(number[0])) if number else "0.0")
        return _number_text(_sum(shown))


def _sum(tokens: list[str]) -> float:
    """The value of numbers with ``+ - * / %`` and brackets."""
    rest = list(tokens)

    def operand() -> float:
        token = rest.pop(0) if rest else ")"
        if token == "(":
            value = level()
            if not rest or rest.pop(0) != ")":
                raise ProgramError("syntax error at source line 1")
            return value
        if token == "-":
            return -operand()
        try:
            return float(token)
        except ValueError:
            raise ProgramError("syntax error at source line 1") from None

    def product() -> float:
        value = operand()
        while rest and rest[0] in "*/%":
            sign, other = rest.pop(0), operand()
            if sign != "*" and not other:
                raise ProgramError("division by zero")
            value = value * other if sign == "*" else value / other if sign == "/" else value % other
        return value

    def level() -> float:
        value = product()
        while rest and rest[0] in "+-":
            value += product() if rest.pop(0) == "+" else -product()
        return value

    return level()


def _number_text(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.6g}"


def _arguments(text: str) -> list[str]:
    """What stands between commas outside of quotes."""
    text = text.strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    return [piece.strip() for piece in re.findall(r"(?:\"(?:\\.|[^\"\\])*\"|[^,\"])+", text) if piece.strip()]
