"""Regions of the simulated cloud."""

from __future__ import annotations

from typing import NamedTuple

from azops_tui.json_types import Json

_ROWS = """
eastus|East US|United States|US|Virginia|37.3719|-79.8164|westus|3|R
eastus2|East US 2|United States|US|Virginia|36.6681|-78.3889|centralus|3|R
southcentralus|South Central US|United States|US|Texas|29.4167|-98.5|northcentralus|3|R
westus2|West US 2|United States|US|Washington|47.233|-119.852|westcentralus|3|R
westus3|West US 3|United States|US|Phoenix|33.448376|-112.074036|eastus|3|R
australiaeast|Australia East|Australia|Asia Pacific|New South Wales|-33.86|151.2094|australiasoutheast|3|R
southeastasia|Southeast Asia|Asia Pacific|Asia Pacific|Singapore|1.283|103.833|eastasia|3|R
northeurope|North Europe|Europe|Europe|Ireland|53.3478|-6.2597|westeurope|3|R
swedencentral|Sweden Central|Sweden|Europe|Gävle|60.67488|17.14127|swedensouth|3|R
uksouth|UK South|United Kingdom|Europe|London|50.941|-0.799|ukwest|3|R
westeurope|West Europe|Europe|Europe|Netherlands|52.3667|4.9|northeurope|3|R
centralus|Central US|United States|US|Iowa|41.5908|-93.6208|eastus2|3|R
southafricanorth|South Africa North|South Africa|Africa|Johannesburg|-25.73134|28.21837|southafricawest|3|R
centralindia|Central India|India|Asia Pacific|Pune|18.5822|73.9197|southindia|3|R
eastasia|East Asia|Asia Pacific|Asia Pacific|Hong Kong|22.267|114.188|southeastasia|3|R
japaneast|Japan East|Japan|Asia Pacific|Tokyo, Saitama|35.68|139.77|japanwest|3|R
koreacentral|Korea Central|Korea|Asia Pacific|Seoul|37.5665|126.978|koreasouth|3|R
canadacentral|Canada Central|Canada|Canada|Toronto|43.653|-79.383|canadaeast|3|R
francecentral|France Central|France|Europe|Paris|46.3772|2.373|francesouth|3|R
germanywestcentral|Germany West Central|Germany|Europe|Frankfurt|50.110924|8.682127|germanynorth|3|R
italynorth|Italy North|Italy|Europe|Milan|45.46888|9.18109||3|R
norwayeast|Norway East|Norway|Europe|Norway|59.913868|10.752245|norwaywest|3|R
polandcentral|Poland Central|Poland|Europe|Warsaw|52.23334|21.01666||3|R
switzerlandnorth|Switzerland North|Switzerland|Europe|Zurich|47.451542|8.564572|switzerlandwest|3|R
uaenorth|UAE North|UAE|Middle East|Dubai|25.266666|55.316666|uaecentral|3|R
brazilsouth|Brazil South|Brazil|South America|Sao Paulo State|-23.55|-46.633|southcentralus|3|R
centraluseuap|Central US EUAP|Canary (US)|US||41.5908|-93.6208|eastus2euap|2|R
israelcentral|Israel Central|Israel|Middle East|Israel|31.2655698|33.4506633|israelnorthwest|3|R
qatarcentral|Qatar Central|Qatar|Middle East|Doha|25.551462|51.439327||3|R
brazilus|Brazil US|Brazil|South America||0|0|brazilsoutheast|0|O
eastusstg|East US STG|Stage (US)|US|Virginia|37.3719|-79.8164|southcentralusstg|0|O
northcentralus|North Central US|United States|US|Illinois|41.8819|-87.6278|southcentralus|3|O
westus|West US|United States|US|California|37.783|-122.417|eastus|3|O
japanwest|Japan West|Japan|Asia Pacific|Osaka|34.6939|135.5022|japaneast|0|O
jioindiawest|Jio India West|India|Asia Pacific|Jamnagar|22.470701|70.05773|jioindiacentral|0|O
eastus2euap|East US 2 EUAP|Canary (US)|US||36.6681|-78.3889|centraluseuap|3|O
southcentralusstg|South Central US STG|Stage (US)|US|Texas|29.4167|-98.5|eastusstg|0|O
westcentralus|West Central US|United States|US|Wyoming|40.89|-110.234|westus2|0|O
southafricawest|South Africa West|South Africa|Africa|Cape Town|-34.075691|18.843266|southafricanorth|0|O
australiacentral|Australia Central|Australia|Asia Pacific|Canberra|-35.3075|149.1244|australiacentral2|0|O
australiacentral2|Australia Central 2|Australia|Asia Pacific|Canberra|-35.3075|149.1244|australiacentral|0|O
australiasoutheast|Australia Southeast|Australia|Asia Pacific|Victoria|-37.8136|144.9631|australiaeast|0|O
jioindiacentral|Jio India Central|India|Asia Pacific|Nagpur|21.146633|79.08886|jioindiawest|0|O
koreasouth|Korea South|Korea|Asia Pacific|Busan|35.1796|129.0756|koreacentral|0|O
southindia|South India|India|Asia Pacific|Chennai|12.9822|80.1636|centralindia|0|O
westindia|West India|India|Asia Pacific|Mumbai|19.088|72.868|southindia|0|O
canadaeast|Canada East|Canada|Canada|Quebec|46.817|-71.217|canadacentral|0|O
francesouth|France South|France|Europe|Marseille|43.8345|2.1972|francecentral|0|O
germanynorth|Germany North|Germany|Europe|Berlin|53.073635|8.806422|germanywestcentral|0|O
norwaywest|Norway West|Norway|Europe|Norway|58.969975|5.733107|norwayeast|0|O
switzerlandwest|Switzerland West|Switzerland|Europe|Geneva|46.204391|6.143158|switzerlandnorth|0|O
ukwest|UK West|United Kingdom|Europe|Cardiff|53.427|-3.084|uksouth|0|O
uaecentral|UAE Central|UAE|Middle East|Abu Dhabi|24.466667|54.366669|uaenorth|0|O
brazilsoutheast|Brazil Southeast|Brazil|South America|Rio|-22.90278|-43.2075|brazilsouth|0|O
"""
_LOGICAL = """
centralusstage|Central US (Stage)|usa|US
eastusstage|East US (Stage)|usa|US
eastus2stage|East US 2 (Stage)|usa|US
northcentralusstage|North Central US (Stage)|usa|US
southcentralusstage|South Central US (Stage)|usa|US
westusstage|West US (Stage)|usa|US
westus2stage|West US 2 (Stage)|usa|US
asia|Asia
asiapacific|Asia Pacific
australia|Australia
brazil|Brazil
canada|Canada
europe|Europe
france|France
germany|Germany
global|Global
india|India
japan|Japan
korea|Korea
norway|Norway
singapore|Singapore
southafrica|South Africa
sweden|Sweden
switzerland|Switzerland
uae|United Arab Emirates
uk|United Kingdom
unitedstates|United States
unitedstateseuap|United States EUAP
eastasiastage|East Asia (Stage)|asia|Asia Pacific
southeastasiastage|Southeast Asia (Stage)|asia|Asia Pacific
"""


class Region(NamedTuple):
    """A region: a row of the table, whose columns stand in this order."""

    name: str
    display_name: str
    geography: str
    geography_group: str
    place: str
    latitude: str
    longitude: str
    paired_region: str
    """Name of the paired region; empty for none."""
    zones: int
    category: str
    """``R`` for the regions that Azure recommends, else ``O``."""

    @property
    def is_early(self) -> bool:
        """Whether the region is for early access or staging."""
        return self.name.endswith(("euap", "stg"))


def _region(row: str) -> Region:
    name, display, geography, group, place, latitude, longitude, pair, zones, category = row.split("|")
    return Region(name, display, geography, group, place, latitude, longitude, pair, int(zones), category)


_REGIONS = {region.name: region for region in map(_region, _ROWS.strip().splitlines())}
LOCATIONS: dict[str, Region] = {name: region for name, region in _REGIONS.items() if not region.is_early}
"""The regions in which services run, by name."""
LOGICAL = {row.split("|")[0]: tuple(row.split("|")) for row in _LOGICAL.strip().splitlines()}
"""Logical regions: name and display name, for stages also geography and its group."""
ZONES = ("1", "2", "3")


def region_name(location: str) -> str:
    """The name of a region: ``japanwest`` for ``Japan West``."""
    return location.replace(" ", "").lower()


def display_name(location: str) -> str:
    """The name of a region for people: ``West US`` for ``westus``; the text itself if there is no such region."""
    region = _REGIONS.get(region_name(location))
    return region.display_name if region is not None else location


def physical_names() -> list[str]:
    """Names of all regions with data centres, those for early access included."""
    return list(_REGIONS)


def is_known(location: str) -> bool:
    """Whether a region exists. Early-access regions, which end in ``euap`` or ``stage``, always do."""
    name = region_name(location)
    return name in _REGIONS or name.endswith(("euap", "stage")) or name in ("global", "europe", "unitedstates")


def paired_region(location: str) -> str:
    """The paired region; ``eastus`` if the region is unknown or has none."""
    row = _REGIONS.get(region_name(location))
    return (row.paired_region if row is not None else "") or "eastus"


def location_documents(subscription: str, api_version: str) -> list[Json]:
    """The regions as the subscription's list of locations shows them.

    Versions before 2019 have only names and coordinates of the regions in which services run.
    """
    root = f"/subscriptions/{subscription}/locations"
    if api_version and api_version < "2019":
        return [
            {
                "id": f"{root}/{region.name}",
                "name": region.name,
                "displayName": region.display_name,
                "longitude": region.longitude,
                "latitude": region.latitude,
            }
            for region in LOCATIONS.values()
        ]
    physical = [_physical_document(root, region) for region in _REGIONS.values()]
    return [*physical, *(_logical_document(root, row) for row in LOGICAL.values())]


def _physical_document(root: str, region: Region) -> Json:
    pair = region.paired_region
    item: dict[str, Json] = {
        "id": f"{root}/{region.name}",
        "name": region.name,
        "type": "Region",
        "displayName": region.display_name,
        "regionalDisplayName": f"({region.geography_group}) {region.display_name}",
        "metadata": {
            "regionType": "Physical",
            "regionCategory": "Recommended" if region.category == "R" else "Other",
            "geography": region.geography,
            "geographyGroup": region.geography_group,
            "longitude": region.longitude,
            "latitude": region.latitude,
            "physicalLocation": region.place,
            "pairedRegion": [{"name": pair, "id": f"{root}/{pair}"}] if pair else [],
        },
    }
    if region.zones:
        item["availabilityZoneMappings"] = [
            {"logicalZone": zone, "physicalZone": f"{region.name}-az{zone}"} for zone in ZONES[: region.zones]
        ]
    return item


def _logical_document(root: str, row: tuple[str, ...]) -> Json:
    name, display, *geography = row
    metadata: dict[str, Json] = {"regionType": "Logical", "regionCategory": "Other"}
    regional = display
    if geography:
        metadata |= {"geography": geography[0], "geographyGroup": geography[1]}
        regional = f"({geography[1]}) {display}"
    return {
        "id": f"{root}/{name}",
        "name": name,
        "type": "Region",
        "displayName": display,
        "regionalDisplayName": regional,
        "metadata": metadata,
    }
