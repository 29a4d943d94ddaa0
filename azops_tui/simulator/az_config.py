"""A private ``AZURE_CONFIG_DIR`` with which the real ``az`` acts on a simulator, or on a cloud that was recorded."""

from __future__ import annotations

import json
from pathlib import Path

from azops_tui import paths
from azops_tui.files import write_private
from azops_tui.json_types import Json

CLOUD = "AzopsLocal"
_SETTINGS = (
    "[core]\ninstance_discovery = false\nencrypt_token_cache = false\ncollect_telemetry = no\n"
    "survey_message = no\nfirst_run = no\n\n"
    "[auto-upgrade]\nenable = no\n"
)


def write_az_config(
    folder: Path,
    *,
    url: str,
    subscription: str,
    name: str,
    tenant: str,
    client_id: str,
    client_secret: str,
    cloud: str = CLOUD,
) -> None:
    """Write the files, readable by the owner only.

    Args:
        folder: the configuration folder; it is made.
        url: of the resource manager and of sign-in, for a cloud that ``az`` does not know.
        subscription: id of the default subscription.
        name: of the subscription.
        tenant: of the subscription.
        client_id: application as which ``az`` signs in.
        client_secret: its secret.
        cloud: name of the cloud in ``az``.

    Raises:
        OSError: a file cannot be written.
    """
    paths.private(folder)
    if cloud == CLOUD:
        write_private(folder / "clouds.config", _clouds(url))
    write_private(folder / "config", f"[cloud]\nname = {cloud}\n\n{_SETTINGS}")
    write_private(folder / "azureProfile.json", json.dumps(_profile(subscription, name, tenant, client_id, cloud)))
    entry = {"client_id": client_id, "tenant": tenant, "client_secret": client_secret}
    write_private(folder / "service_principal_entries.json", json.dumps([entry]))


def _clouds(url: str) -> str:
    rows = {
        "endpoint_management": url,
        "endpoint_resource_manager": url,
        "endpoint_sql_management": url,
        "endpoint_gallery": url,
        "endpoint_active_directory": url,
        "endpoint_active_directory_resource_id": url,
        "endpoint_active_directory_graph_resource_id": url,
        "endpoint_microsoft_graph_resource_id": url,
        "endpoint_vm_image_alias_doc": f"{url}/simulator/aliases.json",
        "suffix_storage_endpoint": "core.windows.net",
        "suffix_keyvault_dns": ".vault.azure.net",
        "suffix_acr_login_server_endpoint": ".azurecr.io",
        "profile": "latest",
    }
    return f"[{CLOUD}]\n" + "".join(f"{k} = {v}\n" for k, v in rows.items())


def _profile(subscription: str, name: str, tenant: str, client_id: str, cloud: str) -> Json:
    return {
        "installationId": "00000000-0000-0000-0000-000000000000",
        "subscriptions": [
            {
                "id": subscription,
                "name": name,
                "state": "Enabled",
                "user": {"name": client_id, "type": "servicePrincipal"},
                "isDefault": True,
                "tenantId": tenant,
                "environmentName": cloud,
                "homeTenantId": tenant,
                "managedByTenants": [],
            }
        ],
    }
