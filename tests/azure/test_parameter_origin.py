"""The template parameter that supplied the value which the service rejects."""

from __future__ import annotations

from typing import Any

from azops_tui.azure.parameter_origin import name_origin, parameter_origin
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


def failure(**fields: Any) -> FailureView:
    values: dict[str, Any] = {"code": "InvalidParameter", "message": "It is invalid.", **fields}
    return FailureView(**values)


def test_a_parameter_named_by_the_property() -> None:
    assert parameter_origin(template("[parameters('sshPublicKey')]"), failure(target=TARGET)) == "sshPublicKey"
    assert parameter_origin(template("[Parameters( 'SSHpublicKEY' )]"), failure(target=TARGET)) == "sshPublicKey"


def test_through_a_variable_and_from_the_message() -> None:
    body = template("[variables('key')]", key="[trim(parameters('sshPublicKey'))]")
    assert parameter_origin(body, failure(message=f"The value of parameter {TARGET} is invalid.")) == "sshPublicKey"


def test_names_inside_strings_are_not_parameters() -> None:
    body = template("[concat(parameters('sshPublicKey'), 'parameters(''other'')')]")
    assert parameter_origin(body, failure(target=TARGET)) == "sshPublicKey"
    nested = template("[variables('keys').first]", keys={"first": "[parameters('sshPublicKey')]"})
    assert parameter_origin(nested, failure(target=TARGET)) == "sshPublicKey"


def test_an_ambiguous_origin_is_not_named() -> None:
    assert parameter_origin(template("ssh-rsa AAAA"), failure(target=TARGET)) == ""
    assert (
        parameter_origin(template("[concat(parameters('other'), parameters('sshPublicKey'))]"), failure(target=TARGET))
        == ""
    )
    assert parameter_origin(template("[parameters('sshPublicKey')]"), failure()) == ""
    assert parameter_origin({}, failure(target=TARGET)) == ""
    assert parameter_origin(template("[variables('a')]", a="[variables('a')]"), failure(target=TARGET)) == ""


def test_the_advice_names_it() -> None:
    view = name_origin(template("[parameters('sshPublicKey')]"), failure(target=TARGET, advice="Correct it."))
    assert view.advice == "It comes from the template's parameter sshPublicKey. Correct it."
