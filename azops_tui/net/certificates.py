"""A certificate authority that lives in memory, the certificates that it signs, and those that this machine trusts."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import ssl
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from azops_tui.net.upstream import BUNDLES

_PEM = serialization.Encoding.PEM


class CertificateAuthority:
    """Signs certificates for servers. Its key exists in memory only.

    Args:
        name: common name of the authority.
        days: days for which it and its certificates are valid.
    """

    def __init__(self, name: str = "azops", days: int = 30) -> None:
        self._days = days
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._id = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        builder = self._builder(self._name, self._key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(signs=True), critical=True).add_extension(self._id, critical=False)
        self.pem = builder.sign(self._key, hashes.SHA256()).public_bytes(_PEM)
        """The authority's certificate."""
        self._contexts: dict[str, ssl.SSLContext] = {}

    def context(self, host: str) -> ssl.SSLContext:
        """The server's side of TLS for a host name or address, HTTP/1.1 only; made once."""
        context = self._contexts.get(host)
        if context is None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            context.set_alpn_protocols(["http/1.1"])
            _load(context, self.key_and_certificate([host]) + self.pem)
            self._contexts[host] = context
        return context

    def key_and_certificate(self, hosts: Sequence[str]) -> bytes:
        """A private key and a certificate for names and addresses, as PEM; the first is the common name."""
        names = [_general_name(host) for host in hosts]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:64])])
        builder = self._builder(subject, self._leaf_key.public_key())
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(signs=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        identity = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(self._id)
        builder = builder.add_extension(identity, critical=False)
        key = self._leaf_key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return key + builder.sign(self._key, hashes.SHA256()).public_bytes(_PEM)

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=self._days))
        )


def public_authorities() -> bytes:
    """The certificate authorities that programs on this computer trust, as PEM; empty if there are none.

    Bundles that the environment names come first: behind a company's proxy, only those work.
    """
    named = [os.environ[name] for name in BUNDLES if os.path.isfile(os.environ.get(name, ""))]
    system = ssl.get_default_verify_paths().cafile
    contents: list[bytes] = []
    with contextlib.suppress(OSError):
        contents = [Path(path).read_bytes() for path in dict.fromkeys(named or ([system] if system else []))]
    if not contents:
        with contextlib.suppress(OSError, ModuleNotFoundError):
            contents = [resources.files("certifi").joinpath("cacert.pem").read_bytes()]
    return b"".join(content.rstrip() + b"\n" for content in contents)


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _load(context: ssl.SSLContext, pem: bytes) -> None:
    """Load key and certificates, which OpenSSL's binding reads from a file only: one in memory where that exists."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("certificate")
        try:
            os.write(descriptor, pem)
            context.load_cert_chain(f"/proc/self/fd/{descriptor}")
        finally:
            os.close(descriptor)
        return
    descriptor, path = tempfile.mkstemp()
    try:
        os.write(descriptor, pem)
        os.close(descriptor)
        context.load_cert_chain(path)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(path)


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
