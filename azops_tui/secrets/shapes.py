"""Secrets that tools print unasked, known by their shape.

Each row has an example that must be hidden and a counter-example that must not; tests check both, and count false
alarms over outputs recorded from the real Azure. A pattern's group ``s`` is the secret; without it, the whole match.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

UNBOUNDED = 10_000


@dataclass(frozen=True)
class Shape:
    """A kind of secret that is recognised by its shape."""

    label: str
    triggers: tuple[str, ...]
    """Fixed strings without white space, one of which occurs at the start of every secret of this shape, or in it."""
    pattern: str
    example: str
    counter: str
    lines: int = 1
    """Lines that the pattern may span."""

    @cached_property
    def regex(self) -> re.Pattern[bytes]:
        return re.compile(self.pattern.encode())


_END = r"(?![A-Za-z0-9+/=_~.-])"
_START = r"(?<![A-Za-z0-9+/=_~.-])"
_TEXT = r"(?P<s>[^\"\\\s\[<$*•][^\"\\\s]{5,4096})\""
_JSON_NAMES = [
    "password",
    "adminPassword",
    "administratorLoginPassword",
    "clientSecret",
    "client_secret",
    "secretText",
    "accessToken",
    "access_token",
    "refreshToken",
    "refresh_token",
    "id_token",
    "idToken",
    "primaryKey",
    "secondaryKey",
    "primaryMasterKey",
    "secondaryMasterKey",
    "primaryReadonlyMasterKey",
    "secondaryReadonlyMasterKey",
    "primarySharedKey",
    "secondarySharedKey",
    "primaryConnectionString",
    "secondaryConnectionString",
    "connectionString",
    "storageAccountKey",
    "accountKey",
    "sharedKey",
    "publishingPassword",
    "masterKey",
    "instrumentationSecret",
    "accessSAS",
    "accessSas",
    "sasToken",
    "customData",
    "protectedSettings",
]
_K = "a" * 39
"""Filling of made-up examples."""

SHAPES = (
    Shape(
        "token",
        ("eyJ",),
        r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{7,}={0,2}\.[A-Za-z0-9_-]{8,}={0,2}\.[A-Za-z0-9_-]*",
        "eyJ0eXAiOiJKV1Qi.eyJhdWQiOiJodHRwcyJ9.c2lnbmF0dXJl",
        "eyJoZWxsbyI6IndvcmxkIn0=",
    ),
    Shape(
        "secret field",
        tuple(f'"{name}":"' for name in _JSON_NAMES),
        rf'"(?:{"|".join(_JSON_NAMES)})"\s*:\s*"' + _TEXT,
        '"password": "fGH8Q~made.up"',
        '"adminPassword": "[parameters(\'adminPassword\')]"',
    ),
    Shape(
        "secret field",
        tuple(f"{name}=" for name in ("client_secret", "refresh_token", "access_token", "client_assertion")),
        r"\b(?:client_secret|refresh_token|access_token|client_assertion)=(?P<s>[^&\s\"'$<]{8,4096})",
        "grant_type=x&client_secret=fGHmade.up%7E&scope=y",
        "client_secret=$SECRET",
    ),
    Shape(
        "authorization",
        tuple(
            f"{name}:{kind}" for name in ("Authorization", "authorization") for kind in ("Bearer", "Basic", "Shared")
        ),
        r"[Aa]uthorization: *(?:Bearer|Basic|SharedKey(?:Lite)?) +(?P<s>[A-Za-z0-9+/=_~.:-]{8,4096})",
        "Authorization: Bearer abcdefgh123456",
        "Authorization: Bearer $TOKEN",
    ),
    Shape(
        "storage key",
        ("==",),
        _START + r"[A-Za-z0-9+/]{86}==" + _END,
        "Zm9v" * 21 + "Zg==",
        "sha512-" + "Zm9v" * 21 + "Zg==",
    ),
    Shape(
        "key of a connection string",
        ("AccountKey=", "SharedAccessKey=", "AccessKey=", "accesskey="),
        r"\b(?:AccountKey|SharedAccessKey|AccessKey|accesskey)=(?P<s>[A-Za-z0-9+/=_-]{16,512})",
        "Endpoint=sb://x.net/;SharedAccessKeyName=Root;SharedAccessKey=YWJjZGVmZ2hpamtsbW5vcA=",
        "AccountKey=$KEY;EndpointSuffix=core.windows.net",
    ),
    Shape(
        "password of a connection string",
        tuple(f";{name}=" for name in ("Password", "password", "PASSWORD", "Pwd", "pwd", "PWD")),
        r"=[^\n;\"']{1,512};\s{0,4}(?:[Pp]assword|PASSWORD|[Pp]wd|PWD)\s?=\s?(?P<s>[^;\"'\s{<$\[]{4,512})",
        "Server=tcp:x.database.windows.net;User ID=me;Password=made-up-1;Encrypt=true",
        "Server=tcp:x.database.windows.net;User ID=me;Password={your_password};",
    ),
    Shape(
        "password of a URL",
        tuple(
            f"{name}://"
            for name in [
                "postgres",
                "postgresql",
                "mysql",
                "mongodb",
                "mongodb+srv",
                "amqp",
                "amqps",
                "redis",
                "rediss",
            ]
        ),
        r"://[^\s/:@\"']{0,64}:(?P<s>[^\s/@\"'<$\[{][^\s/@\"']{3,255})@",
        "postgres://me:made-up-1@db.example:5432/x",
        "postgres://me:<password>@db.example:5432/x",
    ),
    Shape(
        "SAS signature",
        ("sig=",),
        r"[?&;]sig=(?P<s>[A-Za-z0-9%+/=_-]{20,256})",
        "https://x.blob.core.windows.net/c?sv=2024-11-04&sig=YWJjZGVmZ2hpamtsbW5vcHFyc3R1dg%3D%3D",
        "https://x/?config=aaaaaaaaaaaaaaaaaaaaaaaaaa",
    ),
    Shape(
        "private key",
        ("-----BEGIN", "----BEGIN"),
        r"-----?(?: )?BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----?[\s\S]*?"
        r"(?:-----?(?: )?END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----?|\Z)",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nbWFkZSB1cA==\n-----END OPENSSH PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----\nbWFkZSB1cA==\n-----END CERTIFICATE-----",
        lines=UNBOUNDED,
    ),
    Shape(
        "private key",
        ("LS0tLS1CRUdJTi",),
        r"LS0tLS1CRUdJTi(?:BSU0EgUFJJVkFURS|BQUklWQVRFIEtFWS|BFQyBQUklWQVRFIEtFWS|BPUEVOU1NI|BFTkNSWVBURUQgUFJJ)"
        r"[A-Za-z0-9+/=]*",
        "client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlF",
        "certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUU",
    ),
    Shape(
        "private key",
        ("client-key-data:",),
        r"client-key-data:\s*(?P<s>[A-Za-z0-9+/=]{20,})",
        "client-key-data: bWFkZSB1cCBhbmQgbG9uZw==",
        "client-key-data: null",
    ),
    Shape(
        "cluster token",
        ("token:",),
        r"(?m)^ *token: +(?P<s>[A-Za-z0-9._-]{32,})$",
        "    token: " + "0123456789abcdef" * 4,
        "    token: required",
    ),
    Shape(
        "client secret",
        ("7Q~", "8Q~"),
        _START + r"[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}" + _END,
        "abc8Q~" + "made_up.made-up~" * 2 + "xy",
        "abc8Q~short",
    ),
    Shape(
        "registry password",
        ("+ACR",),
        _START + r"[A-Za-z0-9+/]{42}\+ACR[A-Za-z0-9]{6}" + _END,
        "made" * 10 + "up+ACRA1b2c3",
        "x+ACRA1b2c3",
    ),
    Shape(
        "registry password",
        ('"name":"password',),
        r'"name"\s*:\s*"password2?",\s*"value"\s*:\s*' + '"' + _TEXT,
        '"name": "password2",\n      "value": "made/up+1"',
        '"name": "password",\n      "value": null',
        lines=3,
    ),
    Shape(
        "publishing password",
        ('userPWD="',),
        r'userPWD="(?P<s>[^"]{8,})"',
        'userPWD="madeUpAndLong"',
        'userPWD=""',
    ),
    Shape(
        "service key",
        ("JQQJ99", "AzSe", "AzFu", "AzCa"),
        _START
        + r"(?:[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}|[A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5}"
        + r"|[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{6,8}(?:==)?|[A-Za-z0-9+/]{32}AzCa[A-Za-z0-9+/]{5}=)"
        + _END,
        "Ab12" * 13 + "JQQJ99" + "Cd34" * 6 + "Ef",
        "the AzSe and AzFu marks",
    ),
    Shape(
        "GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"(?<![A-Za-z0-9_])(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{40,255})",
        "ghp_" + _K,
        "ghp_short",
    ),
    Shape("GitLab token", ("glpat-",), r"(?<![A-Za-z0-9_])glpat-[A-Za-z0-9_.-]{20,255}", "glpat-" + _K, "glpat-x"),
    Shape(
        "npm token", ("npm_",), r"(?<![A-Za-z0-9_])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])", "npm_" + _K[:36], "npm_config"
    ),
)
