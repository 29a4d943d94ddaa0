"""Advice on common error codes: one sentence for each."""

from __future__ import annotations

import re
from collections.abc import Callable

_Advice = str | Callable[[str, str], str]
_KEY = re.compile(r"keydata|publickeys|ssh.*public.*key|public.*ssh.*key", re.IGNORECASE)


def advise(code: str, message: str = "", target: str = "") -> str:
    """Return what to do about an error, in one sentence; empty if nothing is known beyond its message."""
    advice = _ADVICE.get(code.lower())
    if advice is None:
        advice = next((text for pattern, text in _PATTERNS if pattern.search(code)), "")
    return advice(message, target) if callable(advice) else advice


def _parameter(message: str, target: str) -> str:
    if _KEY.search(target) or _KEY.search(message):
        return (
            "keyData must be one OpenSSH public key on one line, such as “ssh-ed25519 AAAA… name”, "
            "or “ssh-rsa AAAA… name” of 2048 bits or more."
        )
    if "image" in target.lower():
        return "List the images of this location with “az vm image list” and use one of them."
    if "password" in (target + message).lower():
        return "Give a password of 12 to 72 characters with upper case, lower case, a digit and a sign."
    named = re.search(r"(?:property|parameter) '?([\w.]+)'?", message)
    name = target.rpartition(".")[2] or (named[1].rstrip(".") if named else "")
    return f"Correct the value of {name} and run it again." if name else "Correct the value and run it again."


def _quota(message: str, target: str) -> str:
    needed = re.search(r"New Limit Required: (\d+)", message)
    ask = f"ask for a quota of {needed[1]}" if needed else "ask for a higher quota"
    return f"Use fewer or smaller machines or another location, or {ask}."


def _authorization(message: str, target: str) -> str:
    action = re.search(r"perform action '([^']+)'", message)
    what = f"a role with {action[1]}" if action else "a role that allows it"
    return f"Ask an owner for {what} on this scope; a new assignment takes some minutes."


def _register(message: str, target: str) -> str:
    namespace = target or _quoted(message)
    return f"Register it once: az provider register --namespace {namespace or 'NAMESPACE'} --wait."


def _template(message: str, target: str) -> str:
    missing = re.search(r"template parameter '([^']+)'.* is not provided", message)
    if missing:
        return f"Give the parameter {missing[1]} a value."
    return "Correct the template at the place it names and run it again."


def _location(message: str, target: str) -> str:
    return "Choose one of the locations it names, or list them with “az account list-locations”."


def _quoted(message: str) -> str:
    match = re.search(r"'([\w.\-/]+)'", message)
    return match[1] if match else ""


_WAIT = "Another operation is still at work on it; wait until it has finished and run it again."
_SERVICE = "The fault is Azure's: run it again in some minutes, and quote the correlation id if it stays."
_SIGN_IN = "Sign in again, with “az login” or the profile's own credential, and run it again."
ANY = "Correct what the message names and run it again; if it stays, Azure's support needs the correlation id."
"""What to do about a code that is not known here."""
_STATE = "Bring what it names into the state that the operation needs, or wait until it is, and run it again."
_UNSUPPORTED = "Leave this setting out, or choose a size, tier or kind of the resource that supports it."
_SETTING = "Correct the setting that it names and run it again."
_IN_USE = "Take it off the resources that use it, or delete those first."


def _sign_in(message: str, target: str) -> str:
    low = message.lower()
    if "not found on path" in low:
        install = (
            "Install it (on Debian and Ubuntu “apt install azure-cli”, else see “Install the Azure CLI” at Microsoft)"
        )
        return f"{install} and sign in with “az login”, or set the profile's credential to “device”."
    if "needs" in low and ("environment" in low or "profile" in low):
        return "Set what it names, or choose another credential in the profile."
    if "tenant" in low and ("not found" in low or "mismatch" in low or "does not exist" in low):
        return "Set the profile's tenant to the directory of the subscription and sign in there (az login --tenant)."
    if "expired" in low:
        return "The sign-in has expired: “az login” renews it."
    return _SIGN_IN


_ADVICE: dict[str, _Advice] = {
    "invalidparameter": _parameter,
    "invalidparametervalue": _parameter,
    "invalidrequestpropertyvalue": _parameter,
    "invalidrequestcontent": "Compare it with the resource's reference: a property is misspelt or has the wrong type.",
    "invalidtemplate": _template,
    "invalidtemplatedeployment": "Correct what the template gives the service and run it again.",
    "invalidtemplatedeploymentparameters": _template,
    "deploymentquotaexceeded": "Delete old deployments of this group: at most 800 are kept.",
    "quotaexceeded": _quota,
    "operationnotallowed": lambda message, target: _quota(message, target) if "quota" in message.lower() else _STATE,
    "skunotavailable": "Choose another size or location; “az vm list-skus --location LOCATION” lists what can be had.",
    "allocationfailed": "Azure has no room for this size here now: try another size, zone or location, or try later.",
    "zonalallocationfailed": "This zone has no room for this size now: try another zone or size.",
    "overconstrainedallocationrequest": "Drop one of the constraints (zone, size, proximity group) and run it again.",
    "authorizationfailed": _authorization,
    "linkedauthorizationfailed": _authorization,
    "unauthorized": "Check that the identity has a role on the resource that is named.",
    "authenticationfailed": _sign_in,
    "expiredauthenticationtoken": _SIGN_IN,
    "invalidauthenticationtoken": _SIGN_IN,
    "invalidauthenticationtokentenant": "Sign in to the subscription's directory, or set the profile's tenant.",
    "subscriptionnotfound": "Check the profile's subscription and that you are signed in to its directory.",
    "invalidsubscriptionid": "Set the profile's subscription to an id, as “az account list” prints it.",
    "readonlydisabledsubscription": "The subscription is disabled: settle it with its owner, then run it again.",
    "subscriptionnotregistered": _register,
    "missingsubscriptionregistration": _register,
    "noregisteredproviderfound": "Use an api-version and a location that the resource type has.",
    "invalidresourcetype": "Check the spelling of the type and its api-version.",
    "invalidapiversionparameter": "Use one of the api-versions that the message names.",
    "invalidresourcenamespace": "Check the spelling of the provider's namespace.",
    "invalidresourcelocation": "It exists already in another location: choose another name, or delete it first.",
    "invalidresourcegrouplocation": "The group exists already in another location: use that one, or another name.",
    "locationnotavailableforresourcetype": _location,
    "locationnotavailableforresourcegroup": _location,
    "invalidlocation": _location,
    "storageaccountalreadytaken": "Names of storage accounts are shared by all of Azure: choose another.",
    "storageaccountalreadyexists": "Names of storage accounts are shared by all of Azure: choose another.",
    "accountnameinvalid": "Use 3 to 24 lower-case letters and digits.",
    "dnsrecordinuse": "The DNS label is taken in this location: choose another.",
    "dnsrecordcreateconflict": "The DNS label is taken in this location: choose another.",
    "vaultalreadyexists": "Names of key vaults are shared by all of Azure, deleted ones too: choose another.",
    "invaliddomainnamelabel": "Use lower-case letters, digits and hyphens, beginning with a letter.",
    "resourcegroupnotfound": "Check the group's name and the subscription, or create the group first.",
    "resourcenotfound": "Check its name and group; a new resource can take some seconds to appear.",
    "notfound": "Check its name; a new resource can take some seconds to appear.",
    "parentresourcenotfound": "Deploy its parent first, or add it to dependsOn.",
    "invalidresourcereference": "Deploy what it refers to first, or add that to dependsOn.",
    "referencedresourcenotprovisioned": _WAIT,
    "badrequest": _SETTING,
    "usererror": "Check the name and the setting that it names.",
    "getvneterror": "Check that the virtual network exists and that the cluster's identity may read it.",
    "parentresourceisinfailedstate": "Repair its parent first: deploy that again, then this.",
    "mustspecifybothencryptionintentandenforcementpolicy": _SETTING,
    "initiatingcircuitnotprovisioned": "Ask the connectivity provider to provision the circuit, then run it again.",
    "subscriptionnotauthorized": "Ask the owner of what it names to allow this subscription.",
    "anotheroperationinprogress": _WAIT,
    "retryableerrorduetoanotheroperation": _WAIT,
    "deploymentactive": "A deployment of this name is still running: wait for it, cancel it, or use another name.",
    "resourcegroupbeingdeleted": "The group is being deleted: wait until it is gone, then create it again.",
    "preconditionfailed": "Somebody changed it meanwhile: read it again and repeat the change.",
    "propertychangenotallowed": "This property cannot be changed later: delete the resource and create it again.",
    "scopelocked": "A lock protects it: remove the lock first, if you may.",
    "requestdisallowedbypolicy": "Change what the policy objects to, or ask its owner for an exemption.",
    "principalnotfound": "A new identity takes a minute to be seen: set principalType or try again.",
    "roleassignmentexists": "The assignment is there already; nothing need be done.",
    "privateipaddressinuse": "Choose a free address of the subnet, or let Azure choose one.",
    "subnetisfull": "Enlarge the subnet, or use another one.",
    "netcfginvalidsubnet": "Choose an address range within the network's that no other subnet has.",
    "publicipcountlimitreached": "Delete public addresses that are not used, or ask for a higher quota.",
    "vmextensionprovisioningerror": "Read the extension's log under /var/log/azure on the machine, then deploy again.",
    "vmextensionprovisioningtimeout": "Look into the extension's log on the machine: it did not end in 90 minutes.",
    "osprovisioningtimedout": "Check the image's agent and the custom data; delete the machine and deploy it again.",
    "osprovisioningclienterror": "Check the image and the custom data; delete the machine and deploy it again.",
    "imagenotfound": "List the images of this location with “az vm image list” and use one of them.",
    "platformimagenotfound": "List the images of this location with “az vm image list” and use one of them.",
    "marketplacepurchaseeligibilityfailed": "Accept the image's terms once: az vm image terms accept --urn URN.",
    "accountsetuperror": "Ask the directory's administrator to complete its profile.",
    "resourcepurchasevalidationfailed": "Accept the image's terms once: az vm image terms accept --urn URN.",
    "toomanyrequests": "Azure limits the rate of requests: wait a minute and run it again.",
    "operationpreempted": "A newer operation replaced this one; run it again if it is still needed.",
    "connectionrefused": "Check that it is running; for the local cloud “azops sim up” starts it.",
    "connectiontimeout": "Check the network, VPN and proxy (HTTPS_PROXY), and run it again.",
    "connectionlost": "Look at its state before you run it again.",
    "timeout": "Look at its state before you run it again.",
    "namenotfound": "Check the network, VPN and DNS.",
    "certificatenottrusted": "If a proxy opens the traffic, put its certificate into the file of SSL_CERT_FILE.",
    "unreachable": "Check the network and the proxy (HTTPS_PROXY).",
    "readonlyprofile": "To make the change, use a profile that is not read-only.",
}

_PATTERNS: list[tuple[re.Pattern[str], _Advice]] = [
    (re.compile(r"QuotaExceeded$|LimitReached$|LimitExceeded$"), _quota),
    (re.compile(r"(?i)HasSnapshots$"), "Delete its snapshots first, or delete it together with them."),
    (re.compile(r"(?i)InUse|CannotBeDeleted"), _IN_USE),
    (re.compile(r"(?i)BeingDeleted$"), "Wait until it is gone; it cannot be used any more."),
    (
        re.compile(
            r"(?i)^(InternalServerError|ServerTimeout|GatewayTimeout|BadGateway|ServiceUnavailable|InternalExecutionError)$"
        ),
        _SERVICE,
    ),
    (re.compile(r"(?i)NotSupported|Unsupported|CannotReference"), _UNSUPPORTED),
    (re.compile(r"(?i)NotPending$|NotProvisioned$|FailedState$|PolicyFailure$|StateConflict$"), _STATE),
    (re.compile(r"(?i)^Invalid|^Missing|CannotRemove|FatalError$"), _SETTING),
    (re.compile(r"(?i)NotFound$"), "Check its name and where it should be."),
    (re.compile(r"^AADSTS(7000215|7000222)$"), "The client secret is wrong or has expired: create a new one."),
    (
        re.compile(r"^AADSTS(50076|50079|50158)$"),
        "Sign-in needs a second factor: sign in with the profile's credential “browser” or “device”.",
    ),
    (re.compile(r"^AADSTS(700082|50173|70043|700084)$"), _SIGN_IN),
    (re.compile(r"^AADSTS90002$"), "The directory does not exist in this cloud: check the profile's tenant and cloud."),
]
