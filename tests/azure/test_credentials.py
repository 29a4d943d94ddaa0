"""Who asks: each credential of a real cloud, against a service of ours in its place."""

from __future__ import annotations

import asyncio
import datetime
import json
import os
import stat
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest
from azure.core.exceptions import ClientAuthenticationError

from azops_tui.azure import credentials
from azops_tui.azure.connect import connect
from azops_tui.azure.errors import AzureFailure
from azops_tui.azure.profiles import CLOUDS, CredentialName, Profile
from tests.azure.service import SUBSCRIPTION, Service


@pytest.fixture
def public(service: Service, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The service, in the place of the public cloud."""
    monkeypatch.setitem(CLOUDS, "public", msgspec.structs.replace(CLOUDS["public"], manager=service.where.url))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", service.where.ca)
    for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "*")
    return service


def az(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An ``az`` that does what the script says."""
    folder.mkdir()
    program = folder / "az"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def profile(credential: CredentialName = "cli", **more: Any) -> Profile:
    return Profile(**{"name": "p", "cloud": "public", "subscription": SUBSCRIPTION, "credential": credential, **more})


async def test_az_gives_the_token(public: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = {"accessToken": "abc", "expires_on": int(time.time()) + 3600, "tokenType": "Bearer"}
    az(tmp_path / "bin", f"echo >> {tmp_path}/asked\necho '{json.dumps(token)}'", monkeypatch)
    public.respond = lambda asked: (200, {}, {"value": []})
    cloud = await connect(profile("default"), poll=0.02)
    assert cloud.subscription == SUBSCRIPTION
    await asyncio.gather(cloud.groups.list(), cloud.resources.list(), cloud.locations())
    await cloud.close()
    assert (tmp_path / "asked").read_text().count("\n") == 1
    assert cloud.portal == "https://portal.azure.com"
    assert cloud.environment["AZURE_CLOUD_NAME"] == "AzureCloud"


async def test_the_subscription_is_that_of_az(
    public: Service, tmp_path: Path, own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = {"accessToken": "abc", "expires_on": int(time.time()) + 3600}
    az(tmp_path / "bin", f"echo '{json.dumps(token)}'", monkeypatch)
    (own_folders / ".azure").mkdir()
    known = {"subscriptions": [{"id": "x"}, {"id": SUBSCRIPTION, "isDefault": True}]}
    (own_folders / ".azure" / "azureProfile.json").write_text(json.dumps(known), "utf-8-sig")
    cloud = await connect(profile(subscription=""))
    await cloud.close()
    assert cloud.subscription == SUBSCRIPTION


async def test_no_az_at_all(public: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AzureFailure, match="Azure CLI not found") as caught:
        await connect(profile())
    assert caught.value.view.code == "AuthenticationFailed"
    assert "apt install azure-cli" in caught.value.view.advice


async def test_az_that_is_not_signed_in(public: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    az(tmp_path / "bin", "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1", monkeypatch)
    with pytest.raises(AzureFailure, match="az login"):
        await connect(profile())


async def test_a_credential_that_hangs_does_not_hang_us(
    public: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    az(tmp_path / "bin", f"echo $$ > {tmp_path}/pid; exec sleep 20", monkeypatch)
    monkeypatch.setattr(credentials, "PATIENCE", {"cli": 2.0})
    began = time.monotonic()
    with pytest.raises(AzureFailure, match="Timed out waiting for Azure CLI"):
        await connect(profile())
    assert time.monotonic() - began < 10
    with pytest.raises(ProcessLookupError):  # az was killed, and waited for
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_a_credential_that_cannot_be_ended_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*unused: Any) -> Any:
        await asyncio.Event().wait()

    monkeypatch.setattr(credentials, "PATIENCE", {"managed": 0.1})
    with pytest.raises(ClientAuthenticationError, match="“managed” returned no token within"):
        await credentials.Credential("managed", never).get_token("scope")


async def test_a_device_code_is_shown_in_the_loop_s_own_thread(
    public: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    import azure.identity
    from azure.core.credentials import AccessTokenInfo

    class Device:
        def __init__(self, *, prompt_callback: Any, **unused: Any) -> None:
            self.prompt = prompt_callback

        def get_token_info(self, *scopes: str, options: Any) -> AccessTokenInfo:
            assert threading.current_thread() is not threading.main_thread()
            self.prompt("https://login.example/device", "ABC-123", datetime.datetime.fromtimestamp(9e9, datetime.UTC))
            return AccessTokenInfo("t", int(time.time()) + 3600)

        def close(self) -> None:
            pass

    monkeypatch.setattr(azure.identity, "DeviceCodeCredential", Device)
    shown: list[tuple[str, str, float, bool]] = []

    def prompt(url: str, code: str, expires: float) -> None:
        shown.append((url, code, expires, threading.current_thread() is threading.main_thread()))

    cloud = await connect(profile("device", tenant="contoso"), prompt=prompt)
    await cloud.close()
    assert shown == [("https://login.example/device", "ABC-123", 9e9, True)]


async def test_a_device_code_needs_somebody(public: Service) -> None:
    with pytest.raises(AzureFailure, match="needs a terminal to show the code"):
        await connect(profile("device"))


async def test_the_environment_without_its_variables(public: Service) -> None:
    with pytest.raises(AzureFailure, match="needs AZURE_TENANT_ID"):
        await connect(profile("environment"))


@pytest.mark.parametrize(
    ("credential", "variables", "named"),
    [
        ("environment", {}, "AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET or AZURE_CLIENT_CERTIFICATE_PATH"),
        ("environment", {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c"}, "needs AZURE_CLIENT_SECRET or"),
        ("workload", {"AZURE_TENANT_ID": "t", "AZURE_CLIENT_ID": "c"}, "needs AZURE_FEDERATED_TOKEN_FILE in"),
        ("principal", {}, "needs tenant and client_id in the profile “p”"),
    ],
)
async def test_what_a_credential_lacks_is_named(
    public: Service, monkeypatch: pytest.MonkeyPatch, credential: CredentialName, variables: dict[str, str], named: str
) -> None:
    for name in ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET", "CLIENT_CERTIFICATE_PATH", "FEDERATED_TOKEN_FILE"):
        monkeypatch.delenv(f"AZURE_{name}", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(AzureFailure, match=named) as caught:
        await connect(profile(credential))
    assert "Set what it names" in caught.value.view.advice


async def test_a_principal_signs_in_once_with_its_secret_over_the_trusted_transport(
    public: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CLOUDS, "public", msgspec.structs.replace(CLOUDS["public"], authority=public.where.url))
    metadata = {
        "authorization_endpoint": f"{public.where.url}/contoso/oauth2/v2.0/authorize",
        "token_endpoint": f"{public.where.url}/contoso/oauth2/v2.0/token",
        "issuer": f"{public.where.url}/contoso/v2.0",
    }
    public.respond = lambda asked: (200, {}, metadata)
    cloud = await connect(profile("principal", tenant="contoso", client_id="app"), secret="hidden")
    await cloud.close()
    assert public.tokens == 1
    public.refuses_tokens = True
    with pytest.raises(AzureFailure, match="Invalid client secret") as caught:
        await connect(profile("principal", tenant="contoso", client_id="app"), secret="hidden")
    assert public.tokens == 2, "a refusal does not change by itself"
    assert "create a new one" in caught.value.view.advice or "Sign in" in caught.value.view.advice


def test_the_default_is_the_workload_s_where_its_token_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE"):
        monkeypatch.setenv(name, "x")
    assert credentials.credential_for(profile("default")).kind == "workload"
    monkeypatch.delenv("AZURE_CLIENT_ID")
    assert credentials.credential_for(profile("default")).kind == "cli"
