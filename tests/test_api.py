"""A model over HTTP, asked from outside as another program would."""

import asyncio
import contextlib
import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from core.api import _PICTURES, application
from core.cli import main
from core.data.archive import MAX_FILE
from core.errors import ModelError
from core.imaging import decode
from core.imaging.files import encode
from core.inference.predictor import Predictor

CHECKOUT = Path(__file__).resolve().parents[1]


class Serving(NamedTuple):
    process: subprocess.Popen[str]
    port: int
    answered: list[int]

    def ask(self, *request: Any) -> tuple[int, Any]:
        """Return the status and the JSON document of (method, path, body, headers)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(*request)
            answer = connection.getresponse()
            if request[0] == "POST":
                self.answered.append(answer.status)
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
        yield Serving(process, port, [])
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
        (("POST", "/predict", b"--x", {"content-type": "Multipart/Form-Data"}), 415, "not a form"),
        (("POST", "/predict/", b"x"), 404, "nothing at /predict/"),
        (("GET", "/a%E2%80%A8b"), 404, "nothing at /a b"),
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


def _stalled(serving: Serving) -> socket.socket:
    """Begin to send a picture, and stop in its midst."""
    client = socket.create_connection(("127.0.0.1", serving.port))
    client.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
    return client


def test_who_comes_while_too_many_are_answered_is_told_to_try_again(
    serving: Serving, picture: bytes
) -> None:
    with contextlib.ExitStack() as others:
        for _ in range(_PICTURES):
            others.enter_context(_stalled(serving))
        _, document = until(serving, 503, picture)
        assert "try again" in document["error"]
        assert serving.ask("GET", "/")[0] == 200

    assert until(serving, 200, picture)[0] == 200


def until(serving: Serving, status: int, picture: bytes) -> tuple[int, Any]:
    """Ask until the answer is of that status: what others send and hang up takes its time."""
    give_up = time.monotonic() + 60
    while True:
        answer = serving.ask("POST", "/predict", picture)
        if answer[0] == status or time.monotonic() > give_up:
            return answer
        time.sleep(0.02)


def test_a_model_that_cannot_answer_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def diverged(*_: object) -> None:
        raise ModelError("mine: it answers with what is no number")

    said = _asked(monkeypatch, diverged)

    assert said == (500, {"error": "mine: it answers with what is no number"})


def test_a_fault_of_ours_is_told_as_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fault(*_: object) -> None:
        raise ZeroDivisionError

    status, document = _asked(monkeypatch, fault)

    assert (status, list(document)) == (500, ["error"])
    assert caplog.records[-1].exc_info


def test_a_picture_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.api._UPLOAD", 0.05)

    said = _asked(monkeypatch, lambda *_: None, whole=False)

    assert said == (408, {"error": "the picture took over 0 s to come"})


def _asked(
    monkeypatch: pytest.MonkeyPatch, predict: Callable[..., Any], *, whole: bool = True
) -> tuple[int, Any]:
    """Post a picture, or the beginning of one, to an application whose model predicts so."""
    monkeypatch.setattr(Predictor, "predict", predict)
    monkeypatch.setattr("core.api.decode", lambda _: None)
    sent: list[Any] = []
    parts = [{"type": "http.request", "body": b"x", "more_body": not whole}]

    async def receive() -> dict[str, Any]:
        if not parts:
            await asyncio.sleep(60)
        return parts.pop()

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/predict",
        "headers": [],
        "query_string": b"",
    }
    with contextlib.suppress(ZeroDivisionError):  # Starlette raises it again for the server's log
        asyncio.run(application(Predictor.load("shipped"))(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_a_port_that_is_taken_is_an_error(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code = main(["serve", "shipped", "--port", str(port)])

    assert code == 1
    assert f"can't listen at 127.0.0.1, port {port}" in capfd.readouterr().err


@pytest.mark.parametrize("host", ["no.such.host.invalid", "é..local", "\x80"])
def test_a_host_that_is_none_is_an_error(host: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "shipped", "--host", host]) == 1
    assert "choose others with --host and --port" in capfd.readouterr().err


def test_no_host_is_not_every_host(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "shipped", "--host", ""])

    assert "a host is empty" in capfd.readouterr().err


@pytest.mark.parametrize("port", ["65536", "-1", "http", "9" * 5000, "00655360"])
def test_a_port_that_is_none_is_refused(port: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "shipped", "--port", port])

    assert "a port is 0 to 65535" in capfd.readouterr().err


def test_a_request_for_a_websocket_is_answered_as_any_other(
    serving: Serving, picture: bytes
) -> None:
    asking = {"Upgrade": "websocket", "Connection": "Upgrade"}
    status, document = serving.ask("POST", "/predict", picture, asking)
    assert (status, len(document["ranked"])) == (200, 6)


def test_ctrl_c_ends_it_with_what_it_did(serving: Serving) -> None:
    serving.process.send_signal(signal.SIGINT)
    out, err = serving.process.communicate(timeout=60)

    assert serving.process.returncode == 0
    assert err == ""  # whatever clients did
    document = json.loads(out)
    assert document["model"] == "shipped"
    assert document["answered"] == serving.answered.count(200) > 1
