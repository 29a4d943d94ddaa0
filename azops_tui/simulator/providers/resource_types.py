"""Facts about resource types and their namespaces: timing, defaults, quirks. Data only; providers act on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from azops_tui.json_types import Json
from azops_tui.simulator.lro_profiles import PLAIN, LroProfile, profile_of
from azops_tui.simulator.operations import OperationFormat
from azops_tui.simulator.service_facts import namespace_facts


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceType:
    """Facts about one resource type.

    Attributes:
        lro: how requests are answered and how long the work takes; None for the namespace's profile.
        defaults: properties added to every written document that lacks them.
        generated: properties added to a new resource and kept by later writes. A text may hold ``{name}``, ``{NAME}``,
            ``{now}``, ``{guid}``, ``{subscription}`` or ``{scope}``.
        nested: properties added inside of elements and objects that have them not, by path from the properties, as
            ``rules[].metricTrigger.dividePerInstance``.
        shows_empty_tags: whether a resource without tags shows ``"tags": {}``.
        keeps_location: whether the document shows the location in the spelling that was sent.
        has_system_data: whether the document says who created and changed the resource.
        has_dated_etag: whether the document has an etag made of the time of the last write.
        not_found: error code and message for a missing resource; the message may hold ``{name}`` or ``{id}``.
        operations: format of the type's operations; None for the namespace's.
        is_tracked: False for types that lists of a group or subscription never show.
        effects: properties that POST actions set when their work is done, by action.
        results: what POST actions return, by action; a text may hold the words of ``generated``.
        deletion_phase: the deletion of a group deletes lower phases first, because they use resources of later ones.
    """

    lro: LroProfile | None = None
    defaults: Mapping[str, Json] = field(default_factory=dict)
    generated: Mapping[str, Json] = field(default_factory=dict)
    nested: Mapping[str, Json] = field(default_factory=dict)
    shows_empty_tags: bool = False
    keeps_location: bool = False
    has_system_data: bool = False
    has_dated_etag: bool = False
    not_found: tuple[str, str] | None = None
    operations: OperationFormat | None = None
    is_tracked: bool = True
    effects: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    results: Mapping[str, Json] = field(default_factory=dict)
    deletion_phase: int = 2


UNLISTED = ResourceType()
"""Facts about types that no table lists: the simulator accepts any type."""


class ProviderNamespace:
    """Facts about a resource provider's namespace and its types."""

    def __init__(
        self,
        name: str,
        types: Mapping[str, ResourceType] | None = None,
        *,
        api_version: str = "2023-01-01",
        lro: LroProfile = PLAIN,
        operations: OperationFormat | None = None,
        has_regions: bool = True,
        requires_location: bool = False,
        has_system_data: bool = False,
        missing_child_code: str = "",
    ) -> None:
        """
        Args:
            name: the namespace as Azure spells it.
            types: facts by type without the namespace, as ``virtualNetworks/subnets``.
            api_version: the default version in the list of providers.
            lro: profile of the types that have none of their own.
            operations: format of the operations of the types that have none of their own.
            has_regions: False where resources have no region and lists of a group do not show them.
            requires_location: whether a new resource of the first level must have a location.
            has_system_data: as in `ResourceType`, for all types.
            missing_child_code: error code for missing child resources where it is not ``ResourceNotFound``.
        """
        self.name = name
        self.types = types or {}
        self.api_version = api_version
        self.operations = operations or OperationFormat()
        self.has_regions = has_regions
        self.requires_location = requires_location
        self.has_system_data = has_system_data
        self.missing_child_code = missing_child_code
        self._lro = lro
        self._types = {f"{name}/{kind}".lower(): facts for kind, facts in self.types.items()}
        self.client_facts = namespace_facts(name)
        self._profiles: dict[str, LroProfile] = {}

    def facts(self, type_: str) -> ResourceType:
        """Facts about a full type, in any case."""
        return self._types.get(type_.lower(), UNLISTED)

    def lro(self, type_: str) -> LroProfile:
        """The long-running operation profile of a full type, in any case."""
        listed = self.facts(type_).lro
        if listed is not None:
            return listed
        key = type_.lower()
        if key not in self._profiles:
            known = self.client_facts.type(key.partition("/")[2]) if self.client_facts is not None else None
            self._profiles[key] = profile_of(known, self._lro) if known is not None else self._lro
        return self._profiles[key]
