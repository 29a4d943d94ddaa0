"""The parameters of a run as a form, checked while typed, with secrets hidden."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Button, Input, Static

from azops_tui.events.records import AskedValue
from azops_tui.events.step_view import Question
from azops_tui.runbook.model import Parameter, Problem, Severity
from azops_tui.runbook.parameters import check
from azops_tui.runbook.references import replace_references
from azops_tui.ui.controller import LiveRun
from azops_tui.ui.format import count
from azops_tui.ui.lines import safe
from azops_tui.ui.widgets.parameter_fields import field_of, keys_of

_MANY = 10
"""Number of choices from which a list of them is searched by typing."""


class ParametersSheet(ModalScreen[dict[str, str] | None]):
    """Returns the changed values, or all values that a question asks for; None if nothing changed, or for a no.

    Args:
        controller: the run.
        question: a question for values that the run waits with; None shows the parameters of the document.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "back"),
        Binding("down", "app.focus_next", "next", show=False),
        Binding("up", "app.focus_previous", "previous", show=False),
        Binding("ctrl+s", "save", "save", show=False),
        Binding("ctrl+l", "list", "list", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    ParametersSheet { align: center middle; background: $background 60%; }
    ParametersSheet:ansi { background: ansi_default; }
    ParametersSheet > #box {
        width: 84; max-width: 98%; height: auto; max-height: 92%; border: round $border; background: $surface;
        border-title-style: bold; padding: 1 2 0 2;
    }
    ParametersSheet #fields { height: auto; max-height: 24; }
    ParametersSheet .field { height: auto; margin-bottom: 1; }
    ParametersSheet .row { height: 1; }
    ParametersSheet .name { width: 24; color: $foreground; }
    ParametersSheet Input { height: 1; width: 1fr; padding: 0 1; background: $panel; }
    ParametersSheet:ansi Input { text-style: underline; }
    ParametersSheet .help { padding-left: 24; color: $foreground-muted; height: auto; }
    ParametersSheet .wrong { color: $error; }
    ParametersSheet.-low > #box { padding: 0 1; max-height: 100%; }
    ParametersSheet.-low #buttons, ParametersSheet.-low .field { margin: 0; }
    ParametersSheet.-low .name { width: 18; }
    ParametersSheet.-low .help { padding-left: 2; }
    ParametersSheet #buttons { height: 1; margin: 1 0; align-horizontal: right; }
    ParametersSheet Button { width: auto; min-width: 10; height: 1; margin-left: 2; padding: 0 1;
        background: $panel; color: $foreground; text-style: none; }
    ParametersSheet Button.-textual-compact:focus { background: $block-cursor-background;
        color: $block-cursor-foreground; text-style: bold; background-tint: $foreground 0%; }
    """

    key_hints = (("tab", "next"), ("ctrl+s", "use these"), ("ctrl+l", "list choices"), ("esc", "back"))

    def __init__(self, controller: LiveRun, question: Question | None = None) -> None:
        super().__init__()
        self.controller = controller
        self.question = question
        runbook = controller.runbook
        self.parameters: tuple[Parameter, ...] = runbook.parameters if runbook else ()
        if question is not None:
            declared = {parameter.name: parameter for parameter in self.parameters}
            self.parameters = tuple(_asked(value, declared.get(value.name)) for value in question.values)
        self._folder = runbook.path.resolve().parent if runbook else Path.cwd()
        if question is None:  # what is missing comes first
            self.parameters = tuple(sorted(self.parameters, key=lambda p: bool(self._value(p)) or self._is_set(p)))
        self._choices: dict[int, list[str]] = {n: list(p.choices) for n, p in enumerate(self.parameters) if p.choices}
        """Choices by the number of the field."""
        self._notes: dict[int, str] = {}
        """Note about the choices of a field."""

    def compose(self) -> ComposeResult:
        with Vertical(id="box") as box:
            box.border_title = Content(safe(self.question.title) if self.question else "Values")
            with VerticalScroll(id="fields", can_focus=False):
                if self.question and self.question.lines:
                    yield Static(Content(safe("\n".join(self.question.lines))), classes="wrong", markup=False)
                if not self.parameters:
                    yield Static(Content("This runbook has no parameters. Variables of the run are in pane 5."))
                for number, parameter in enumerate(self.parameters):
                    with Vertical(classes="field"):
                        with Horizontal(classes="row"):
                            yield Static(Content(safe(parameter.name)), classes="name", markup=False)
                            yield field_of(parameter, self._value(parameter), self._folder, id=f"field-{number}")
                        yield Static(Content(self._help(number)), classes="help", id=f"help-{number}", markup=False)
            with Horizontal(id="buttons"):
                yield Button(Content("[ Cancel ]"), id="cancel", compact=True)
                yield Button(Content("  Use these  "), id="save", compact=True, disabled=not self.parameters)

    def _is_set(self, parameter: Parameter) -> bool:
        """True for a secret that has a value, or a place to come from."""
        variable = self.controller.view.variables.get(parameter.name)
        return bool(parameter.secret_from) or parameter.name in self.controller.parameters or variable is not None

    def _value(self, parameter: Parameter) -> str:
        if parameter.type == "secret":
            return ""
        if self.question is not None:
            return parameter.default or ""
        chosen = self.controller.parameters.get(parameter.name)
        variable = self.controller.view.variables.get(parameter.name)
        if chosen is not None:
            return chosen
        if variable is not None and not variable.secret:
            return variable.value
        return parameter.default or ""

    def on_mount(self) -> None:
        fields = self.query(Input)
        if fields:
            fields.first().focus()
        for number, parameter in enumerate(self.parameters):
            if parameter.source.startswith("command:"):
                self._note(number, "ctrl+l runs that for choices")  # nothing of a document runs before a key says so
            elif parameter.source:
                self._note(number, "reading the choices")
                self._ask(number, wanted=False)

    def on_resize(self, event: events.Resize) -> None:
        """Give the fields the room that the buttons leave; they scroll, and the buttons stay visible."""
        low = event.size.height < 20 or event.size.width < 70
        self.set_class(low, "-low")
        self.query_one("#fields").styles.max_height = max(3, event.size.height - (5 if low else 9))

    def _note(self, number: int, note: str) -> None:
        self._notes[number] = note
        if self.is_mounted:
            self._check(number)

    def _source(self, number: int) -> str:
        """The source of a field's choices, with the values of the fields that it depends on.

        Raises:
            LookupError: a field that it depends on is empty.
        """
        inputs = {n: self.query_one(f"#field-{n}", Input).value for n in range(len(self.parameters))}
        values = {self.parameters[n].name: value for n, value in inputs.items() if value}
        return str(replace_references(self.parameters[number].source, values))

    def _ask(self, number: int, *, wanted: bool) -> None:
        """Read the choices of a field in a worker; with ``wanted`` list them at once."""

        async def read() -> None:
            try:
                choices, problem = await self.controller.choices(self._source(number)), "there are none"
            except Exception as error:
                choices, problem = [], str(error) or type(error).__name__
            self.call_later(self._take_choices, number, choices, problem, wanted)

        self.run_worker(
            read,  # type: ignore[arg-type]  # as documented
            group=f"choices-{number}",
            exclusive=True,
            exit_on_error=False,
        )

    def _take_choices(self, number: int, choices: list[str], problem: str, wanted: bool) -> None:
        """Offer the choices that were read; without any, every text is accepted."""
        if not choices:
            self._note(number, f"no choices, type a value: {problem.splitlines()[0]}")
            return
        self._choices[number] = choices
        self.query_one(f"#field-{number}", Input).suggester = SuggestFromList(
            [choice for choice in choices if choice.isprintable()], case_sensitive=False
        )
        self._note(number, f"ctrl+l lists {count(len(choices), 'choice')}")
        if wanted:
            self._offer(number)

    def action_list(self) -> None:
        """List the choices of the focused field."""
        identity = self.focused.id if isinstance(self.focused, Input) else None
        if identity is None:
            return
        number = int(identity.removeprefix("field-"))
        if number in self._choices and " of " not in self.parameters[number].source:
            self._offer(number)
        elif self.parameters[number].source:
            self._note(number, "reading the choices")
            self._ask(number, wanted=True)

    def _offer(self, number: int) -> None:
        from azops_tui.ui.screens.menus import Choice, Menu
        from azops_tui.ui.screens.palette import PaletteEntry, PaletteScreen

        field = self.query_one(f"#field-{number}", Input)

        def chosen(value: str | None) -> None:
            if value:
                field.value = value
                field.cursor_position = len(value)

        name = self.parameters[number].name
        if len(self._choices[number]) > _MANY:
            entries = [PaletteEntry(value, value, "", lambda: None) for value in self._choices[number]]
            screen = PaletteScreen(entries, [field.value], title=name, placeholder="type a part of it")
            self.app.push_screen(screen, chosen)
            return
        choices = [Choice(value, value) for value in self._choices[number]]
        self.app.push_screen(Menu(name, choices, field.value), chosen)

    def _help(self, number: int) -> str:
        """Help line of a field: what it accepts, and a note about its choices."""
        parameter = self.parameters[number]
        return "; ".join(filter(None, [_hint(parameter), keys_of(parameter), safe(self._notes.get(number, ""))]))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Report an invalid value at once."""
        number = int((event.input.id or "field-0").removeprefix("field-"))
        self._check(number)

    def _check(self, number: int) -> str | None:
        """The value as the run will get it; None if it is invalid, which the help line explains."""
        parameter = self.parameters[number]
        value = self.query_one(f"#field-{number}", Input).value
        hint = self.query_one(f"#help-{number}", Static)
        untouched = value == "" and (parameter.type == "secret" or parameter.default is None)
        if self.question is not None:
            untouched = value == "" and not self.question.values[number].required
        verdict = value if untouched else check(parameter, value)
        if self.question is not None and value == "" and not untouched:
            verdict = Problem(Severity.ERROR, 0, f"{parameter.name} needs a value. {parameter.help}")
        wrong = isinstance(verdict, Problem)
        hint.set_class(wrong, "wrong")
        hint.update(Content(safe(verdict.message) if isinstance(verdict, Problem) else self._help(number)))
        return None if isinstance(verdict, Problem) else verdict

    def on_input_submitted(self) -> None:
        """Enter moves to the next field, and from the last one to the button."""
        self.screen.focus_next()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "save":
            self.action_save()
        else:
            self.action_close()

    def action_save(self) -> None:
        """Save the values if all of them are valid."""
        values: dict[str, str] = {}
        for number, parameter in enumerate(self.parameters):
            value = self._check(number)
            field = self.query_one(f"#field-{number}", Input)
            if value is None:
                field.focus()
                return
            if self.question is not None or field.value != self._value(parameter):
                values[parameter.name] = value
        self.dismiss(values if self.question is not None else values or None)

    def action_close(self) -> None:
        self.dismiss(None)


def _asked(value: AskedValue, declared: Parameter | None) -> Parameter:
    """The field for a value that a run asks for."""
    note = f"from {value.source}" if value.source else "" if value.required else "may stay empty for now"
    if value.source and value.secret:
        note += ", if left empty"
    text = "; ".join(filter(None, (value.help, note)))
    if declared is not None:
        return replace(declared, help=text, default=value.value or None)
    return Parameter(value.name, type="secret" if value.secret else "string", default=value.value or None, help=text)


def _hint(parameter: Parameter) -> str:
    """What a parameter accepts, in one line."""
    parts = [parameter.help] if parameter.help else []
    if parameter.choices:
        parts.append("one of " + ", ".join(parameter.choices))
    elif parameter.type not in ("string", "choice"):
        parts.append({"int": "a whole number", "bool": "true or false"}.get(parameter.type, f"a {parameter.type}"))
    if parameter.minimum is not None or parameter.maximum is not None:
        low = "" if parameter.minimum is None else f"{parameter.minimum:g}"
        high = "" if parameter.maximum is None else f"{parameter.maximum:g}"
        parts.append(f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}")
    if parameter.source:
        parts.append(f"from {parameter.source}")
    return safe("; ".join(parts))
