"""Prerequisites on the web: fetched once a person agreed, kept in the cache folder, and trusted by their hash."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from azops_tui import paths
from azops_tui.engine.trust import document_digest, is_trusted, trust
from azops_tui.errors import AzopsError
from azops_tui.files import write_private

LARGEST = 4 * 1024 * 1024
"""Size limit of a prerequisite in bytes."""
_SECONDS = 20.0
_GITHUB = re.compile(r"https://github\.com/([^/]+/[^/]+)/blob/(.+)")


class PrerequisiteError(AzopsError):
    """A prerequisite on the web cannot be fetched or is not a document."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A prerequisite as it was fetched; nothing of it is stored or run yet."""

    url: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return document_digest(self.text)


def cached_file(url: str) -> Path:
    """Path of a prerequisite in the cache folder; each has a folder of its own, in which its steps start."""
    name = urlsplit(url).path.rpartition("/")[2] or "prerequisite.md"
    return paths.cache() / "prerequisites" / hashlib.sha256(url.encode()).hexdigest()[:32] / name


def trusted_file(url: str) -> Path | None:
    """The cached prerequisite if this user trusts its present content; else None."""
    file = cached_file(url)
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    return file if is_trusted(file, document_digest(text)) else None


def address_of(file: Path, target: str) -> str:
    """Address of a relative link in a cached prerequisite; empty if the file is not one."""
    try:
        if not file.resolve().is_relative_to((paths.cache() / "prerequisites").resolve()):
            return ""
        return urljoin((file.parent / ".address").read_text("utf-8").strip(), target)
    except OSError:
        return ""


def fetch(url: str) -> Fetched:
    """Fetch a prerequisite over HTTPS; a page of a file on GitHub stands for the file. Blocks: call it in a thread.

    Raises:
        PrerequisiteError: the address is not HTTPS, cannot be read, or does not lead to a Markdown text.
    """
    import urllib.error
    import urllib.request

    class HttpsOnly(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *words: object, **named: object) -> urllib.request.Request | None:
            request = super().redirect_request(*words, **named)  # type: ignore[arg-type]  # passed on as they come
            if request is not None and not request.full_url.startswith("https://"):
                raise PrerequisiteError(f"{url} leads to {request.full_url}, which is not HTTPS.")
            return request

    if not url.startswith("https://"):
        raise PrerequisiteError(f"{url} is not an HTTPS address; only those are fetched.")
    github = _GITHUB.fullmatch(url)
    address = f"https://raw.githubusercontent.com/{github[1]}/{github[2]}" if github else url
    try:
        with urllib.request.build_opener(HttpsOnly).open(address, timeout=_SECONDS) as answer:
            data = answer.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise PrerequisiteError(f"{url} cannot be fetched: {getattr(error, 'reason', error)}") from None
    if len(data) > LARGEST:
        raise PrerequisiteError(f"{url} is larger than {LARGEST // 1024 // 1024} MB, too large for a document.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PrerequisiteError(f"{url} is not UTF-8 text.") from None
    if re.match(r"\s*<(?:!doctype html|html)\b", text, re.IGNORECASE):
        raise PrerequisiteError(f"{url} is a web page and not Markdown; link to the file itself.")
    return Fetched(url, text)


def accept(fetched: Fetched) -> Path:
    """Store a prerequisite and trust this content from now on; returns its path.

    Raises:
        OSError: it cannot be written.
    """
    file = cached_file(fetched.url)
    paths.private(file.parent)
    (file.parent / ".address").write_text(fetched.url, "utf-8")
    write_private(file, fetched.text)
    trust(file, fetched.digest)
    return file
