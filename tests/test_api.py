"""A model over HTTP, asked from outside as another program would."""

import http.client
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from core.cli import main
from core.data.archive import MAX_FILE
from core.imaging import decode
from core.imaging.files import encode
from core.inference.predictor import Predictor

CHECKOUT = Path(__file__).resolve().parents[1]


class Serving(NamedTuple):
    process: subprocess.Popen[str]
    port: int

    def ask(self, *request: Any) -> tuple[int, Any]:
        """Return the status and the JSON document of (method, path, body, headers)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with closing(connection):
            connection.request(*request)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())


@pytest.fixture(scope="module")
def serving() -> Iterator[Serving]:
    command = [sys.executable, "-m", "core", "serve", "shipped", "--port", "0", "--json"]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        said = next(line for line in process.stderr if " answers at " in line)
        port = int(said.partition("http://127.0.0.1:")[2].partition("/predict")[0])
        yield Serving(process, port)
        process.kill()


@pytest.fixture(scope="module")
def picture(draw_glyph: Callable[..., np.ndarray]) -> bytes:
    return encode(255 - draw_glyph("english", 1, size=(120, 90)))


def test_a_picture_is_answered_as_on_the_command_line(serving: Serving, picture: bytes) -> None:
    status, document = serving.ask("POST", "/predict", picture)

    assert status == 200
    expected = Predictor.load("shipped").predict(decode(picture)).to_json()
    assert document == json.loads(json.dumps(expected))


def test_it_says_which_model_answers_and_how_to_ask(serving: Serving) -> None:
    status, document = serving.ask("GET", "/")

    assert status == 200
    assert document["model"] == "shipped"
    assert document["scripts"] == list(Predictor.load("shipped").labels)
    assert "/predict" in document["predict"]


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        (("POST", "/predict", b""), 400, "the file is empty"),
        (("POST", "/predict", b"a letter to a friend"), 400, "not an image"),
        (("POST", "/predict", bytes(MAX_FILE + 1)), 413, "over the limit of 64 MB"),
        (
            ("POST", "/predict", b"--x", {"content-type": "multipart/form-data; boundary=x"}),
            415,
            "not a form",
        ),
        (("GET", "/predict"), 405, "POST a picture"),
        (("POST", "/guess", b"x"), 404, "nothing at /guess"),
    ],
    ids=lambda value: value if isinstance(value, int) else "",
)
def test_what_it_cannot_answer_it_refuses_in_one_line(
    request_: tuple[Any, ...], status: int, words: str, serving: Serving, picture: bytes
) -> None:
    answered, document = serving.ask(*request_)

    assert answered == status
    assert set(document) == {"error"}
    assert words in document["error"]
    assert "\n" not in document["error"]
    assert serving.ask("POST", "/predict", picture)[0] == 200


def test_a_cut_off_picture_is_refused(serving: Serving, picture: bytes) -> None:
    status, document = serving.ask("POST", "/predict", picture[: len(picture) // 2])

    assert status == 400
    assert "damaged" in document["error"]


def test_a_port_that_is_taken_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code = main(["serve", "shipped", "--port", str(port)])

    assert code == 1
    assert f"can't listen at 127.0.0.1, port {port}" in capfd.readouterr().err


def test_a_host_that_is_none_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "shipped", "--host", "no.such.host.invalid"]) == 1
    assert "choose others with --host and --port" in capfd.readouterr().err


@pytest.mark.parametrize("port", ["65536", "-1", "http", "9" * 5000])
def test_a_port_that_is_none_is_refused(port: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "shipped", "--port", port])

    assert "a port is 0 to 65535" in capfd.readouterr().err


def test_ctrl_c_ends_it_with_what_it_did(serving: Serving) -> None:
    serving.process.send_signal(signal.SIGINT)
    out, _ = serving.process.communicate(timeout=60)

    assert serving.process.returncode == 0
    document = json.loads(out)
    assert document["model"] == "shipped"
    assert document["answered"] >= 1
