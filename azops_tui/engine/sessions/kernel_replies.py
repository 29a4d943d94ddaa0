"""What a Jupyter kernel tells of a step: text, pictures, errors and how it ended."""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
from collections.abc import Mapping
from typing import Any

from azops_tui.engine.sessions.process import LARGEST_PICTURE, OnOutput
from azops_tui.sanitise import Sanitiser

_MOST_PICTURES = 20
_LINE = re.compile(r"(?:Cell In\s?\[\d+\],? line |^File <ipython-input[^>]*>:|^-+> *)(\d+)", re.MULTILINE)


class KernelReplies:
    """What a kernel shows of a step."""

    def __init__(self, on_output: OnOutput, keep: int) -> None:
        self._on_output = on_output
        self._keep = keep
        self._sanitisers = {"stdout": Sanitiser(colours=False), "stderr": Sanitiser(colours=False)}
        self.kept = bytearray()
        self.pictures: list[bytes] = []
        self.status = 1
        self.line: int | None = None

    def take(self, message: Mapping[str, Any]) -> bool:
        """Hand on a message; False if it says that the kernel is idle again."""
        content = message["content"]
        match message["msg_type"]:
            case "status":
                return bool(content["execution_state"] != "idle")
            case "stream":
                self._write(content["text"], "stderr" if content["name"] == "stderr" else "stdout")
            case "execute_result" | "display_data":
                self._show(content["data"])
            case "error":
                traceback = "\n".join(content["traceback"])
                lines = _LINE.findall(traceback)
                self.line = int(lines[0]) if lines else None
                self._write(traceback.rstrip("\n") + "\n", "stderr")
        return True

    def end(self, reply: Mapping[str, Any]) -> None:
        """Take the status of the step."""
        self.status = 0 if reply["status"] == "ok" else 1
        if reply.get("ename") == "KeyboardInterrupt":
            self.status = 130
        elif reply.get("ename") == "SystemExit":
            value = str(reply.get("evalue", ""))
            self.status = int(value) & 255 if re.fullmatch(r"-?\d{1,6}", value) else 0 if value in ("", "None") else 1

    def finish(self) -> None:
        """Hand on what was held back."""
        for stream, sanitiser in self._sanitisers.items():
            self._emit(sanitiser.flush(), stream)

    def _show(self, data: Mapping[str, Any]) -> None:
        png = data.get("image/png")
        if isinstance(png, str) and len(self.pictures) < _MOST_PICTURES:
            with contextlib.suppress(binascii.Error):
                picture = base64.b64decode(png)
                if len(picture) <= LARGEST_PICTURE:
                    self.pictures.append(picture)
                    return
        text = data.get("text/plain", "")
        if isinstance(text, str) and text:
            self._write(text if text.endswith("\n") else f"{text}\n", "stdout")

    def _write(self, text: str, stream: str) -> None:
        data = text.encode("utf-8", "surrogatepass")
        if stream == "stdout" and len(self.kept) < self._keep:
            self.kept += data[: self._keep - len(self.kept)]
        self._emit(self._sanitisers[stream].feed(data), stream)

    def _emit(self, text: str, stream: str) -> None:
        if text:
            self._on_output(text, "stderr" if stream == "stderr" else "stdout")
