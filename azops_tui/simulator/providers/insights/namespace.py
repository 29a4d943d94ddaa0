"""Types of microsoft.insights."""

from __future__ import annotations

from dataclasses import replace

from azops_tui.simulator.lro_profiles import PLAIN, QUIET
from azops_tui.simulator.providers.insights.autoscale import AutoscaleProvider
from azops_tui.simulator.providers.registration import Registration
from azops_tui.simulator.providers.resource_types import ProviderNamespace, ResourceType

TYPES = {
    "autoscalesettings": ResourceType(
        nested={
            "notifications[].email.sendToSubscriptionAdministrator": False,
            "notifications[].email.sendToSubscriptionCoAdministrators": False,
            "profiles[].rules[].metricTrigger.metricNamespace": "",
            "profiles[].rules[].metricTrigger.dividePerInstance": False,
        },
    ),
    "actionGroups": ResourceType(
        keeps_location=True,
        generated={
            f"{name}Receivers": []
            for name in (
                *("email", "sms", "webhook", "eventHub", "itsm", "azureAppPush", "automationRunbook", "voice"),
                *("logicApp", "azureFunction", "armRole"),
            )
        },
    ),
    "activityLogAlerts": ResourceType(keeps_location=True),
    "components": ResourceType(
        lro=replace(PLAIN, created=200),
        generated={
            "ApplicationId": "{name}",
            "AppId": "{guid}",
            "InstrumentationKey": "{guid}",
            "ConnectionString": "InstrumentationKey={guid}",
            "Name": "{name}",
            "CreationDate": "{now}",
            "TenantId": "{subscription}",
            "RetentionInDays": 90,
            "IngestionMode": "ApplicationInsights",
            "publicNetworkAccessForIngestion": "Enabled",
            "publicNetworkAccessForQuery": "Enabled",
        },
    ),
    "metricAlerts": ResourceType(lro=replace(QUIET, created=200)),
    "diagnosticSettings": ResourceType(),
}

REGISTRATION = Registration(
    ProviderNamespace("microsoft.insights", TYPES, api_version="2022-10-01", lro=QUIET, has_regions=False),
    providers=(AutoscaleProvider,),
)
