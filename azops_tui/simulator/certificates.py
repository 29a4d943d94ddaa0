"""The certificate of the local cloud, for the loopback address and for the hosts of Azure that it answers for."""

from __future__ import annotations

import ssl
from pathlib import Path

from azops_tui.files import write_private
from azops_tui.net import azure_hosts
from azops_tui.net.certificates import CertificateAuthority

DAYS = 397


def make(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Write ``ca.pem`` and ``server.pem`` (with its key, mode 0600) to ``folder``.

    Returns:
        The path of ``ca.pem``, and a context for the server. The authority's own key is not kept: nothing else
        can ever be signed by it.
    """
    authority = CertificateAuthority("azops local cloud authority", DAYS)
    ca, server = folder / "ca.pem", folder / "server.pem"
    write_private(ca, authority.pem)
    hosts = ["localhost", "127.0.0.1", "::1", *azure_hosts.patterns()]
    write_private(server, authority.key_and_certificate(hosts))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(server)
    return ca, context
