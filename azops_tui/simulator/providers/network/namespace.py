"""Types of Microsoft.Network."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import ASYNC, LOCATION, LroProfile
from azops_tui.simulator.operations import OperationFormat
from azops_tui.simulator.providers.network.dns import DnsZoneProvider, RecordSetProvider
from azops_tui.simulator.providers.network.gateways import VirtualNetworkGatewayProvider
from azops_tui.simulator.providers.network.interfaces import NetworkInterfaceProvider
from azops_tui.simulator.providers.network.load_balancers import LoadBalancerProvider
from azops_tui.simulator.providers.network.networks import ElementProvider, NetworkProvider
from azops_tui.simulator.providers.network.private_endpoints import PrivateEndpointProvider
from azops_tui.simulator.providers.network.public_addresses import PublicIpPrefixProvider, PublicIpProvider
from azops_tui.simulator.providers.network.watchers import NetworkWatcherProvider
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

NETWORK = LroProfile(
    put_headers=(ASYNC,),
    deleted=202,
    delete_headers=(ASYNC, LOCATION),
    state="Updating",
    create_seconds=4,
    delete_seconds=8,
)

_CAPTURE = '{"Status":"Successful","Data":""}'

TYPES = {
    "connections": ResourceType(
        lro=replace(NETWORK, create_seconds=30),
        generated={
            "packetCaptureDiagnosticState": "None",
            "connectionProtocol": "IKEv2",
            "enableBgp": False,
            "useLocalAzureIpAddress": False,
            "usePolicyBasedTrafficSelectors": False,
            "ipsecPolicies": [],
            "trafficSelectorPolicies": [],
            "connectionStatus": "Unknown",
            "ingressBytesTransferred": 0,
            "egressBytesTransferred": 0,
            "expressRouteGatewayBypass": False,
            "dpdTimeoutSeconds": 0,
            "connectionMode": "Default",
            "gatewayCustomBgpIpAddresses": [],
        },
        results={"getIkeSas": '{"IkeSAs":[]}', "startPacketCapture": _CAPTURE, "stopPacketCapture": _CAPTURE},
    ),
    "expressRoutePorts": ResourceType(results={"generateLoa": {"encodedContent": "JVBERi0xLjQK"}}),
    "loadBalancers/backendAddressPools": ResourceType(
        lro=replace(NETWORK, create_seconds=4),
        nested={"tunnelInterfaces[].port": 10800},
        results={"queryInboundNatRulePortMapping": {"inboundNatRulePortMappings": []}},
    ),
    "networkWatchers": ResourceType(lro=replace(NETWORK, state="Succeeded", updating="Succeeded", create_seconds=2)),
    "virtualNetworks": ResourceType(
        lro=replace(NETWORK, create_seconds=5, always_updates=True),
        defaults={
            "subnets": [],
            "virtualNetworkPeerings": [],
            "enableDdosProtection": False,
            "enableVmProtection": False,
        },
    ),
    "virtualNetworks/subnets": ResourceType(lro=replace(NETWORK, create_seconds=4)),
    "networkSecurityGroups": ResourceType(lro=replace(NETWORK, create_seconds=3), defaults={"securityRules": []}),
    "publicIPAddresses": ResourceType(
        lro=replace(NETWORK, create_seconds=4),
        defaults={
            "publicIPAddressVersion": "IPv4",
            "publicIPAllocationMethod": "Dynamic",
            "idleTimeoutInMinutes": 4,
            "ipTags": [],
        },
    ),
    "networkInterfaces": ResourceType(
        deletion_phase=1,
        lro=replace(NETWORK, state="Succeeded", updating="Succeeded", create_seconds=2),
        defaults={
            "enableIPForwarding": False,
            "enableAcceleratedNetworking": False,
            "vnetEncryptionSupported": False,
            "hostedWorkloads": [],
            "tapConfigurations": [],
            "nicType": "Standard",
            "allowPort25Out": True,
            "auxiliaryMode": "None",
        },
    ),
    "loadBalancers": ResourceType(
        deletion_phase=1,
        lro=replace(NETWORK, state="Succeeded", updating="Succeeded", create_seconds=5),
        nested={
            "backendAddressPools[].properties.tunnelInterfaces[].port": 10800,
            "inboundNatRules[].properties.frontendPort": 0,
        },
        defaults={
            "frontendIPConfigurations": [],
            "backendAddressPools": [],
            "loadBalancingRules": [],
            "probes": [],
            "inboundNatRules": [],
            "outboundRules": [],
            "inboundNatPools": [],
        },
    ),
    "routeTables": ResourceType(defaults={"disableBgpRoutePropagation": False, "routes": []}),
    "natGateways": ResourceType(lro=replace(NETWORK, create_seconds=10)),
    "applicationGateways": ResourceType(
        lro=replace(NETWORK, create_seconds=300),
        nested={
            "sku.family": "Generation_1",
            "httpListeners[].properties.enableHttp3": False,
            "httpListeners[].properties.hostNames": [],
        },
        results={"backendhealth": {"backendAddressPools": []}, "getBackendHealthOnDemand": {}},
        effects={"start": {"operationalState": "Running"}, "stop": {"operationalState": "Stopped"}},
        generated={
            "operationalState": "Running",
            "defaultPredefinedSslPolicy": "AppGwSslPolicy20150501",
            "sslCertificates": [],
            "trustedRootCertificates": [],
            "trustedClientCertificates": [],
            "sslProfiles": [],
            "authenticationCertificates": [],
            "urlPathMaps": [],
            "probes": [],
            "rewriteRuleSets": [],
            "redirectConfigurations": [],
            "privateLinkConfigurations": [],
            "privateEndpointConnections": [],
            "loadDistributionPolicies": [],
            "backendSettingsCollection": [],
            "listeners": [],
            "routingRules": [],
        },
    ),
    "privateDnsZones": ResourceType(
        lro=replace(
            NETWORK,
            created=202,
            updated=202,
            put_headers=(ASYNC, LOCATION),
            put_body=False,
            empty={},
            patched=202,
            patch_headers=(ASYNC, LOCATION),
            create_seconds=30,
        ),
        generated={
            "maxNumberOfRecordSets": 25000,
            "maxNumberOfVirtualNetworkLinks": 1000,
            "maxNumberOfVirtualNetworkLinksWithRegistration": 100,
            "numberOfRecordSets": 1,
            "numberOfVirtualNetworkLinks": 0,
            "numberOfVirtualNetworkLinksWithRegistration": 0,
        },
    ),
    "dnsZones": ResourceType(
        shows_empty_tags=True,
        lro=replace(NETWORK, state="Succeeded", put_headers=(), create_seconds=2),
        generated={
            "maxNumberOfRecordSets": 10000,
            "maxNumberOfRecordsPerRecordSet": None,
            "numberOfRecordSets": 2,
            "nameServers": [
                "ns1-01.azure-dns.com.",
                "ns2-01.azure-dns.net.",
                "ns3-01.azure-dns.org.",
                "ns4-01.azure-dns.info.",
            ],
            "zoneType": "Public",
        },
    ),
    "networkWatchers/packetCaptures": ResourceType(effects={"stop": {}}),
    "bastionHosts": ResourceType(lro=replace(NETWORK, create_seconds=280)),
    "virtualNetworkGateways": ResourceType(
        lro=replace(NETWORK, create_seconds=1500, always_updates=True),
        results={
            "getLearnedRoutes": {"value": []},
            "getAdvertisedRoutes": {"value": []},
            "getBgpPeerStatus": {"value": []},
            "getVpnclientConnectionHealth": {"value": []},
            "startPacketCapture": _CAPTURE,
            "stopPacketCapture": _CAPTURE,
        },
        effects={"disconnectVirtualNetworkGatewayVpnConnections": {}},
        generated={
            "packetCaptureDiagnosticState": "None",
            "enablePrivateIpAddress": False,
            "isMigrateToCSES": False,
            "natRules": [],
            "virtualNetworkGatewayPolicyGroups": [],
            "enableBgpRouteTranslationForNat": False,
            "disableIPSecReplayProtection": False,
            "enableBgp": False,
            "activeActive": False,
            "bgpSettings": {"asn": 0, "peerWeight": 0},
            "vpnGatewayGeneration": "Generation1",
            "vpnClientConfiguration": {
                "vpnClientProtocols": ["OpenVPN", "IkeV2"],
                "vpnAuthenticationTypes": [],
                "vpnClientRootCertificates": [],
                "vpnClientRevokedCertificates": [],
                "vngClientConnectionConfigurations": [],
                "radiusServers": [],
                "vpnClientIpsecPolicies": [],
            },
        },
    ),
    "privateEndpoints": ResourceType(
        lro=replace(NETWORK, create_seconds=40),
        generated={
            "customDnsConfigs": [],
            "customNetworkInterfaceName": "",
            "ipConfigurations": [],
            "manualPrivateLinkServiceConnections": [],
            "privateLinkServiceConnections": [],
            "networkInterfaces": [],
        },
    ),
    "privateDnsZones/virtualNetworkLinks": ResourceType(
        lro=replace(
            NETWORK,
            created=202,
            updated=202,
            put_headers=(ASYNC, LOCATION),
            put_body=False,
            empty={},
            patched=202,
            patch_headers=(ASYNC, LOCATION),
            create_seconds=30,
        ),
        generated={"virtualNetworkLinkState": "Completed"},
    ),
    "ApplicationGatewayWebApplicationFirewallPolicies": ResourceType(
        lro=replace(NETWORK, create_seconds=10),
        generated={"customRules": []},
        nested={"managedRules.exclusions": [], "managedRules.managedRuleSets[].ruleGroupOverrides": []},
    ),
    "ddosProtectionPlans": ResourceType(lro=replace(NETWORK, state="Succeeded", create_seconds=3)),
    "virtualHubs": ResourceType(
        lro=replace(NETWORK, create_seconds=300), generated={"routingState": "None", "virtualRouterIps": []}
    ),
    "networkWatchers/connectionMonitors": ResourceType(
        lro=replace(NETWORK, created=200),
        nested={
            "testGroups[].disable": False,
            "testConfigurations[].tcpConfiguration.disableTraceRoute": False,
        },
        effects={
            "start": {"monitoringStatus": "Running", "startTime": "{now}"},
            "stop": {"monitoringStatus": "Stopped"},
        },
        generated={
            "connectionMonitorType": "MultiEndpoint",
            "outputs": [],
            "monitoringStatus": "Running",
            "startTime": "{now}",
        },
    ),
}

REGISTRATION = Registration(
    ProviderNamespace(
        "Microsoft.Network",
        TYPES,
        api_version="2024-05-01",
        lro=NETWORK,
        operations=OperationFormat("operations", "operationResults", has_times=False, deleted_status=204),
        missing_child_code="NotFound",
    ),
    providers=(
        DnsZoneProvider,
        RecordSetProvider,
        NetworkInterfaceProvider,
        ElementProvider,
        LoadBalancerProvider,
        PrivateEndpointProvider,
        PublicIpPrefixProvider,
        PublicIpProvider,
        VirtualNetworkGatewayProvider,
        NetworkWatcherProvider,
    ),
    default_provider=NetworkProvider,
)
