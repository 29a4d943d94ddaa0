"""The simulated shell: an interpreter that runs parsed scripts on a machine."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

from azops_tui.simulator.hosts.command import CommandCall, ShellProcess
from azops_tui.simulator.hosts.control import ExpansionError, FunctionReturn, LoopExit, ShellExit
from azops_tui.simulator.hosts.expansion import Expander, matches
from azops_tui.simulator.hosts.options import UsageError
from azops_tui.simulator.hosts.parser import parse
from azops_tui.simulator.hosts.redirection import redirected
from azops_tui.simulator.hosts.streams import Streams, TextSink, describe, no_input
from azops_tui.simulator.hosts.syntax import (
    AndOrNode,
    CaseNode,
    CommandNode,
    ForNode,
    FunctionNode,
    GroupNode,
    IfNode,
    PipelineNode,
    ScriptNode,
    ShellSyntaxError,
    SimpleNode,
    WhileNode,
)

_DEEPEST = 40
"""Nesting level of functions at which a call fails."""


@dataclass(slots=True)
class Shell(ShellProcess):
    """The interpreter."""

    async def run(self, text: str, streams: Streams) -> int:
        try:
            return await self.script(parse(text), streams)
        except ShellSyntaxError as error:
            streams.err(f"bash: -c: line 1: syntax error {error}\n")
            self.status = 2
        except ShellExit as leave:
            self.status = leave.status
        except LoopExit:
            pass
        except RecursionError:
            streams.err("bash: too many commands within commands\n")
            self.status = 2
        return self.status

    async def script(self, script: ScriptNode, streams: Streams) -> int:
        for item in script.items:
            # A loop without any wait in it must not keep the machine from its other work.
            await asyncio.sleep(0)
            self._spend(streams)
            if item.background:
                self._start(item, streams)
                self.status = 0
            else:
                self.status = await self._and_or(item, streams)
        return self.status

    def _spend(self, streams: Streams) -> None:
        """End a script that has executed too many commands, as a limit on processor time does."""
        self.budget.left -= 1
        if self.budget.left < 0:
            if self.budget.left == -1:
                streams.err("Killed\n")
            raise ShellExit(137)

    def _start(self, item: AndOrNode, streams: Streams) -> None:
        child = self.child()

        async def work() -> int:
            try:
                return await child._and_or(item, replace(streams, read=no_input))
            except ShellExit as leave:
                return leave.status

        task = asyncio.get_running_loop().create_task(work())
        child.pid = self.last_job = self.host.processes.add("bash", task, group=self.pid)
        self.background.append(task)

    async def _and_or(self, item: AndOrNode, streams: Streams) -> int:
        status = await self._pipeline(item.first, streams, tested=bool(item.others))
        for index, (operator, pipeline) in enumerate(item.others):
            self.status = status
            if (operator == "&&") == (status == 0):
                status = await self._pipeline(pipeline, streams, tested=index < len(item.others) - 1)
        return status

    async def _pipeline(self, pipeline: PipelineNode, streams: Streams, *, tested: bool) -> int:
        self.tested += tested or pipeline.negated
        try:
            status = await self._stages(pipeline, streams)
        finally:
            self.tested -= tested or pipeline.negated
        if pipeline.negated:
            return int(status == 0)
        if status and "errexit" in self.options and not (self.tested or tested):
            raise ShellExit(status)
        return status

    async def _stages(self, pipeline: PipelineNode, streams: Streams) -> int:
        if len(pipeline.commands) == 1:
            return await self._command(pipeline.commands[0], streams)
        statuses: list[int] = []
        read = streams.read
        for index, command in enumerate(pipeline.commands):
            last = index == len(pipeline.commands) - 1
            collected = TextSink()
            stage = replace(streams, read=read, out=streams.out if last else collected)
            statuses.append(await self.child().guarded(command, stage))
            read = Streams.of(collected.text())
        failed = [status for status in statuses if status]
        return failed[-1] if failed and "pipefail" in self.options else statuses[-1]

    async def guarded(self, command: CommandNode, streams: Streams) -> int:
        """Run a command of this shell; ``exit`` in it ends only this shell."""
        try:
            return await self._command(command, streams)
        except ShellExit as leave:
            return leave.status

    async def _command(self, command: CommandNode, streams: Streams) -> int:
        if isinstance(command, FunctionNode):
            self.functions[command.name] = command.body
            return 0
        try:
            streams, finish = await redirected(self, command.redirects, streams)
        except (OSError, ExpansionError) as error:
            streams.err(f"bash: {describe(error)}\n")
            return 1
        try:
            return await self._compound(command, streams)
        except ExpansionError as error:
            streams.err(f"bash: {error}\n")
            if error.fatal and not self.interactive:
                raise ShellExit(error.status) from None
            return error.status
        finally:
            finish()

    async def _compound(self, command: CommandNode, streams: Streams) -> int:
        match command:
            case SimpleNode():
                return await self._simple(command, streams)
            case GroupNode(body=body, subshell=True):
                child = self.child()
                try:
                    return await child.script(body, streams)
                except ShellExit as leave:
                    return leave.status
            case GroupNode(body=body):
                return await self.script(body, streams)
            case IfNode():
                for condition, body in command.clauses:
                    if await self._test(condition, streams) == 0:
                        return await self.script(body, streams)
                return await self.script(command.otherwise, streams) if command.otherwise else 0
            case ForNode():
                return await self._for(command, streams)
            case WhileNode():
                return await self._while(command, streams)
            case CaseNode():
                return await self._case(command, streams)
            case FunctionNode():
                return 0

    async def _test(self, condition: ScriptNode, streams: Streams) -> int:
        self.tested += 1
        try:
            return await self.script(condition, streams)
        finally:
            self.tested -= 1

    async def _for(self, command: ForNode, streams: Streams) -> int:
        words = self.arguments if command.words is None else await Expander(self, streams).fields(command.words)
        status = 0
        for word in words:
            self.variables[command.name] = word
            try:
                status = await self.script(command.body, streams)
            except LoopExit as loop:
                if loop.leaves():
                    break
        return status

    async def _while(self, command: WhileNode, streams: Streams) -> int:
        status = 0
        while True:
            try:
                if (await self._test(command.condition, streams) == 0) is command.until:
                    return status
                status = await self.script(command.body, streams)
            except LoopExit as loop:
                if loop.leaves():
                    return status

    async def _case(self, command: CaseNode, streams: Streams) -> int:
        expander = Expander(self, streams)
        value = await expander.string(command.word)
        for patterns, body in command.branches:
            for pattern in patterns:
                if matches(await expander.pattern(pattern), value):
                    return await self.script(body, streams)
        return 0

    async def _simple(self, command: SimpleNode, streams: Streams) -> int:
        expander = Expander(self, streams)
        words = await expander.fields(command.words)
        assigned = {name: await expander.string(word) for name, word in command.assignments}
        if not words:
            self.variables.update(assigned)
            return expander.status
        before = {name: self.variables.get(name) for name in assigned}
        exported = {name for name in assigned if name not in self.exported}
        self.variables.update(assigned)
        self.exported |= exported
        try:
            return await self.call(words, streams)
        finally:
            self.exported -= exported
            for name, value in before.items():
                if value is None:
                    self.variables.pop(name, None)
                else:
                    self.variables[name] = value

    async def call(self, words: list[str], streams: Streams, *, elevated: bool = False) -> int:
        name = words[0]
        if name in self.functions:
            return await self._function(name, words[1:], streams)
        command = self.commands.find(name)
        call = CommandCall(self, name.rpartition("/")[2] or name, words[1:], streams, elevated or self.elevated)
        if command is None:
            return await self._file(call, name)
        if name in ("test", "[", "[["):
            call.name = f"bash: {name}"
        try:
            return await command(call)
        except UsageError as error:
            return call.fail(str(error), 2)
        except OSError as error:
            return call.fail(describe(error))

    async def _file(self, call: CommandCall, name: str) -> int:
        """Run a script file of the machine."""
        if "/" not in name:
            call.streams.err(f"bash: {name}: command not found\n")
            return 127
        path = self.path(name)
        if not self.host.files.exists(path):
            call.streams.err(f"bash: {name}: No such file or directory\n")
            return 127
        if self.host.files.is_folder(path) or not self.host.files.local(path).stat().st_mode & 0o100:
            what = "Is a directory" if self.host.files.is_folder(path) else "Permission denied"
            call.streams.err(f"bash: {name}: {what}\n")
            return 126
        child = self.child()
        child.arguments, child.name = call.args, name
        return await child.run(self.host.files.read(path), call.streams)

    async def _function(self, name: str, arguments: list[str], streams: Streams) -> int:
        if self.depth >= _DEEPEST:
            streams.err(f"bash: {name}: maximum function nesting level exceeded ({_DEEPEST})\n")
            return 1
        before, self.arguments = self.arguments, arguments
        self.depth += 1
        try:
            return await self._command(self.functions[name], streams)
        except FunctionReturn as leave:
            return leave.status
        finally:
            self.arguments = before
            self.depth -= 1
