"""Values that services compute from a resource's name and region, such as host names: what templates refer to.

A text may hold ``{name}``, ``{lower}`` (the name in lower case), ``{location}``, ``{now}``, ``{guid}``, ``{tenant}``,
``{subscription}``, ``{scope}``, ``{id}``, or a property that was sent, as ``{properties.dnsConfig.relativeName}``.

Long because it is one table: a type is looked up in it and nowhere else.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping

from azops_tui.json_types import Json
from azops_tui.simulator.providers.documents import fill, get

WRITE_ONLY = frozenset(("administratorloginpassword", "adminpassword"))
"""Properties that no service shows, in lower case."""

_BUS: dict[str, Json] = {
    "serviceBusEndpoint": "https://{name}.servicebus.windows.net:443/",
    "metricId": "{subscription}:{lower}",
    "createdAt": "{now}",
    "updatedAt": "{now}",
    "status": "Active",
}
_PORTS: dict[str, Json] = {"port": 6379, "sslPort": 6380, "enableNonSslPort": False, "redisVersion": "6.0"}
_AI_ENDPOINTS: dict[str, Json] = {
    "AI Foundry API": "https://{lower}.services.ai.azure.com/",
    "Azure AI Model Inference API": "https://{lower}.services.ai.azure.com/",
    "Computer Vision": "https://{lower}.cognitiveservices.azure.com/",
    "Content Safety": "https://{lower}.cognitiveservices.azure.com/",
    "FormRecognizer": "https://{lower}.cognitiveservices.azure.com/",
    "OpenAI Dall-E API": "https://{lower}.openai.azure.com/",
    "OpenAI Language Model Instance API": "https://{lower}.openai.azure.com/",
    "OpenAI Moderations API": "https://{lower}.openai.azure.com/",
    "OpenAI Whisper API": "https://{lower}.openai.azure.com/",
    "Speech Services Speech to Text": "https://{location}.stt.speech.microsoft.com",
    "Speech Services Text to Speech": "https://{location}.tts.speech.microsoft.com",
    "Token": "https://{lower}.cognitiveservices.azure.com/",
}
_MAIL_RECORDS: dict[str, Json] = {
    "Domain": {"type": "TXT", "name": "{lower}", "value": "ms-domain-verification={guid}", "ttl": 3600},
    "SPF": {"type": "TXT", "name": "{lower}", "value": "v=spf1 include:spf.protection.outlook.com -all", "ttl": 3600},
    "DKIM": {
        "type": "CNAME",
        "name": "selector1-azurecomm-prod-net._domainkey",
        "value": "selector1-azurecomm-prod-net._domainkey.azurecomm.net",
        "ttl": 3600,
    },
    "DKIM2": {
        "type": "CNAME",
        "name": "selector2-azurecomm-prod-net._domainkey",
        "value": "selector2-azurecomm-prod-net._domainkey.azurecomm.net",
        "ttl": 3600,
    },
}

COMPUTED: Mapping[str, Mapping[str, Json]] = {
    "microsoft.aad/domainservices": {"deploymentId": "{guid}", "tenantId": "{tenant}", "version": 2},
    "microsoft.analysisservices/servers": {
        "serverFullName": "asazure://{location}.asazure.windows.net/{lower}",
        "state": "Succeeded",
    },
    "microsoft.apicenter/services": {"dataApiHostname": "{lower}.data.{location}.azure-apicenter.ms"},
    "microsoft.apimanagement/service": {
        "gatewayUrl": "https://{lower}.azure-api.net",
        "portalUrl": "https://{lower}.portal.azure-api.net",
        "developerPortalUrl": "https://{lower}.developer.azure-api.net",
        "managementApiUrl": "https://{lower}.management.azure-api.net",
        "scmUrl": "https://{lower}.scm.azure-api.net",
        "createdAtUtc": "{now}",
    },
    "microsoft.app/containerapps": {
        "customDomainVerificationId": "{hex}{hex}",
        "latestRevisionName": "{name}--{hex8}",
        "latestReadyRevisionName": "{name}--{hex8}",
        "runningStatus": "Running",
        "outboundIpAddresses": ["20.50.60.70"],
        "eventStreamEndpoint": "https://{location}.azurecontainerapps.dev{id}/eventstream",
    },
    "microsoft.app/managedenvironments": {
        "defaultDomain": "{lower}-{hex8}.{location}.azurecontainerapps.io",
        "staticIp": "20.50.60.70",
        "customDomainConfiguration": {"customDomainVerificationId": "{hex}{hex}"},
        "eventStreamEndpoint": "https://{location}.azurecontainerapps.dev{id}/eventstream",
    },
    "microsoft.appconfiguration/configurationstores": {
        "endpoint": "https://{lower}.azconfig.io",
        "creationDate": "{now}",
    },
    "microsoft.authorization/policyassignments": {"scope": "{scope}", "enforcementMode": "Default"},
    "microsoft.automation/automationaccounts": {
        "automationHybridServiceUrl": "https://{guid}.jrds.{location}.azure-automation.net/automationAccounts/{guid}",
        "RegistrationUrl": "https://{guid}.agentsvc.{location}.azure-automation.net/accounts/{guid}",
        "state": "Ok",
    },
    "microsoft.batch/batchaccounts": {"accountEndpoint": "{lower}.{location}.batch.azure.com"},
    "microsoft.cache/redis": {"hostName": "{lower}.redis.cache.windows.net", **_PORTS},
    "microsoft.cache/redisenterprise": {
        "hostName": "{lower}.{location}.redisenterprise.cache.azure.net",
        "resourceState": "Running",
        "redisVersion": "7.4",
    },
    "microsoft.cache/redisenterprise/databases": {"port": 10000, "resourceState": "Running"},
    "microsoft.cdn/profiles": {"frontDoorId": "{guid}", "resourceState": "Active"},
    "microsoft.cdn/profiles/afdendpoints": {
        "hostName": "{lower}-{hex12}.z01.azurefd.net",
        "deploymentStatus": "NotStarted",
    },
    "microsoft.cdn/profiles/customdomains": {
        "domainValidationState": "Pending",
        "validationProperties": {"validationToken": "{hex}", "expirationDate": "{now}"},
        "deploymentStatus": "NotStarted",
    },
    "microsoft.cdn/profiles/endpoints": {"hostName": "{lower}.azureedge.net", "resourceState": "Running"},
    "microsoft.cognitiveservices/accounts": {
        "endpoint": "https://{location}.api.cognitive.microsoft.com/",
        "internalId": "{guid}",
        "endpoints": _AI_ENDPOINTS,
        "dateCreated": "{now}",
    },
    "microsoft.cognitiveservices/accounts/projects": {
        "endpoints": {"AI Foundry API": "https://{parent}.services.ai.azure.com/api/projects/{name}"},
        "isDefault": False,
    },
    "microsoft.communication/communicationservices": {
        "hostName": "{lower}.communication.azure.com",
        "immutableResourceId": "{guid}",
    },
    "microsoft.communication/emailservices/domains": {
        "fromSenderDomain": "{lower}",
        "mailFromSenderDomain": "{lower}",
        "verificationRecords": _MAIL_RECORDS,
    },
    "microsoft.compute/diskencryptionsets": {"encryptionType": "EncryptionAtRestWithCustomerKey"},
    "microsoft.compute/hostgroups/hosts": {"provisioningTime": "{now}", "virtualMachines": []},
    "microsoft.containerinstance/containergroups": {
        "instanceView": {"events": [], "state": "Running"},
        "instanceId": "{guid}",
    },
    "microsoft.dashboard/grafana": {
        "endpoint": "https://{lower}-{hex12}.{location}.grafana.azure.com",
        "grafanaVersion": "11",
    },
    "microsoft.databricks/workspaces": {
        "workspaceId": "{number16}",
        "workspaceUrl": "adb-{number16}.12.azuredatabricks.net",
        "createdDateTime": "{now}",
    },
    "microsoft.dbformariadb/servers": {
        "fullyQualifiedDomainName": "{lower}.mariadb.database.azure.com",
        "userVisibleState": "Ready",
    },
    "microsoft.dbformysql/flexibleservers": {
        "fullyQualifiedDomainName": "{lower}.mysql.database.azure.com",
        "state": "Ready",
    },
    "microsoft.dbformysql/servers": {
        "fullyQualifiedDomainName": "{lower}.mysql.database.azure.com",
        "userVisibleState": "Ready",
    },
    "microsoft.dbforpostgresql/flexibleservers": {
        "fullyQualifiedDomainName": "{lower}.postgres.database.azure.com",
        "state": "Ready",
    },
    "microsoft.dbforpostgresql/servers": {
        "fullyQualifiedDomainName": "{lower}.postgres.database.azure.com",
        "userVisibleState": "Ready",
    },
    "microsoft.devcenter/devcenters": {"devCenterUri": "https://{guid}-{lower}.{location}.devcenter.azure.com/"},
    "microsoft.devcenter/projects": {"devCenterUri": "https://{guid}-{lower}.{location}.devcenter.azure.com/"},
    "microsoft.devices/iothubs": {
        "hostName": "{name}.azure-devices.net",
        "state": "Active",
        "eventHubEndpoints": {
            "events": {
                "retentionTimeInDays": 1,
                "partitionCount": 4,
                "partitionIds": ["0", "1", "2", "3"],
                "path": "{lower}",
                "endpoint": "sb://iothub-ns-{lower}.servicebus.windows.net/",
            }
        },
    },
    "microsoft.digitaltwins/digitaltwinsinstances": {
        "hostName": "{lower}.api.{location}.digitaltwins.azure.net",
        "createdTime": "{now}",
        "lastUpdatedTime": "{now}",
    },
    "microsoft.documentdb/databaseaccounts": {
        "documentEndpoint": "https://{lower}.documents.azure.com:443/",
        "instanceId": "{guid}",
        "databaseAccountOfferType": "Standard",
        "capabilities": [],
    },
    "microsoft.eventgrid/domains": {"endpoint": "https://{lower}.{location}-1.eventgrid.azure.net/api/events"},
    "microsoft.eventgrid/namespaces": {
        "topicsConfiguration": {"hostname": "{lower}.{location}-1.eventgrid.azure.net"},
    },
    "microsoft.eventgrid/topics": {"endpoint": "https://{lower}.{location}-1.eventgrid.azure.net/api/events"},
    "microsoft.eventhub/namespaces": _BUS,
    "microsoft.healthcareapis/workspaces/fhirservices": {
        "authenticationConfiguration": {"audience": "https://{parent}-{lower}.fhir.azurehealthcareapis.com"},
    },
    "microsoft.healthdataaiservices/deidservices": {"serviceUrl": "https://{hex12}.api.{location}.deid.azure.com"},
    "microsoft.insights/datacollectionendpoints": {
        "immutableId": "dce-{hex}",
        "configurationAccess": {"endpoint": "https://{lower}-{hex8}.{location}-1.handler.control.monitor.azure.com"},
        "logsIngestion": {"endpoint": "https://{lower}-{hex8}.{location}-1.ingest.monitor.azure.com"},
        "metricsIngestion": {"endpoint": "https://{lower}-{hex8}.{location}-1.metrics.ingest.monitor.azure.com"},
    },
    "microsoft.insights/datacollectionrules": {"immutableId": "dcr-{hex}"},
    "microsoft.keyvault/managedhsms": {"hsmUri": "https://{lower}.managedhsm.azure.net/", "tenantId": "{tenant}"},
    "microsoft.keyvault/vaults/keys": {
        "keyUri": "https://{parent}.vault.azure.net/keys/{name}",
        "keyUriWithVersion": "https://{parent}.vault.azure.net/keys/{name}/{hex}",
    },
    "microsoft.keyvault/vaults/secrets": {
        "secretUri": "https://{parent}.vault.azure.net/secrets/{name}",
        "secretUriWithVersion": "https://{parent}.vault.azure.net/secrets/{name}/{hex}",
    },
    "microsoft.kusto/clusters": {
        "uri": "https://{lower}.{location}.kusto.windows.net",
        "dataIngestionUri": "https://ingest-{lower}.{location}.kusto.windows.net",
        "state": "Running",
    },
    "microsoft.loadtestservice/loadtests": {"dataPlaneURI": "{guid}.{location}.cnt-prod.loadtesting.azure.com"},
    "microsoft.logic/workflows": {
        "state": "Enabled",
        "version": "{hex}",
        "accessEndpoint": "https://prod-00.{location}.logic.azure.com:443/workflows/{hex}",
        "createdTime": "{now}",
        "changedTime": "{now}",
    },
    "microsoft.machinelearningservices/workspaces": {
        "workspaceId": "{guid}",
        "discoveryUrl": "https://{location}.api.azureml.ms/discovery",
        "mlFlowTrackingUri": "azureml://{location}.api.azureml.ms/mlflow/v1.0{id}",
        "tenantId": "{tenant}",
        "storageHnsEnabled": False,
    },
    "microsoft.managedidentity/userassignedidentities": {"tenantId": "{tenant}"},
    "microsoft.maps/accounts": {"uniqueId": "{guid}"},
    "microsoft.monitor/accounts": {
        "accountId": "{guid}",
        "metrics": {
            "prometheusQueryEndpoint": "https://{lower}-{hex8}.{location}.prometheus.monitor.azure.com",
            "internalId": "mac_{guid}",
        },
    },
    "microsoft.network/expressroutecircuits": {
        "serviceKey": "{guid}",
        "circuitProvisioningState": "Enabled",
        "serviceProviderProvisioningState": "NotProvisioned",
    },
    "microsoft.network/trafficmanagerprofiles": {
        "profileStatus": "Enabled",
        "dnsConfig": {"fqdn": "{properties.dnsConfig.relativeName}.trafficmanager.net"},
    },
    "microsoft.notificationhubs/namespaces": {"serviceBusEndpoint": _BUS["serviceBusEndpoint"], "status": "Active"},
    "microsoft.operationalinsights/clusters": {"clusterId": "{guid}"},
    "microsoft.purview/accounts": {
        "endpoints": {
            "catalog": "https://{lower}.purview.azure.com/catalog",
            "guardian": "https://{lower}.purview.azure.com/guardian",
            "scan": "https://{lower}.purview.azure.com/scan",
        },
        "friendlyName": "{name}",
        "createdAt": "{now}",
    },
    "microsoft.relay/namespaces": _BUS,
    "microsoft.search/searchservices": {
        "status": "running",
        "endpoint": "https://{lower}.search.windows.net",
        "replicaCount": 1,
        "partitionCount": 1,
    },
    "microsoft.servicebus/namespaces": _BUS,
    "microsoft.servicefabric/clusters": {
        "clusterId": "{guid}",
        "clusterState": "WaitingForNodes",
        "clusterEndpoint": "https://{location}.servicefabric.azure.com/runtime/clusters/{guid}",
    },
    "microsoft.servicefabric/managedclusters": {
        "clusterId": "{guid}",
        "fqdn": "{lower}.{location}.cloudapp.azure.com",
        "clusterState": "WaitingForNodes",
    },
    "microsoft.signalrservice/signalr": {
        "hostName": "{lower}.service.signalr.net",
        "publicPort": 443,
        "serverPort": 443,
    },
    "microsoft.signalrservice/webpubsub": {
        "hostName": "{lower}.webpubsub.azure.com",
        "publicPort": 443,
        "serverPort": 443,
    },
    "microsoft.sql/managedinstances": {
        "fullyQualifiedDomainName": "{lower}.{hex12}.database.windows.net",
        "state": "Ready",
    },
    "microsoft.sql/servers": {
        "fullyQualifiedDomainName": "{lower}.database.windows.net",
        "state": "Ready",
        "version": "12.0",
        "publicNetworkAccess": "Enabled",
    },
    "microsoft.sql/servers/databases": {
        "status": "Online",
        "databaseId": "{guid}",
        "creationDate": "{now}",
        "collation": "SQL_Latin1_General_CP1_CI_AS",
        "maxSizeBytes": 34359738368,
    },
    "microsoft.storage/storageaccounts/objectreplicationpolicies": {"policyId": "{name}", "enabledTime": "{now}"},
    "microsoft.streamanalytics/streamingjobs": {"jobId": "{guid}", "jobState": "Created", "createdDate": "{now}"},
    "microsoft.synapse/workspaces": {
        "connectivityEndpoints": {
            "web": "https://web.azuresynapse.net?workspace=%2f{name}",
            "dev": "https://{lower}.dev.azuresynapse.net",
            "sql": "{lower}.sql.azuresynapse.net",
            "sqlOnDemand": "{lower}-ondemand.sql.azuresynapse.net",
        }
    },
    "microsoft.web/certificates": {"thumbprint": "{hex}{hex8}", "issueDate": "{now}"},
    "microsoft.web/sites": {
        "state": "Running",
        "enabled": True,
        "hostNames": ["{lower}.azurewebsites.net"],
        "enabledHostNames": ["{lower}.azurewebsites.net", "{lower}.scm.azurewebsites.net"],
        "defaultHostName": "{lower}.azurewebsites.net",
        "repositorySiteName": "{name}",
        "usageState": "Normal",
        "availabilityState": "Normal",
        "adminEnabled": True,
        "httpsOnly": False,
        "outboundIpAddresses": "20.40.202.1,20.40.202.2",
        "customDomainVerificationId": "{hex}{hex}",
        "possibleOutboundIpAddresses": "20.40.202.1,20.40.202.2,20.40.202.3",
        "hostNameSslStates": [
            {"name": "{lower}.azurewebsites.net", "sslState": "Disabled", "hostType": "Standard"},
            {"name": "{lower}.scm.azurewebsites.net", "sslState": "Disabled", "hostType": "Repository"},
        ],
    },
    "microsoft.web/sites/slots": {
        "state": "Running",
        "enabled": True,
        "hostNames": ["{parent}-{lower}.azurewebsites.net"],
        "defaultHostName": "{parent}-{lower}.azurewebsites.net",
        "customDomainVerificationId": "{hex}{hex}",
        "outboundIpAddresses": "20.40.202.1,20.40.202.2",
    },
    "microsoft.web/staticsites": {"defaultHostname": "{lower}.azurestaticapps.net"},
}
"""Properties by full type in lower case."""

_RULES: dict[str, Json] = {"rights": ["Listen", "Manage", "Send"]}
CHILDREN: Mapping[str, tuple[tuple[str, str, dict[str, Json]], ...]] = {
    "microsoft.eventhub/namespaces": (("authorizationRules", "RootManageSharedAccessKey", _RULES),),
    "microsoft.eventhub/namespaces/eventhubs": (("consumergroups", "$Default", {}),),
    "microsoft.notificationhubs/namespaces": (("authorizationRules", "RootManageSharedAccessKey", _RULES),),
    "microsoft.relay/namespaces": (("authorizationRules", "RootManageSharedAccessKey", _RULES),),
    "microsoft.resources/deploymentscripts": (("logs", "default", {"log": ""}),),
    "microsoft.servicebus/namespaces": (("authorizationRules", "RootManageSharedAccessKey", _RULES),),
    "microsoft.web/sites": (("config", "appsettings", {}),),
    "microsoft.sql/servers": (("databases", "master", {"status": "Online", "edition": "System"}),),
}
"""Type, name and properties of the children that a new resource has, by full type in lower case."""


def add_computed_values(type_: str, body: dict[str, Json], before: dict[str, Json], words: Mapping[str, str]) -> None:
    """Add the computed values of a type to a document, and remove what no service shows."""
    properties = body.get("properties")
    if not isinstance(properties, dict):
        return
    for name in [n for n in properties if n.lower() in WRITE_ONLY]:
        del properties[name]
    old = before.get("properties")
    for name, value in COMPUTED.get(type_.lower(), {}).items():
        kept = old.get(name) if isinstance(old, dict) else None
        if properties.get(name, "") is None:
            del properties[name]
        fill(properties, {name: _with_sent(copy.deepcopy(value), body) if kept is None else kept}, words)
    extra = _EXTRA.get(type_.lower())
    if extra is not None:
        extra(properties, words)


def _with_sent(value: Json, body: dict[str, Json]) -> Json:
    """The value with each ``{properties.…}`` replaced by what was sent."""
    if isinstance(value, dict):
        return {k: _with_sent(v, body) for k, v in value.items()}
    if not isinstance(value, str):
        return value
    return re.sub(r"\{(properties\.[\w.]+)\}", lambda m: str(get(body, *m[1].split(".")) or ""), value)


def _add_container_address(properties: dict[str, Json], words: Mapping[str, str]) -> None:
    address = properties.get("ipAddress")
    if not isinstance(address, dict):
        return
    public = str(address.get("type") or "Public").lower() == "public"
    number = int(words["hex"][:4], 16)
    address.setdefault("ip", f"20.{number % 64 + 40}.{number // 256}.{number % 256}" if public else "10.0.0.4")
    if address.get("dnsNameLabel"):
        address["fqdn"] = f"{address['dnsNameLabel']}.{words['location']}.azurecontainer.io".lower()


def _add_ingress_address(properties: dict[str, Json], words: Mapping[str, str]) -> None:
    ingress = get(properties, "configuration", "ingress")
    if isinstance(ingress, dict):
        inside = "" if ingress.get("external") else ".internal"
        ingress["fqdn"] = f"{words['lower']}{inside}.{words['hex'][:8]}.{words['location']}.azurecontainerapps.io"


def _add_prefix(properties: dict[str, Json], words: Mapping[str, str]) -> None:
    number = int(words["hex"][:2], 16)
    properties.setdefault("ipPrefix", f"20.50.{number}.0/{properties.get('prefixLength', 28)}")


def _add_cosmos_locations(properties: dict[str, Json], words: Mapping[str, str]) -> None:
    for sent in properties.get("locations") or []:
        region = str(sent.get("locationName") or words["location"]).replace(" ", "").lower()
        sent.setdefault("id", f"{words['lower']}-{region}")
        sent.setdefault("documentEndpoint", f"https://{words['lower']}-{region}.documents.azure.com:443/")
        sent.setdefault("provisioningState", "Succeeded")
    locations = properties.get("locations") or []
    first = [location for location in locations if location.get("failoverPriority", 0) == 0]
    properties["writeLocations"], properties["readLocations"] = copy.deepcopy(first), copy.deepcopy(locations)
    names = ("id", "locationName", "failoverPriority")
    properties["failoverPolicies"] = [{k: loc[k] for k in names if k in loc} for loc in locations]


_EXTRA = {
    "microsoft.app/containerapps": _add_ingress_address,
    "microsoft.containerinstance/containergroups": _add_container_address,
    "microsoft.documentdb/databaseaccounts": _add_cosmos_locations,
    "microsoft.network/publicipprefixes": _add_prefix,
}
