"""Default properties of the elements of network resources, and the default rules of security groups."""

from __future__ import annotations

from azops_tui.json_types import Json

ELEMENT_DEFAULTS: dict[str, dict[str, Json]] = {
    "microsoft.network/virtualnetworks/subnets": {
        "delegations": [],
        "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Enabled",
    },
    "microsoft.network/networksecuritygroups/securityrules": {
        "sourcePortRanges": [],
        "destinationPortRanges": [],
        "sourceAddressPrefixes": [],
        "destinationAddressPrefixes": [],
    },
    "microsoft.network/networkinterfaces/ipconfigurations": {
        "privateIPAllocationMethod": "Dynamic",
        "privateIPAddressVersion": "IPv4",
    },
    "microsoft.network/loadbalancers/frontendipconfigurations": {"privateIPAllocationMethod": "Dynamic"},
    "microsoft.network/loadbalancers/loadbalancingrules": {
        "enableFloatingIP": False,
        "idleTimeoutInMinutes": 4,
        "enableTcpReset": False,
        "loadDistribution": "Default",
        "disableOutboundSnat": False,
        "enableDestinationServiceEndpoint": False,
        "allowBackendPortConflict": False,
    },
    "microsoft.network/loadbalancers/backendaddresspools": {"loadBalancerBackendAddresses": []},
    "microsoft.network/loadbalancers/inboundnatpools": {
        "enableFloatingIP": False,
        "enableTcpReset": False,
        "idleTimeoutInMinutes": 4,
        "enableDestinationServiceEndpoint": False,
        "allowBackendPortConflict": False,
    },
    "microsoft.network/loadbalancers/probes": {
        "intervalInSeconds": 15,
        "numberOfProbes": 2,
        "probeThreshold": 1,
        "noHealthyBackendsBehavior": "AllProbedDown",
    },
    "microsoft.network/loadbalancers/inboundnatrules": {
        "enableFloatingIP": False,
        "idleTimeoutInMinutes": 4,
        "enableTcpReset": False,
        "enableDestinationServiceEndpoint": False,
        "allowBackendPortConflict": False,
    },
    "microsoft.network/applicationgateways/httplisteners": {"hostNames": [], "requireServerNameIndication": False},
    "microsoft.network/applicationgateways/backendhttpsettingscollection": {
        "cookieBasedAffinity": "Disabled",
        "pickHostNameFromBackendAddress": False,
        "requestTimeout": 30,
    },
    "microsoft.network/applicationgateways/backendaddresspools": {"backendAddresses": []},
    "microsoft.network/applicationgateways/frontendipconfigurations": {"privateIPAllocationMethod": "Dynamic"},
    "microsoft.network/privateendpoints/privatelinkserviceconnections": {
        "privateLinkServiceConnectionState": {
            "status": "Approved",
            "description": "Auto Approved",
            "actionsRequired": "None",
        }
    },
}
"""By type of the element, in lower case."""

_NET, _LB = "VirtualNetwork", "AzureLoadBalancer"
_ROWS = (
    ("AllowVnetInBound", "Allow inbound traffic from all VMs in VNET", _NET, _NET, "Allow", 65000),
    ("AllowAzureLoadBalancerInBound", "Allow inbound traffic from azure load balancer", _LB, "*", "Allow", 65001),
    ("DenyAllInBound", "Deny all inbound traffic", "*", "*", "Deny", 65500),
    ("AllowVnetOutBound", "Allow outbound traffic from all VMs to all VMs in VNET", _NET, _NET, "Allow", 65000),
    ("AllowInternetOutBound", "Allow outbound traffic from all VMs to Internet", "*", "Internet", "Allow", 65001),
    ("DenyAllOutBound", "Deny all outbound traffic", "*", "*", "Deny", 65500),
)


def default_rules() -> list[Json]:
    """The rules that every security group has."""
    return [
        {
            "name": name,
            "properties": {
                "description": words,
                "protocol": "*",
                "sourcePortRange": "*",
                "destinationPortRange": "*",
                "sourceAddressPrefix": source,
                "destinationAddressPrefix": destination,
                "access": access,
                "priority": priority,
                "direction": "Inbound" if name.endswith("InBound") else "Outbound",
                "sourcePortRanges": [],
                "destinationPortRanges": [],
                "sourceAddressPrefixes": [],
                "destinationAddressPrefixes": [],
            },
        }
        for name, words, source, destination, access, priority in _ROWS
    ]
