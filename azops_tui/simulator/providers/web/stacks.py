"""Runtimes that App Service and Functions offer: the stacks from which clients choose versions."""

from __future__ import annotations

from dataclasses import dataclass

from azops_tui.json_types import Json


@dataclass(frozen=True, slots=True)
class WebRuntime:
    """One version of a language.

    Attributes:
        version: as ``3.12``.
        label: name of the version for people.
        linux, windows: runtime version on each system; empty if it is not offered there.
        ends: date of the end of support, as ``2028-10-31``.
        functions: whether Functions offers the version.
        is_default: whether Functions takes the version if none is named.
    """

    version: str
    label: str
    linux: str
    windows: str
    ends: str
    functions: bool = False
    is_default: bool = False


STACKS: dict[tuple[str, str, str], tuple[WebRuntime, ...]] = {
    (".NET", "dotnet", "windows"): (
        WebRuntime("10", ".NET 10 (LTS)", "DOTNETCORE|10.0", "v10.0", "2028-11-10", True),
        WebRuntime("9", ".NET 9 (STS)", "DOTNETCORE|9.0", "v9.0", "2026-11-10", True),
        WebRuntime("8", ".NET 8 (LTS)", "DOTNETCORE|8.0", "v8.0", "2026-11-10", True, True),
    ),
    ("Node", "node", "linux"): (
        WebRuntime("24", "Node 24 LTS", "NODE|24-lts", "~24", "2028-04-30", True),
        WebRuntime("22", "Node 22 LTS", "NODE|22-lts", "~22", "2027-04-30", True, True),
        WebRuntime("20", "Node 20 LTS", "NODE|20-lts", "~20", "2026-04-30", True),
    ),
    ("Python", "python", "linux"): (
        WebRuntime("3.13", "Python 3.13", "PYTHON|3.13", "", "2029-10-31", True),
        WebRuntime("3.12", "Python 3.12", "PYTHON|3.12", "", "2028-10-31", True, True),
        WebRuntime("3.11", "Python 3.11", "PYTHON|3.11", "", "2027-10-31", True),
        WebRuntime("3.10", "Python 3.10", "PYTHON|3.10", "", "2026-10-31", True),
    ),
    ("PHP", "php", "linux"): (
        WebRuntime("8.4", "PHP 8.4", "PHP|8.4", "", "2028-12-31"),
        WebRuntime("8.3", "PHP 8.3", "PHP|8.3", "", "2027-12-31"),
        WebRuntime("8.2", "PHP 8.2", "PHP|8.2", "", "2026-12-31"),
    ),
    ("Java", "java", "linux"): (
        WebRuntime("21.0", "Java 21", "Java|21", "21", "2028-09-30", True),
        WebRuntime("17.0", "Java 17", "Java|17", "17", "2027-09-30", True, True),
        WebRuntime("11.0", "Java 11", "Java|11", "11", "2027-09-30", True),
        WebRuntime("8.0", "Java 8", "Java|8", "1.8", "2030-12-31", True),
    ),
    ("PowerShell", "powershell", "windows"): (
        WebRuntime("7.4", "PowerShell 7.4", "PowerShell|7.4", "7.4", "2026-11-10", True, True),
    ),
}
"""Versions by name, value and preferred system of a stack."""
_CONTAINERS = (
    ("Java SE (Embedded Web Server)", "javase", "JAVA", "SE"),
    ("Apache Tomcat 10.1", "tomcat10.1", "TOMCAT", "10.1"),
    ("Apache Tomcat 9.0", "tomcat9.0", "TOMCAT", "9.0"),
)
_JAVA = ("21", "17", "11", "8")


def _common(runtime: WebRuntime) -> dict[str, Json]:
    return {
        "isPreview": False,
        "isDeprecated": False,
        "isHidden": False,
        "isEarlyAccess": False,
        "isAutoUpdate": True,
        "endOfLifeDate": f"{runtime.ends}T00:00:00Z",
        "remoteDebuggingSupported": False,
        "appInsightsSettings": {"isSupported": True, "isDefaultOff": False},
        "gitHubActionSettings": {"isSupported": True, "supportedVersion": runtime.version},
    }


def _document(kind: str, display: str, value: str, system: str, versions: list[Json]) -> Json:
    return {
        "id": None,
        "name": value,
        "type": f"Microsoft.Web/{kind}",
        "properties": {
            "displayText": display,
            "value": value,
            "preferredOs": system,
            "majorVersions": versions,
        },
    }


def web_stacks(system: str) -> list[Json]:
    """The stacks of App Service for ``linux``, ``windows`` or, if empty, both."""
    kind = "webAppStacks"
    shown = []
    for (display, value, preferred), runtimes in STACKS.items():
        if value == "powershell":
            continue
        versions = [_version(r, _web_settings(r, system)) for r in runtimes]
        shown.append(_document(kind, display, value, preferred, [v for v in versions if v is not None]))
    containers = [_container(*row, system) for row in _CONTAINERS]
    return [*shown, _document(kind, "Java Containers", "javacontainers", "linux", containers)]


def _version(runtime: WebRuntime, settings: dict[str, Json]) -> Json:
    if not settings:
        return None
    minor = {"displayText": runtime.label, "value": runtime.version, "stackSettings": settings}
    return {"displayText": runtime.label, "value": runtime.version, "minorVersions": [minor]}


def _web_settings(runtime: WebRuntime, system: str) -> dict[str, Json]:
    settings: dict[str, Json] = {}
    for name, version in (("linux", runtime.linux), ("windows", runtime.windows)):
        if version and system in ("", name):
            settings[f"{name}RuntimeSettings"] = {"runtimeVersion": version, **_common(runtime)}
    return settings


def _container(display: str, value: str, prefix: str, number: str, system: str) -> Json:
    """A Java container with the runtimes of all Java versions."""
    settings: dict[str, Json] = {}
    common = {"isPreview": False, "isDeprecated": False, "isHidden": False, "isAutoUpdate": True}
    names = {java: f"{prefix}|{java if number == 'SE' else number}-java{java}" for java in _JAVA}
    if system in ("", "linux"):
        runtimes = [{"runtimeVersion": java, "runtime": name, "isAutoUpdate": True} for java, name in names.items()]
        older = {f"java{java}Runtime": names[java] for java in ("11", "8")}
        settings["linuxContainerSettings"] = {**older, "runtimes": runtimes, **common}
    if system in ("", "windows"):
        container = {"javaContainer": prefix, "javaContainerVersion": number, **common}
        settings["windowsContainerSettings"] = container
    minor = {"displayText": display, "value": number, "stackSettings": settings}
    return {"displayText": display, "value": value, "minorVersions": [minor]}


def function_stacks(system: str) -> list[Json]:
    """The stacks of Functions for ``linux``, ``windows`` or, if empty, both."""
    shown = []
    for (display, value, preferred), runtimes in STACKS.items():
        offered = (r for r in runtimes if r.functions)
        versions = [_version(r, _function_settings(value, r, system)) for r in offered]
        if versions:
            shown.append(_document("functionAppStacks", display, value, preferred, [v for v in versions if v]))
    return shown


def _function_settings(value: str, runtime: WebRuntime, system: str) -> dict[str, Json]:
    worker = "dotnet-isolated" if value == "dotnet" else value
    settings: dict[str, Json] = {}
    for name, version in (("linux", runtime.linux), ("windows", runtime.windows)):
        if not version or system not in ("", name):
            continue
        number = version.partition("|")[2] or runtime.version
        framework = "DOTNET-ISOLATED" if value == "dotnet" else value.capitalize()
        config: dict[str, Json] = {"use32BitWorkerProcess": name == "windows" and value != "python"}
        if name == "linux":
            config |= {"linuxFxVersion": f"{framework}|{number.removesuffix('-lts')}", "use32BitWorkerProcess": False}
        elif value == "java":
            config["javaVersion"] = version
        elif value == "powershell":
            config["powerShellVersion"] = version
        elif value == "dotnet":
            config["netFrameworkVersion"] = version
        app: dict[str, Json] = {"FUNCTIONS_WORKER_RUNTIME": worker}
        if name == "windows" and value == "node":
            app["WEBSITE_NODE_DEFAULT_VERSION"] = version
        settings[f"{name}RuntimeSettings"] = {
            "runtimeVersion": version,
            **_common(runtime),
            "appSettingsDictionary": app,
            "siteConfigPropertiesDictionary": config,
            "supportedFunctionsExtensionVersions": ["~4"],
            "isDefault": runtime.is_default,
        }
    return settings
