"""Interpreter of the part of awk that is common in one-liners."""

from __future__ import annotations

import re
from collections.abc import Callable

from azops_tui.simulator.hosts.formatting import formatted, unescape
from azops_tui.simulator.hosts.options import ProgramError
from azops_tui.simulator.hosts.patterns import ScriptPattern


def awk_program(text: str, separator: str, variables: dict[str, str]) -> Callable[[list[str]], str]:
    """Compile an awk program to a function from lines (without their ends) to text.

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
        match = re.match(
            r"((?:/(?:\\.|[^/\\])*/|\"(?:\\.|[^\"\\])*\"|[^{/\"])*)(?:\{((?:\"(?:\\.|[^\"\\])*\"|[^}\"])*)\})?", rest
        )
        if not match or not match[0]:
            raise ProgramError(f"syntax error at source line 1: {rest[:20]}")
        rules.append((match[1].strip().rstrip(";").strip(), match[2] if match[2] is not None else "print"))
        rest = rest[match.end() :].strip().lstrip(";").strip()
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
    """State of a running awk program."""

    def __init__(self, separator: str, variables: dict[str, str]) -> None:
        self.out: list[str] = []
        self._separator = separator
        self._variables: dict[str, str] = {"NR": "0", "NF": "0", "OFS": " ", **variables}
        self._fields: list[str] = [""]

    def line(self, text: str) -> None:
        """Split the next line into fields."""
        mark = self._separator or self._variables.get("FS", "")
        if not mark or mark == " ":
            fields = text.split()
        elif len(mark) == 1:
            fields = text.split(mark) if text else []
        else:
            fields = _split(mark, text)
        self._fields = [text, *fields]
        self._variables["NF"] = str(len(fields))
        self._variables["NR"] = str(int(self._variables["NR"]) + 1)

    def holds(self, pattern: str) -> bool:
        """True if the pattern of a rule matches the line."""
        for alternative in pattern.split("||"):
            if all(self._condition(part.strip()) for part in alternative.split("&&")):
                return True
        return False

    def _condition(self, text: str) -> bool:
        if not text:
            return True
        if text.startswith("!") and not text.startswith("!="):
            return not self._condition(text[1:].strip())
        match = re.fullmatch(r"(?:(.+?)\s*(!?~)\s*)?/((?:\\.|[^/\\])*)/", text)
        if match:
            subject = self._value(match[1]) if match[1] else self._fields[0]
            return (_compiled(match[3]).search(subject) is not None) is (match[2] != "!~")
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
        """Execute the statements between the braces of a rule."""
        for statement in re.findall(r"(?:\"(?:\\.|[^\"\\])*\"|[^;\n\"])+", action):
            self._statement(statement.strip())

    def _statement(self, text: str) -> None:
        if not text:
            return
        match = re.fullmatch(r"(printf?)\b\s*(.*)", text, re.DOTALL)
        if match:
            words = [self._value(part) for part in _arguments(match[2])]
            if match[1] == "print":
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
        """Evaluate an expression: a calculation, or else the concatenation of its parts."""
        tokens: list[tuple[str, str]] = []
        at = 0
        text = text.strip()
        while at < len(text):
            match = _AWK_TOKEN.match(text, at)
            if not match or not match.lastgroup:
                raise ProgramError(f"syntax error at source line 1: {text[at:][:20]}")
            tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()
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


def _compiled(text: str) -> ScriptPattern:
    try:
        return ScriptPattern(text)
    except ValueError as error:
        raise ProgramError(f"regular expression compile failed: {error}") from None


def _split(mark: str, text: str) -> list[str]:
    marked, _ = _compiled(mark).subn(lambda match: "\0" if match[0] else "", text)
    return marked.split("\0")


def _sum(tokens: list[str]) -> float:
    """Evaluate numbers with ``+ - * / %`` and brackets."""
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
    """The arguments between commas outside quotes."""
    text = text.strip()
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    return [piece.strip() for piece in re.findall(r"(?:\"(?:\\.|[^\"\\])*\"|[^,\"])+", text) if piece.strip()]
