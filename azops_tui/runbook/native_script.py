"""Native steps as commands of ``az``, ``ssh`` and ``scp``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from shlex import quote

from azops_tui.runbook import native
from azops_tui.runbook.native import HostsStep, NativeStep


def quoted(text: str) -> str:
    """A text between double quotes, in which ``${NAME}`` stands for a variable and nothing else does."""
    parts = re.split(r"(\$?\$\{[A-Za-z_]\w*(?::-[^}]*)?\})", text)
    escaped = [
        part if number % 2 and not part.startswith("$$") else _escaped(part[1:] if number % 2 else part)
        for number, part in enumerate(parts)
    ]
    return '"' + "".join(escaped) + '"'


def _escaped(text: str) -> str:
    return re.sub(r'([\\"`$])', r"\\\1", text)


def native_script(name: str, step: NativeStep | None) -> str:
    """Commands that do what a native step does; a failing command for a step that has no equivalent.

    A step that deletes asks for the name to be typed, as azops does.
    """
    match step:
        case native.GroupStep():
            lines = _group(step)
        case native.DeployStep():
            lines = _deploy(name, step)
        case native.ScaleStep():
            wait = "" if step.wait else " --no-wait"
            lines = [
                f"az vmss scale --resource-group {quoted(step.group)} --name {quoted(step.scale_set)} "
                f"--new-capacity {_word(step.capacity)}{wait} --output none"
            ]
        case native.InstancesStep():
            lines = _instances(step)
        case native.KeypairStep():
            lines = _keypair(step)
        case native.SshStep():
            lines = _on_hosts(step)
        case native.AnsibleStep():
            lines = _ansible(step)
        case native.CopyStep():
            lines = _copy(step)
        case native.ResourcesStep():
            lines = _resources(step)
        case native.WaitStep():
            lines = _wait(step)
        case native.GateStep():
            lines = _agree(step.message, "yes")
        case native.ChartStep():
            lines = [f"printf '%s\\n' {quoted(step.data)}"] if isinstance(step.data, str) and step.data else [":"]
        case native.IncludeStep():
            lines = [f"# The steps of {step.file} stand above."]
            lines.append(":")
        case _:
            lines = [f"printf '%s\\n' {quote(f'{name} has no equivalent in a script')} >&2", "false"]
    return "\n".join(lines) + "\n"


def _word(value: int | str) -> str:
    return str(value) if isinstance(value, int) else quoted(value)


def _list(value: str | list[str]) -> list[str]:
    return value.replace(",", " ").split() if isinstance(value, str) else list(value)


def _agree(question: str, word: str) -> list[str]:
    """Ask on the terminal; anything but the word ends the script."""
    return [
        f"printf '%s\\n' {quoted(question)} {quoted(f'Type {word} to go on:')} >&2",
        "read -r azops_answer",
        f"[[ $azops_answer == {quoted(word)} ]]",
    ]


def _group(step: native.GroupStep) -> list[str]:
    group = quoted(step.group)
    if step.state == "absent":
        delete = f"az group delete --name {group} --yes"
        return [*_agree(f"Delete the resource group {step.group} and all that is in it.", step.group), delete]
    location = f" --location {quoted(step.location)}" if step.location else ""
    tags = "".join(f" {quoted(f'{name}={value}')}" for name, value in step.tags.items())
    lines = []
    if step.location:
        lines.append(f"az group create --name {group}{location}{f' --tags{tags}' if tags else ''} --output none")
    elif tags:
        lines.append(f"az group update --name {group} --tags{tags} --output none")
    if step.lock == "none":
        lines.append(f"az lock delete --resource-group {group} --name azops")
    elif step.lock:
        kind = {"delete": "CanNotDelete", "read-only": "ReadOnly"}[step.lock]
        lines.append(f"az lock create --resource-group {group} --name azops --lock-type {kind} --output none")
    return lines or [f"az group show --name {group} --output none"]


def _deploy(name: str, step: native.DeployStep) -> list[str]:
    lines: list[str] = []
    items = step.parameters if isinstance(step.parameters, list) else [step.parameters]
    words = ""
    for item in items:
        if isinstance(item, str):
            words += f" --parameters {quoted('@' + item)}"
        elif item:
            values = json.dumps({key: {"value": value} for key, value in item.items()}, ensure_ascii=False)
            words += f" --parameters {quoted(values)}"
    if step.mode == "complete":
        lines += _agree(f"Delete what is in {step.group} and not in the template.", step.group)
    for template in [step.template] if isinstance(step.template, str) else step.template:
        deployment = step.name or re.sub(r"[^\w.()-]", "-", name)
        arguments = f"--resource-group {quoted(step.group)} --template-file {quoted(template)}{words}"
        if step.what_if:
            lines.append(f"az deployment group what-if {arguments}")
        mode = " --mode Complete" if step.mode == "complete" else ""
        lines.append(
            f"az deployment group create --name {quoted(deployment)} {arguments}{mode} "
            '--query properties.outputs --output json >"$azops_work/outputs"'
        )
    for output, variable in step.outputs.items():
        program = 'import json, sys; v = json.load(open(sys.argv[1]))[sys.argv[2]]["value"]; '
        program += "print(v if isinstance(v, str) else json.dumps(v))"
        lines.append(f'{variable}=$(python3 -c {quote(program)} "$azops_work/outputs" {quote(output)})')
        lines.append(f"export {variable}")
    return lines


def _instances(step: native.InstancesStep) -> list[str]:
    verb = {"power-off": "stop", "upgrade": "update-instances", "delete": "delete-instances"}.get(step.action)
    target = f"--resource-group {quoted(step.group)} --name {quoted(step.scale_set)}"
    written = step.instances if isinstance(step.instances, list) else _list(str(step.instances))
    ids = "'*'" if "all" in written else " ".join(quoted(str(item)) for item in written)
    lines = []
    if step.action in native.DELETING:
        lines = _agree(f"{step.action.capitalize()} instances of {step.scale_set}: {ids}.", step.scale_set)
    return [*lines, f"az vmss {verb or step.action} {target} --instance-ids {ids}"]


def _keypair(step: native.KeypairStep) -> list[str]:
    path = quoted(step.path) if not step.path.startswith("~/") else "~/" + quoted(step.path[2:])
    lines = [f"[[ -e {path} ]] || ssh-keygen -q -t {step.kind} -N '' -C {quoted(step.comment)} -f {path}"]
    if step.public:
        lines.append(f'export {step.public}="$(cat {path}.pub)"')
    if step.private:
        lines.append(f"export {step.private}={path}")
    return lines


def _ssh(program: str, step: HostsStep) -> str:
    words = [program, "-o BatchMode=yes"]
    words += [f"-i {quoted(step.key)}"] if step.key else []
    # Of several gateways, the first: plain ssh does not share hosts out.
    words += [f"-J {quoted(_list(step.via)[0])}"] if step.via else []
    words += [f"-o User={quoted(step.user)}"] if step.user else []
    return " ".join(words)


def _on_hosts(step: native.SshStep) -> list[str]:
    """The command on each host, then the reboot, told by another boot id, and the waits."""
    ssh = f'{_ssh("ssh", step)} "$azops_host"'
    lines = _hosts(step, f"{ssh} {quoted(step.command)} </dev/null", step.capture) if step.command else []
    after = []
    if step.reboot:
        boot = f"{ssh} cat /proc/sys/kernel/random/boot_id </dev/null"
        required = f"{ssh} test -e /run/reboot-required </dev/null && " if step.reboot == "if-required" else ""
        wait = f'until azops_new=$({boot}) && [ "$azops_new" != "$azops_boot" ]; do sleep 3; done'
        after.append(f"{required}{{ azops_boot=$({boot}); {ssh} sudo -n reboot </dev/null; {wait}; }}")
    if step.wait_for_port:
        after.append(f'until nc -z "$azops_host" {_word(step.wait_for_port)}; do sleep 3; done')
    if step.wait_until:
        after.append(f"until {ssh} {quoted(step.wait_until)} </dev/null; do sleep 3; done")
    return lines + (_hosts(step, "; ".join(after)) if after else [])


def _ansible(step: native.AnsibleStep) -> list[str]:
    words = ["ansible-playbook", '-i "$(printf \'%s,\' "${azops_hosts[@]}")"']
    words += [f"--user {quoted(step.user)}"] if step.user else []
    words += [f"--private-key {quoted(step.key)}"] if step.key else []
    words += [f"-e {quoted(f'{name}={value}')}" for name, value in step.vars.items()]
    words += ["--check"] if step.check else []
    words += [f"--tags {quoted(step.tags)}"] if step.tags else []
    lines = [f"azops_hosts=({_host_names(step)})"]
    if step.playbook:
        return [*lines, " ".join([*words, quoted(step.playbook)])]
    return [*lines, " ".join([*words, f"<(printf '%s' {quoted(json.dumps(step.plays))})"])]


def _hosts(step: HostsStep, command: str, capture: str = "") -> list[str]:
    """The command for each host, which is ``$azops_host``."""
    loop = [f"for azops_host in {_host_names(step)}; do", f"  {command}", "done"]
    if not capture:
        return loop
    return [f"{capture}=$(", *loop, ")", f"export {capture}"]


def _host_names(step: HostsStep) -> str:
    """Shell words that expand to the hosts."""
    if step.hosts:
        names = " ".join(quoted(host) for host in _list(step.hosts))
    elif step.scale_set:
        query = "[].ipConfigurations[0].privateIPAddress"
        names = (
            f"$(az vmss nic list --resource-group {quoted(step.group)} --vmss-name {quoted(step.scale_set)} "
            f"--query {quote(query)} --output tsv)"
        )
    else:
        patterns = "|".join(_list(step.machines)) or "*"
        names = (
            f"$(az vm list --resource-group {quoted(step.group)} --show-details --query "
            "'[].[name, publicIps || privateIps]' --output tsv | while read -r azops_name azops_address; do "
            f"case $azops_name in {patterns}) printf '%s\\n' \"$azops_address\" ;; esac; done)"
        )
    return names


def _copy(step: native.CopyStep) -> list[str]:
    program = _ssh("scp -r -p", step)
    if step.upload:
        paths = " ".join(quoted(path) for path in _lines(step.upload))
        return _hosts(step, f'{program} {paths} "$azops_host":{quoted(step.to)}')
    lines = [f'mkdir -p {quoted(step.to)}/"$azops_host"']
    lines += [
        f'{program} "$azops_host":{quoted(path)} {quoted(step.to)}/"$azops_host"/' for path in _lines(step.download)
    ]
    return _hosts(step, "; ".join(lines))


def _lines(value: str | list[str]) -> Iterable[str]:
    return value.splitlines() if isinstance(value, str) else value


def _resources(step: native.ResourcesStep) -> list[str]:
    group = f" --resource-group {quoted(step.group)}" if step.group else ""
    command = {
        "resources": f"az resource list{group}",
        "addresses": f"az network public-ip list{group}",
        "machines": f"az vm list{group} --show-details",
        "instances": f"az vmss list-instances{group} --name {quoted(step.scale_set)}",
    }[step.kind]
    if step.type and step.kind == "resources":
        command += f" --resource-type {quoted(step.type)}"
    if step.query:
        command += f" --query {quoted(step.query)}"
    if not step.capture:
        return [f"{command} --output table"]
    return [f"{step.capture}=$({command} --output json)", f"export {step.capture}"]


def _wait(step: native.WaitStep) -> list[str]:
    interval = _word(step.interval)
    if step.command:
        test = f" | jp -u {quoted(step.until)} | grep -Eqv '^(null|false|)$'" if step.until else " >/dev/null"
        command = f"( {step.command} ){test}"
    else:
        default = "properties.provisioningState == 'Succeeded'"
        show = f"az resource show --ids {quoted(step.resource)}"
        if step.scale_set:
            default = "length([?provisioningState != 'Succeeded']) == `0`"
            group, name = quoted(step.group), quoted(step.scale_set)
            show = f"az vmss list-instances --resource-group {group} --name {name}"
        elif step.group:
            show = f"az group show --name {quoted(step.group)}"
        query = quoted(step.until or default)
        command = f"{show} --query {query} --output tsv 2>/dev/null | grep -Eqiv '^(null|false|none|)$'"
    return [f"until {command}; do", f"  sleep {interval}", "done"]
