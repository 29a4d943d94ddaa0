"""Regions of the simulated cloud."""

from __future__ import annotations

from azops_tui.json_types import Json

_ROWS = """
eastus|East US|US|Virginia|37.3719|-79.8164|westus|3
eastus2|East US 2|US|Virginia|36.6681|-78.3889|centralus|3
southcentralus|South Central US|US|Texas|29.4167|-98.5|northcentralus|3
westus2|West US 2|US|Washington|47.233|-119.852|westcentralus|3
westus3|West US 3|US|Phoenix|33.448376|-112.074036|eastus|3
australiaeast|Australia East|Asia Pacific|New South Wales|-33.86|151.2094|australiasoutheast|3
southeastasia|Southeast Asia|Asia Pacific|Singapore|1.283|103.833|eastasia|3
northeurope|North Europe|Europe|Ireland|53.3478|-6.2597|westeurope|3
swedencentral|Sweden Central|Europe|Gävle|60.67488|17.14127|swedensouth|3
uksouth|UK South|Europe|London|50.941|-0.799|ukwest|3
westeurope|West Europe|Europe|Netherlands|52.3667|4.9|northeurope|3
centralus|Central US|US|Iowa|41.5908|-93.6208|eastus2|3
southafricanorth|South Africa North|Africa|Johannesburg|-25.73134|28.21837|southafricawest|3
centralindia|Central India|Asia Pacific|Pune|18.5822|73.9197|southindia|3
eastasia|East Asia|Asia Pacific|Hong Kong|22.267|114.188|southeastasia|3
japaneast|Japan East|Asia Pacific|Tokyo, Saitama|35.68|139.77|japanwest|3
koreacentral|Korea Central|Asia Pacific|Seoul|37.5665|126.978|koreasouth|3
canadacentral|Canada Central|Canada|Toronto|43.653|-79.383|canadaeast|3
francecentral|France Central|Europe|Paris|46.3772|2.373|francesouth|3
germanywestcentral|Germany West Central|Europe|Frankfurt|50.110924|8.682127|germanynorth|3
norwayeast|Norway East|Europe|Norway|59.913868|10.752245|norwaywest|3
switzerlandnorth|Switzerland North|Europe|Zurich|47.451542|8.564572|switzerlandwest|3
brazilsouth|Brazil South|South America|Sao Paulo State|-23.55|-46.633|southcentralus|3
northcentralus|North Central US|US|Illinois|41.8819|-87.6278|southcentralus|0
westus|West US|US|California|37.783|-122.417|eastus|0
westcentralus|West Central US|US|Wyoming|40.89|-110.234|westus2|0
japanwest|Japan West|Asia Pacific|Osaka|34.6939|135.5022|japaneast|0
australiasoutheast|Australia Southeast|Asia Pacific|Victoria|-37.8136|144.9631|australiaeast|0
southindia|South India|Asia Pacific|Chennai|12.9822|80.1636|centralindia|0
koreasouth|Korea South|Asia Pacific|Busan|35.1796|129.0756|koreacentral|0
canadaeast|Canada East|Canada|Quebec|46.817|-71.217|canadacentral|0
ukwest|UK West|Europe|Cardiff|53.427|-3.084|uksouth|0
australiacentral|Australia Central|Asia Pacific|Canberra|-35.3075|149.1244|australiacentral2|0
australiacentral2|Australia Central 2|Asia Pacific|Canberra|-35.3075|149.1244|australiacentral|0
brazilsoutheast|Brazil Southeast|South America|Rio|-22.90278|-43.2075|brazilsouth|0
francesouth|France South|Europe|Marseille|43.8345|2.1972|francecentral|0
germanynorth|Germany North|Europe|Berlin|53.073635|8.806422|germanywestcentral|0
israelcentral|Israel Central|Middle East|Israel|31.2655698|33.4506633|israelnorthwest|3
italynorth|Italy North|Europe|Milan|45.46888|9.18109|italynorth|3
jioindiacentral|Jio India Central|Asia Pacific|Nagpur|21.146633|79.08886|jioindiawest|0
jioindiawest|Jio India West|Asia Pacific|Jamnagar|22.470701|70.05773|jioindiacentral|0
norwaywest|Norway West|Europe|Norway|58.969975|5.733107|norwayeast|0
polandcentral|Poland Central|Europe|Warsaw|52.23334|21.01666|swedencentral|3
qatarcentral|Qatar Central|Middle East|Doha|25.551462|51.439327|qatarcentral|3
southafricawest|South Africa West|Africa|Cape Town|-34.075691|18.843266|southafricanorth|0
switzerlandwest|Switzerland West|Europe|Geneva|46.204391|6.143158|switzerlandnorth|0
uaecentral|UAE Central|Middle East|Abu Dhabi|24.466667|54.366669|uaenorth|0
uaenorth|UAE North|Middle East|Dubai|25.266666|55.316666|uaecentral|3
westindia|West India|Asia Pacific|Mumbai|19.088|72.868|southindia|0
"""

LOCATIONS: dict[str, tuple[str, ...]] = {row.split("|")[0]: tuple(row.split("|")) for row in _ROWS.strip().splitlines()}
"""Rows by name: name, display name, geography group, place, latitude, longitude, paired region, zones."""


def region_name(location: str) -> str:
    """The name of a region: ``japanwest`` for ``Japan West``."""
    return location.replace(" ", "").lower()


def is_known(location: str) -> bool:
    """Whether a region exists. Early-access regions, which end in ``euap`` or ``stage``, always do."""
    name = region_name(location)
    return name in LOCATIONS or name.endswith(("euap", "stage")) or name in ("global", "europe", "unitedstates")


def paired_region(location: str) -> str:
    """The paired region; ``eastus`` if the region is unknown."""
    name = region_name(location)
    row = LOCATIONS.get(name)
    if name == "eastus2euap":
        return "centraluseuap"
    return row[6] if row else "eastus"


def location_documents(subscription: str) -> list[Json]:
    """The regions as the subscription's list of locations shows them."""
    shown = []
    for name, display, geography, place, latitude, longitude, pair, zones in LOCATIONS.values():
        root = f"/subscriptions/{subscription}/locations"
        item: dict[str, Json] = {
            "id": f"{root}/{name}",
            "name": name,
            "type": "Region",
            "displayName": display,
            "regionalDisplayName": f"({geography}) {display}",
            "metadata": {
                "regionType": "Physical",
                "regionCategory": "Recommended" if zones != "0" else "Other",
                "geography": geography,
                "geographyGroup": geography,
                "longitude": longitude,
                "latitude": latitude,
                "physicalLocation": place,
                "pairedRegion": [{"name": pair, "id": f"{root}/{pair}"}],
            },
        }
        if zones != "0":
            item["availabilityZoneMappings"] = [
                {"logicalZone": str(n), "physicalZone": f"{name}-az{n}"} for n in range(1, int(zones) + 1)
            ]
        shown.append(item)
    return shown
