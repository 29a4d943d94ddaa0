"""Errors of the real Azure, as sentences for people."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from azops_tui.azure.advice import advise
from azops_tui.azure.errors import _WRAPPERS, AzureFailure, _resource_of, flatten, from_exception, sentence
from azops_tui.azure.sentences import as_sentence, clean, first_sentences, words

DATA = Path(__file__).resolve().parents[2] / "../shared/data/azure"


def recorded(name: str) -> Any:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"the recordings of the real Azure are not here: {name}")
    return json.loads(path.read_text())


def assert_readable(text: str) -> None:
    """One line for a person: whole sentences, and nothing of the wire in it."""
    assert text
    assert "\n" not in text
    assert not re.search(r'[{}]|\\[rn"]|"\w+":|<\w+>.*</', text), text
    assert not re.search(r"https?://\S*[?#]", text), text
    assert text[-1] in ".!?…", text
    assert len(text) < 900
    assert len(re.findall(r"\w+", text)) > 1, text


def test_every_recorded_error_is_a_sentence() -> None:
    errors = recorded("errors.json")
    assert errors
    for error in errors:
        for payload in (error["error"], {"error": error["error"]}, json.dumps({"error": error["error"]})):
            views = flatten(payload)
            assert views
            for view in views:
                assert view.code != "Unknown"
                assert_readable(view.message)
                assert_readable(sentence(view))


class ErrorRow(NamedTuple):
    """A recorded error as a person reads it."""

    code: str
    sentence: str
    advice: str


def error_rows() -> list[ErrorRow]:
    rows = []
    for error in recorded("errors.json"):
        path = "" if error.get("asynchronous") else error["url"].partition("?")[0]
        view = flatten({"error": error["error"]}, resource=_resource_of(f"https://management.azure.com{path}"))[0]
        rows.append(ErrorRow(view.code, sentence(view), view.advice))
    return rows


def test_every_recorded_error_says_its_code_and_what_to_do() -> None:
    rows = error_rows()
    assert len(rows) == len(recorded("errors.json"))
    for row in rows:
        assert row.code
        assert row.code.lower() not in _WRAPPERS - {"badrequest", "internalservererror"}, row
        assert row.advice, row
        assert row.sentence.endswith(row.advice), row
        assert_readable(row.sentence)
        assert not re.search(r"<null>|For more details|Operation statuse|aka\.ms/ARM", row.sentence), row


def test_the_forty_commonest_codes_have_advice_of_their_own() -> None:
    codes = [code for code, _ in Counter(row.code for row in error_rows()).most_common(40)]
    assert [code for code in codes if not advise(code, "x")] == []


def test_wrappers_give_way_to_what_they_wrap() -> None:
    codes = {view.code for error in recorded("errors.json") for view in flatten(error["error"])}
    assert not codes & {"DeploymentFailed", "InvalidTemplateDeployment", "RetryableError", "Conflict", "Unspecified"}
    assert "MultiPlacementGroupVMScaleSetCannotReferenceBasicLoadbalancer" in codes
    assert "AccountSetupError" in codes
    assert "ApplianceBeingDeleted" in codes


def test_recorded_deployments_that_failed() -> None:
    failed = [one for one in recorded("deployments.json") if "error" in one["expected"]]
    for deployment in failed:
        for view in flatten(deployment["expected"]["error"]):
            assert_readable(sentence(view))


def test_five_levels_of_json_in_strings() -> None:
    inner: Any = {"error": {"code": "InvalidParameter", "message": "The value is bad.", "target": "a.b"}}
    for _ in range(5):
        inner = {"error": {"code": "Conflict", "message": json.dumps({"status": "Failed", **inner}, indent=2)}}
    (view,) = flatten({"code": "DeploymentFailed", "message": "At least one failed.", "details": [inner["error"]]})
    assert (view.code, view.message, view.target) == ("InvalidParameter", "The value is bad.", "a.b")


def test_several_leaves_are_kept_once_each() -> None:
    one = {"code": "A", "message": "First."}
    two = {"code": "B", "message": "Second."}
    views = flatten({"error": {"code": "DeploymentFailed", "details": [one, two, one]}})
    assert [view.code for view in views] == ["A", "B"]


def test_an_error_with_a_vague_detail_stays() -> None:
    (view,) = flatten(
        {"code": "NotFound", "message": "No cluster x.", "details": [{"code": "Unspecified", "message": "rpc"}]}
    )
    assert (view.code, view.message) == ("NotFound", "No cluster x.")


@pytest.mark.parametrize(
    ("payload", "code", "message"),
    [
        ("plain words", "Unknown", "plain words."),
        ("", "Unknown", "Unknown."),
        (None, "Unknown", "Unknown."),
        ({"odata.error": {"code": "X", "message": {"lang": "en", "value": "Said."}}}, "X", "Said."),
        ({"Code": "X", "Message": "Upper case."}, "X", "Upper case."),
        ({"code": 42, "message": "Number."}, "42", "Number."),
        ({"properties": {"error": {"code": "X", "message": "Inner."}}}, "X", "Inner."),
        (
            {"error": "invalid_client", "error_description": "AADSTS7000215: Bad secret.\r\nTrace ID: 1"},
            "AADSTS7000215",
            "Bad secret.",
        ),
        ("<html><body><h1>502</h1> Bad gateway</body></html>", "Unknown", "502 Bad gateway."),
        ({"code": "SomeCode", "message": None}, "SomeCode", "Some code."),
        ({"code": "X", "innererror": {"code": "Y", "message": "Inner."}}, "Y", "Inner."),
        (
            {"code": "X", "message": 'It failed: {"error":{"message":"the disk is full"}}'},
            "X",
            "It failed: the disk is full.",
        ),
    ],
)
def test_shapes(payload: Any, code: str, message: str) -> None:
    view = flatten(payload)[0]
    assert (view.code, view.message) == (code, message)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(["{}", "[1]", '{"error":', "[" * 99]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["error", "code", "message", "details", "target", "innererror", "properties", "additionalInfo", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_body_gives_a_view(payload: Any) -> None:
    for body in (payload, json.dumps(payload)):
        for view in flatten(body):
            assert view.message
            assert "\n" not in view.message
            assert sentence(view)


@given(st.text(max_size=400))
def test_clean_never_fails(text: str) -> None:
    said = clean(text, "SomeCode")
    assert said.strip()
    assert len(said) < 650


def test_correlation_and_resource() -> None:
    message = "Failed. Diagnostic information: timestamp 'x', tracking id 'aaaaaaaa-0000-0000-0000-000000000001'."
    (view,) = flatten(
        {"code": "X", "message": message}, resource="/subscriptions/s/resourceGroups/g", correlation_id="b"
    )
    assert view.correlation_id == "aaaaaaaa-0000-0000-0000-000000000001"
    assert view.message == "Failed."
    assert flatten({"code": "X"}, correlation_id="b")[0].correlation_id == "b"


def test_the_bad_key_is_explained() -> None:
    target = "linuxConfiguration.ssh.publicKeys.keyData"
    (view,) = flatten(
        {"code": "InvalidParameter", "target": target, "message": f"The value of parameter {target} is invalid."}
    )
    said = sentence(view)
    assert target in said
    assert "must be one OpenSSH public key on one line" in said


@pytest.mark.parametrize(
    ("code", "message", "advice"),
    [
        ("QuotaExceeded", "(Minimum) New Limit Required: 111.", "a quota of 111"),
        ("SkuNotAvailable", "x", "another size or location"),
        ("AuthorizationFailed", "… perform action 'A/b/read' over", "a role with A/b/read"),
        ("StorageAccountAlreadyTaken", "x", "choose another"),
        ("SubscriptionNotFound", "x", "the profile's subscription"),
        ("ExpiredAuthenticationToken", "x", "Sign in again"),
        ("MissingSubscriptionRegistration", "namespace 'Microsoft.Relay'", "--namespace Microsoft.Relay"),
        ("InvalidTemplate", "parameter 'x' at line '1' is not provided", ""),
        ("StandardBSFamilyQuotaExceeded", "x", "ask for a higher quota"),
        ("InUseSubnetCannotBeDeleted", "x", "delete those first"),
        ("NoAdviceForThis", "x", "the correlation id"),
    ],
)
def test_advice(code: str, message: str, advice: str) -> None:
    (view,) = flatten({"code": code, "message": message})
    assert advice in view.advice


def test_words_and_sentences() -> None:
    assert words("InUseDNSRecordConflict") == "In use DNS record conflict"
    assert first_sentences("Version 1.2 of a.b failed. Then " + "x" * 200 + ".") == "Version 1.2 of a.b failed."
    disk = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/disks/d1"
    assert as_sentence("It failed.", resource=disk) == "Disk d1: It failed."
    assert as_sentence(f"Disk {disk} is in use.", resource=disk) == "Disk d1 is in use."


def test_exceptions() -> None:
    failure = from_exception(TimeoutError())
    assert failure.view.code == "Timeout"
    assert from_exception(failure) is failure
    refused = from_exception(ConnectionRefusedError(111, "Connect call failed ('127.0.0.1', 1)"))
    assert refused.view.code == "ConnectionRefused"
    assert "azops sim up" in str(refused)
    assert isinstance(from_exception(ValueError("x")), AzureFailure)
