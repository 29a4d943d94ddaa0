"""Commands that show and probe a machine's network."""

from __future__ import annotations

import ipaddress
import json

from azops_tui.simulator.hosts.command import CommandCall, CommandTable
from azops_tui.simulator.hosts.options import read

COMMANDS = CommandTable()


def _net(call: CommandCall) -> ipaddress.IPv4Interface:
    """The machine's address, with a /24 as its subnet."""
    return ipaddress.IPv4Interface(f"{call.host.spec.private_address}/24")


def _link_local(mac: str) -> str:
    first, *rest = [int(part, 16) for part in mac.split(":")]
    octets = [first ^ 2, *rest[:2], 0xFF, 0xFE, *rest[2:]]
    groups = [f"{octets[at] << 8 | octets[at + 1]:x}" for at in range(0, 8, 2)]
    return "fe80::" + ":".join(groups)


@COMMANDS.register("ifconfig")
async def ifconfig(call: CommandCall) -> int:
    """``ifconfig [-a] [NAME]``."""
    names = [word for word in call.args if not word.startswith("-")]
    net, host = _net(call), call.host
    sent = 1000 + int(host.uptime() * 3)
    eth0 = [
        "eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500",
        f"        inet {net.ip}  netmask {net.netmask}  broadcast {net.network.broadcast_address}",
        f"        inet6 {_link_local(host.mac)}  prefixlen 64  scopeid 0x20<link>",
        f"        ether {host.mac}  txqueuelen 1000  (Ethernet)",
        f"        RX packets {sent * 2}  bytes {sent * 1420} ({sent * 1420 / 1e6:.1f} MB)",
        "        RX errors 0  dropped 0  overruns 0  frame 0",
        f"        TX packets {sent}  bytes {sent * 310} ({sent * 310 / 1e6:.1f} MB)",
        "        TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0",
    ]
    lo = [
        "lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536",
        "        inet 127.0.0.1  netmask 255.0.0.0",
        "        inet6 ::1  prefixlen 128  scopeid 0x10<host>",
        "        loop  txqueuelen 1000  (Local Loopback)",
        "        RX packets 104  bytes 9176 (9.1 KB)",
        "        TX packets 104  bytes 9176 (9.1 KB)",
    ]
    shown = {"eth0": eth0, "lo": lo}
    for name in names or shown:
        if name not in shown:
            call.streams.err(f"{name}: error fetching interface information: Device not found\n")
            return 1
        call.out("".join(f"{line}\n" for line in shown[name]) + "\n")
    return 0


@COMMANDS.register("ip")
async def ip(call: CommandCall) -> int:
    """``ip [-4|-6|-br] addr|link|route [show] [dev] [NAME]``."""
    options = [word for word in call.args if word.startswith("-")]
    words = [word for word in call.args if not word.startswith("-")]
    what = words[0] if words else ""
    rest = [word for word in words[1:] if word not in ("show", "dev", "list", "ls", "scope", "global", "up")]
    net, host = _net(call), call.host
    if what and "route".startswith(what):
        gateway = net.network.network_address + 1
        if rest[:1] == ["get"] and len(rest) > 1:
            call.out(f"{rest[1]} via {gateway} dev eth0 src {net.ip} uid 1000 \n    cache \n")
            return 0
        call.out(f"default via {gateway} dev eth0 proto dhcp src {net.ip} metric 100 \n")
        call.out(f"{net.network} dev eth0 proto kernel scope link src {net.ip} metric 100 \n")
        call.out(f"168.63.129.16 via {gateway} dev eth0 proto dhcp src {net.ip} metric 100 \n")
        call.out(f"169.254.169.254 via {gateway} dev eth0 proto dhcp src {net.ip} metric 100 \n")
        return 0
    if not what or not ("address".startswith(what) or "link".startswith(what) or what == "neigh"):
        return call.fail(f'Object "{what}" is unknown, try "ip help".')
    name = rest[0] if rest else ""
    if name not in ("", "eth0", "lo"):
        call.streams.err(f'Device "{name}" does not exist.\n')
        return 1
    if "-br" in options or "-brief" in options:
        call.out("lo               UNKNOWN        127.0.0.1/8 ::1/128 \n" if name != "eth0" else "")
        call.out(f"eth0             UP             {net} {_link_local(host.mac)}/64 \n" if name != "lo" else "")
        return 0
    addresses, four, six = "address".startswith(what), "-6" not in options, "-4" not in options
    up = "group default qlen 1000"
    ether, brd = f"ether {host.mac} brd ff:ff:ff:ff:ff:ff", net.network.broadcast_address
    blocks = [
        (
            f"1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN {up}",
            *("loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00", "127.0.0.1/8 scope host lo", "::1/128 scope host"),
        ),
        (
            f"2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP {up}",
            *(ether, f"{net} metric 100 brd {brd} scope global eth0", f"{_link_local(host.mac)}/64 scope link"),
        ),
    ]
    lasting = "       valid_lft forever preferred_lft forever\n"
    for title, link, inet, inet6 in blocks:
        if name in ("", title.split(":")[1].strip()):
            call.out(f"{title}\n")
            call.out(f"    link/{link}\n" if four and six else "")
            call.out(f"    inet {inet}\n{lasting}" if addresses and four else "")
            call.out(f"    inet6 {inet6}\n{lasting}" if addresses and six else "")
    return 0


@COMMANDS.register("ping")
async def ping(call: CommandCall) -> int:
    """``ping [-c N] [-W N] HOST``: only other simulated machines answer."""
    options = read(call.args, "qn46", "cWiw")
    if not options.words:
        return call.fail("usage error: Destination address required")
    name, count = options.words[0], min(int(options.value("c", default="4") or 4), 20)
    address = call.host.neighbour(name)
    if address is None:
        return call.fail(f"{name}: Name or service not known", 2)
    call.out(f"PING {name} ({address}) 56(84) bytes of data.\n")
    for number in range(1, count + 1):
        call.out(f"64 bytes from {address}: icmp_seq={number} ttl=64 time={0.6 + number * 7 % 5 / 10:.2f} ms\n")
    call.out(f"\n--- {name} ping statistics ---\n{count} packets transmitted, {count} received, 0% packet loss\n")
    return 0


@COMMANDS.register("ss", "netstat")
async def ss(call: CommandCall) -> int:
    """``ss`` and ``netstat``: listening ports."""
    call.out("State  Recv-Q Send-Q Local Address:Port Peer Address:Port\n")
    call.out("LISTEN 0      128          0.0.0.0:22        0.0.0.0:*   \n")
    call.out("LISTEN 0      4096   127.0.0.53%lo:53        0.0.0.0:*   \n")
    return 0


@COMMANDS.register("curl", "wget")
async def curl(call: CommandCall) -> int:
    """``curl`` and ``wget``: only the instance metadata service answers."""
    options = read(
        [word for word in call.args if word not in ("--noproxy", "*")],
        "sSfLkiIqvO",
        "HoXmdwu",
        "silent fail show-error location max-time= header= connect-timeout= output= request= retry=",
    )
    url = next((word for word in options.words if "/" in word or "." in word), "")
    server = url.partition("://")[2].partition("/")[0] or url.partition("/")[0]
    if server != "169.254.169.254":
        if not options.has("s", "silent") or options.has("S", "show-error"):
            call.streams.err(f"curl: (6) Could not resolve host: {server}\n")
        return 6
    if options.value("H", "header").replace(" ", "").lower() != "metadata:true":
        call.out('{ "error": "Bad request: . Required metadata header not specified" }')
        return 0
    spec = call.host.spec
    parts = spec.id.split("/")
    lower = [part.lower() for part in parts]
    group = parts[lower.index("resourcegroups") + 1] if "resourcegroups" in lower else ""
    subscription = parts[lower.index("subscriptions") + 1] if "subscriptions" in lower else ""
    compute = {"name": spec.name, "vmSize": spec.size, "resourceGroupName": group, "subscriptionId": subscription}
    compute |= {"resourceId": spec.id, "osType": "Linux", "azEnvironment": "AzurePublicCloud"}
    address = {"privateIpAddress": spec.private_address, "publicIpAddress": spec.public_address or ""}
    network = {"interface": [{"ipv4": {"ipAddress": [address]}, "macAddress": call.host.mac.replace(":", "").upper()}]}
    node: object = {"instance": {"compute": compute, "network": network}}
    path = url.partition("/metadata")[2].partition("?")[0]
    for piece in [part for part in path.split("/") if part]:
        if isinstance(node, list) and piece.isdigit() and int(piece) < len(node):
            node = node[int(piece)]
        elif isinstance(node, dict) and piece in node:
            node = node[piece]
        else:
            call.out('{ "error": "Not found" }')
            return 22 if options.has("f", "fail") else 0
    call.out(node if isinstance(node, str) else json.dumps(node))
    return 0


@COMMANDS.register("host", "nslookup", "dig")
async def lookup(call: CommandCall) -> int:
    """``host`` and ``nslookup``: look up simulated machines by name."""
    name = call.args[-1] if call.args else ""
    address = call.host.neighbour(name)
    if address is None:
        call.out(f"Host {name} not found: 3(NXDOMAIN)\n")
        return 1
    call.out(f"{name} has address {address}\n")
    return 0
