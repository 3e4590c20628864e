"""Downloading through kagglehub, from a Kaggle of our own on this machine."""

import errno
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import kagglesdk.kaggle_env
import pytest

from core.data.fetch import fetch
from core.data.sources import BY_NAME, find_local
from core.errors import Cancelled, DataError, StorageFull
from core.workspace import Workspace

ARABIC = BY_NAME["arabic"]


@dataclass
class Kaggle:
    """What the server answers with, and how often it was asked for the archive."""

    archive: bytes = b""
    status: int = 200
    downloads: list[str] = field(default_factory=list)


@pytest.fixture
def kaggle(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kaggle]:
    """A server that answers as Kaggle's does, where kagglehub looks for Kaggle."""
    state = Kaggle()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if state.status != 200:
                self._answer(b'{"message": "no"}', "application/json")
            elif self.path.endswith("/GetDataset"):
                document = json.dumps({"currentVersionNumber": 1}).encode()
                self._answer(document, "application/json")
            else:
                state.downloads.append(self.path)
                self._answer(state.archive, "application/zip")

        do_GET = do_POST  # noqa: N815 the name the library calls

        def _answer(self, body: bytes, kind: str) -> None:
            self.send_response(state.status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):  # whoever asked has heard enough
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    production = kagglesdk.kaggle_env.KaggleEnv.PROD
    monkeypatch.setitem(kagglesdk.kaggle_env._env_to_endpoint, production, address)
    for name in ("KAGGLE_USERNAME", "KAGGLE_KEY", "KAGGLE_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KAGGLE_CONFIG_DIR", "/nowhere")
    monkeypatch.setenv("KAGGLEHUB_CACHE", "")
    yield state
    server.shutdown()
    server.server_close()


def archive(filler: int = 0) -> bytes:
    """A zip with one file of the Arabic set, and `filler` bytes that can't be packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("train/id_1_label_1.png", b"an image")
        zipped.writestr("filler.bin", bytes(filler))
    return buffer.getvalue()


def test_a_set_is_downloaded_unpacked_and_found(kaggle: Kaggle, tmp_path: Path) -> None:
    kaggle.archive = archive(2_500_000)
    ws, said = Workspace(tmp_path), []

    place = fetch(ARABIC, ws, progress=lambda *each: said.append(each))

    assert (place / "train/id_1_label_1.png").read_bytes() == b"an image"
    assert find_local([ws.downloads])["ahcd1"] == [place]
    size = len(kaggle.archive)
    assert said[-1] == (size, size)
    assert len(said) == 3

    assert fetch(ARABIC, ws) == place
    assert len(kaggle.downloads) == 1


@pytest.mark.usefixtures("kaggle")
def test_a_full_disk_says_where_what_came_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: str) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("kagglehub.dataset_download", full)
    ws = Workspace(tmp_path)
    with pytest.raises(StorageFull) as caught:
        fetch(ARABIC, ws)
    assert str(ws.downloads) in str(caught.value)
    assert "goes on where it was" in str(caught.value)


def test_of_several_versions_the_newest_is_found(tmp_path: Path) -> None:
    place = tmp_path / "datasets" / ARABIC.kaggle
    for version in ("9", "10", "11"):
        (place / "versions" / version).mkdir(parents=True)
        (place / f"{version}.complete").touch()
    for version in ("9", "10"):
        (place / "versions" / version / "a.png").touch()

    assert find_local([tmp_path])["ahcd1"] == [place / "versions" / "10"]


def test_a_download_can_be_stopped_and_leaves_nothing_that_looks_whole(
    kaggle: Kaggle, tmp_path: Path
) -> None:
    kaggle.archive = archive(5_000_000)
    ws = Workspace(tmp_path)

    with pytest.raises(Cancelled, match="goes on where it was"):
        fetch(ARABIC, ws, cancelled=lambda: True)

    assert find_local([ws.downloads])["ahcd1"] == []
    assert (fetch(ARABIC, ws) / "train/id_1_label_1.png").exists()


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_says_how_to_get_a_token(status: int, kaggle: Kaggle, tmp_path: Path) -> None:
    kaggle.status = status

    with pytest.raises(DataError, match=rf"Kaggle refused \({status}\).*kaggle\.json") as caught:
        fetch(ARABIC, Workspace(tmp_path))
    assert ARABIC.url in str(caught.value)
    assert "\n" not in str(caught.value)


def test_anything_else_is_named(kaggle: Kaggle, tmp_path: Path) -> None:
    kaggle.status = 500

    with pytest.raises(DataError, match=r"mloey1/ahcd1 could not be downloaded: .*500") as caught:
        fetch(ARABIC, Workspace(tmp_path))
    assert "\n" not in str(caught.value)


def test_without_a_connection_it_says_so(
    kaggle: Kaggle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    production = kagglesdk.kaggle_env.KaggleEnv.PROD
    monkeypatch.setitem(kagglesdk.kaggle_env._env_to_endpoint, production, "http://127.0.0.1:9")

    with pytest.raises(DataError, match=r"Kaggle can't be reached; check .* by hand from https"):
        fetch(ARABIC, Workspace(tmp_path))
    assert kaggle.downloads == []


def test_a_download_whose_folder_was_deleted_is_not_here(kaggle: Kaggle, tmp_path: Path) -> None:
    kaggle.archive = archive(10)
    ws = Workspace(tmp_path)
    shutil.rmtree(fetch(ARABIC, ws))

    assert find_local([ws.downloads])["ahcd1"] == []
