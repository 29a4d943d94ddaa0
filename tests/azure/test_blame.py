"""Which parameter gave the value that the service objects to."""

from __future__ import annotations

from typing import Any

from azops_tui.azure.parameter_origin import blamed, responsible
from azops_tui.events.azure_views import FailureView

TARGET = "linuxConfiguration.ssh.publicKeys.keyData"


def template(value: str, **variables: Any) -> dict[str, Any]:
    key = {"publicKeys": [{"path": "/home/ops/.ssh/authorized_keys", "keyData": value}]}
    return {
        "parameters": {"sshPublicKey": {"type": "string"}, "other": {"type": "string"}},
        "variables": variables,
        "resources": [
            {"type": "Microsoft.Compute/virtualMachines", "properties": {"linuxConfiguration": {"ssh": key}}}
        ],
    }


def failure(**fields: str) -> FailureView:
    return FailureView(**{"code": "InvalidParameter", "message": "It is invalid.", **fields})


def test_a_parameter_named_by_the_property() -> None:
    assert responsible(template("[parameters('sshPublicKey')]"), failure(target=TARGET)) == "sshPublicKey"
    assert responsible(template("[Parameters( 'SSHpublicKEY' )]"), failure(target=TARGET)) == "sshPublicKey"


def test_through_a_variable_and_from_the_message() -> None:
    body = template("[variables('key')]", key="[trim(parameters('sshPublicKey'))]")
    assert responsible(body, failure(message=f"The value of parameter {TARGET} is invalid.")) == "sshPublicKey"


def test_what_is_not_plain_is_not_said() -> None:
    assert responsible(template("ssh-rsa AAAA"), failure(target=TARGET)) == ""
    assert (
        responsible(template("[concat(parameters('other'), parameters('sshPublicKey'))]"), failure(target=TARGET)) == ""
    )
    assert responsible(template("[parameters('sshPublicKey')]"), failure()) == ""
    assert responsible({}, failure(target=TARGET)) == ""
    assert responsible(template("[variables('a')]", a="[variables('a')]"), failure(target=TARGET)) == ""


def test_the_advice_names_it() -> None:
    view = blamed(template("[parameters('sshPublicKey')]"), failure(target=TARGET, advice="Correct it."))
    assert view.advice == "It comes from the template's parameter sshPublicKey. Correct it."
