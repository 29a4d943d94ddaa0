"""Functions that tell about the template and the place around an expression: `parameters`, `resourceId`, …"""

from __future__ import annotations

from collections.abc import Callable

from azops_tui.arm.environment import GENERATE, Environment
from azops_tui.arm.errors import ExpressionError, Unknown
from azops_tui.arm.evaluator import Compiled
from azops_tui.arm.functions import FunctionError, ids
from azops_tui.arm.functions.dates import utc_now as formatted_time
from azops_tui.arm.functions.lazy import special, usage
from azops_tui.arm.resource_id import MANAGEMENT_GROUPS
from azops_tui.arm.symbolic import Symbolic
from azops_tui.arm.syntax import Call
from azops_tui.json_types import Json

Plain = Callable[[Environment, str, list[Json]], Json]


def context_function(name: str) -> Callable[[Plain], Plain]:
    """Makes a Python function of (environment, name as written, argument values) the template function `name`."""

    def add(implementation: Plain) -> Plain:
        def build(node: Call, arguments: list[Compiled]) -> Compiled:
            def call(environment: Environment) -> Json:
                environment.run.step()
                values = [argument(environment) for argument in arguments]
                if any(isinstance(value, Symbolic) for value in values):
                    return Symbolic(node, environment)
                try:
                    return implementation(environment, name, values)
                except Unknown:
                    return Symbolic(node, environment)
                except FunctionError as error:
                    raise ExpressionError(error.message, function=name, code=error.code) from None
                except ExpressionError as error:
                    error.function = error.function or name
                    raise

            return call

        special(name)(build)
        return implementation

    return add


def not_here(name: str) -> ExpressionError:
    return ExpressionError(
        f"The template function '{name}' is not expected at this location. "
        "Please see https://aka.ms/arm-functions for usage details.",
        function=name,
    )


def text_argument(name: str, value: Json) -> str:
    if isinstance(value, str):
        return value
    raise ExpressionError(
        f"The template language function '{name}' expects its parameter to be a string. {usage(name)}", function=name
    )


@context_function("parameters")
def parameters(environment: Environment, name: str, values: list[Json]) -> Json:
    wanted = text_argument(name, values[0])
    if environment.arguments is not None:
        lowered = wanted.lower()
        if lowered in environment.arguments:
            return environment.arguments[lowered]
        raise ExpressionError(
            f"The template parameter '{wanted}' is not found. "
            "Please see https://aka.ms/arm-syntax-parameters for usage details."
        )
    return environment.frame.parameter(wanted, environment)


@context_function("variables")
def variables(environment: Environment, name: str, values: list[Json]) -> Json:
    return environment.frame.variable(text_argument(name, values[0]), environment)


@context_function("copyIndex")
def copy_index(environment: Environment, name: str, values: list[Json]) -> Json:
    loop = values.pop(0) if values and isinstance(values[0], str) else ""
    offset = values.pop(0) if values else 0
    if values or type(offset) is not int:
        raise ExpressionError(
            "The template language function 'copyIndex' expects a loop name, an integer offset, or both. "
            "Please see https://aka.ms/arm-copy for usage details."
        )
    if not environment.copies:
        raise ExpressionError(
            "The template function 'copyIndex' is not expected at this location. The function can only be used in a "
            "resource with copy specified. Please see https://aka.ms/arm-copy for usage details."
        )
    index = environment.copies.get(loop.lower())
    if index is None:
        raise ExpressionError(
            f"The template language function 'copyIndex' has an invalid argument. The copy loop name '{loop}' is not "
            "found. Please see https://aka.ms/arm-copy for usage details."
        )
    return index + offset


@context_function("newGuid")
def new_guid(environment: Environment, name: str, values: list[Json]) -> Json:
    if not environment.place & GENERATE:
        raise ExpressionError(
            f"The template function '{name}' is not expected at this location. The function can only be used in a "
            "default value of a parameter. Please see https://aka.ms/arm-functions for usage details."
        )
    if environment.run.mode == "plan" and environment.run.new_guid is None:
        raise Unknown
    return environment.run.guid()


@context_function("utcNow")
def utc_now(environment: Environment, name: str, values: list[Json]) -> Json:
    if not environment.place & GENERATE:
        raise ExpressionError(
            f"The template function '{name}' is not expected at this location. The function can only be used in a "
            "default value of a parameter. Please see https://aka.ms/arm-functions for usage details."
        )
    if environment.run.mode == "plan" and environment.run.clock is None:
        raise Unknown
    return formatted_time(environment.run.instant(), *[text_argument(name, value) for value in values])


@context_function("subscription")
def subscription(environment: Environment, name: str, values: list[Json]) -> Json:
    scope = environment.frame.scope
    if not scope.subscription:
        raise not_here(name)
    return {
        "id": f"/subscriptions/{scope.subscription}",
        "subscriptionId": scope.subscription,
        "tenantId": environment.run.world.tenant,
        **environment.run.world.subscription_details,
    }


@special("resourceGroup")
def build_resource_group(node: Call, arguments: list[Compiled]) -> Compiled:
    def call(environment: Environment) -> Json:
        environment.run.step()
        scope = environment.frame.scope
        if not scope.group:
            raise not_here("resourceGroup")
        details = environment.run.world.group_details
        known = {
            "id": scope.id,
            "name": scope.group,
            "type": "Microsoft.Resources/resourceGroups",
            **details,
            "properties": {"provisioningState": "Succeeded"},
        }
        if environment.run.mode == "plan" and not details.get("location"):
            # Nobody said where the group is, so that and its tags will be known only when it is asked.
            return Symbolic(node, environment, {key: value for key, value in known.items() if key != "location"})
        return known

    return call


@context_function("managementGroup")
def management_group(environment: Environment, name: str, values: list[Json]) -> Json:
    group = environment.frame.scope.management_group
    if not group:
        raise not_here(name)
    return {
        "id": MANAGEMENT_GROUPS + group,
        "name": group,
        "type": "Microsoft.Management/managementGroups",
        "properties": {"displayName": group, "tenantId": environment.run.world.tenant},
    }


@context_function("tenant")
def tenant(environment: Environment, name: str, values: list[Json]) -> Json:
    return {"tenantId": environment.run.world.tenant, **environment.run.world.tenant_details}


@context_function("deployer")
def deployer(environment: Environment, name: str, values: list[Json]) -> Json:
    return {
        "tenantId": environment.run.world.tenant,
        "objectId": "00000000-0000-0000-0000-000000000000",
        **environment.run.world.deployer,
    }


@context_function("environment")
def cloud_environment(environment: Environment, name: str, values: list[Json]) -> Json:
    return environment.run.world.environment


@context_function("deployment")
def deployment(environment: Environment, name: str, values: list[Json]) -> Json:
    return environment.frame.details()


@context_function("providers")
def providers(environment: Environment, name: str, values: list[Json]) -> Json:
    namespace = text_argument(name, values[0])
    kind = text_argument(name, values[1]) if len(values) > 1 else None
    lookup = environment.run.world.providers
    found = lookup(namespace, kind) if lookup else None
    if found is not None:
        return found
    if "/" in namespace or (kind is not None and (kind[:1] == "/" or kind.lower() == "n/a")):
        raise ExpressionError(
            f"The resource type '{kind}' is not found in the namespace '{namespace}'. "
            "Please see https://aka.ms/arm-template-expressions/#providers for usage details."
        )
    if environment.run.mode == "plan":
        raise Unknown
    if kind is None:
        return {"namespace": namespace, "registrationState": "Registered", "resourceTypes": []}
    return {"resourceType": kind, "locations": [], "apiVersions": []}


@context_function("pickZones")
def pick_zones(environment: Environment, name: str, values: list[Json]) -> Json:
    count = values[3] if len(values) > 3 else 1
    offset = values[4] if len(values) > 4 else 0
    for value in values[:3]:
        text_argument(name, value)
    if type(count) is not int or type(offset) is not int or not 1 <= count <= 3 or not 0 <= offset <= 3:
        raise ExpressionError(
            "The template language function 'pickZones' expects a number of zones between 1 and 3 and an offset "
            f"between 0 and 3. {usage(name)}"
        )
    if count + offset > environment.run.world.zones:
        raise ExpressionError(
            f"Unable to evaluate template language function 'pickZones': the region '{values[2]}' has only "
            f"'{environment.run.world.zones}' zones. {usage(name)}"
        )
    return [str(offset + index + 1) for index in range(count)]


def zone_mapping(environment: Environment, name: str, values: list[Json]) -> Json:
    """In a subscription without a mapping of its own, logical and physical zones have the same number."""
    texts = [text_argument(name, value) for value in values[:2]]
    zones = values[2] if isinstance(values[2], list) else [values[2]]
    texts += [text_argument(name, zone) for zone in zones]
    logical = "logical" in name.lower()
    region = texts[1].lower().replace(" ", "")
    mapped = [zone.rpartition("-az")[2] if logical else f"{region}-az{zone}" if zone else "" for zone in texts[2:]]
    return mapped if isinstance(values[2], list) else mapped[0]


for zone_function in ("toLogicalZone", "toLogicalZones", "toPhysicalZone", "toPhysicalZones"):
    context_function(zone_function)(zone_mapping)


@context_function("resourceId")
def resource_id(environment: Environment, name: str, values: list[Json]) -> Json:
    scope = environment.frame.scope
    return ids.resource_id(values, subscription=scope.subscription, group=scope.group)


@context_function("subscriptionResourceId")
def subscription_resource_id(environment: Environment, name: str, values: list[Json]) -> Json:
    return ids.subscription_resource_id(values, subscription=environment.frame.scope.subscription)


@context_function("tenantResourceId")
def tenant_resource_id(environment: Environment, name: str, values: list[Json]) -> Json:
    return ids.tenant_resource_id(values)


@context_function("managementGroupResourceId")
def management_group_resource_id(environment: Environment, name: str, values: list[Json]) -> Json:
    return ids.management_group_resource_id(values, management_group=environment.frame.scope.management_group)


@context_function("extensionResourceId")
def extension_resource_id(environment: Environment, name: str, values: list[Json]) -> Json:
    return ids.extension_resource_id(values)
