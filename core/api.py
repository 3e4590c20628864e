"""A model over HTTP, for programs that are no Python: a picture in, ranked scripts out."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.data.archive import MAX_FILE
from core.errors import ImageError, ScriptoriumError
from core.imaging import decode
from core.inference.predictor import Predictor

_CONNECTIONS = 32
"""At a time, each with up to MAX_FILE of a picture; who comes then is answered with 503."""
_DECODED_AT_ONCE = 2
"""A picture of 64 megapixels takes 200 MB while it is made smaller."""
_LAST_ANSWERS = 5  # seconds that answers begun before the end may take


def application(predictor: Predictor) -> Starlette:
    """Return the ASGI application that answers with one model; `state.answered` counts pictures.

    `GET /` says which model it is. `POST /predict` takes the bytes of one picture as its body and
    answers what `predict --json` says of a file. What goes wrong is `{"error": one line}`, with
    status 400 for what is no picture, 413 for one over MAX_FILE and 415 for a form.
    """
    decoding = CapacityLimiter(_DECODED_AT_ONCE)

    async def about(_: Request) -> Response:
        return JSONResponse(
            {
                "model": predictor.name,
                "scripts": list(predictor.labels),
                "may_decline": predictor.may_decline,
                "predict": "POST the bytes of one picture to /predict",
            }
        )

    async def predict(request: Request) -> Response:
        if request.headers.get("content-type", "").startswith("multipart/"):
            raise HTTPException(
                415, "send the picture's bytes as the body, not a form: curl --data-binary @FILE"
            )
        picture = await _body(request)
        try:
            prediction = await to_thread.run_sync(
                lambda: predictor.predict(decode(picture)), limiter=decoding
            )
        except ImageError as error:
            raise HTTPException(400, str(error)) from error
        request.app.state.answered += 1
        return JSONResponse(prediction.to_json())

    routes = [Route("/", about), Route("/predict", predict, methods=["POST"])]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _refusal})
    app.state.answered = 0
    return app


async def _body(request: Request) -> bytes:
    """Return the request's body; one that is too large is not waited for."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_FILE:
            raise HTTPException(413, f"over the limit of {MAX_FILE >> 20} MB for one picture")
    return bytes(body)


async def _refusal(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, HTTPException)
    why = {
        404: f"nothing at {request.url.path}: POST a picture to /predict",
        405: f"{request.url.path} does not take {request.method}: POST a picture to /predict",
    }.get(refused.status_code, refused.detail)
    return JSONResponse({"error": why}, refused.status_code, refused.headers)


def serve(predictor: Predictor, host: str, port: int, ready: Callable[[str], None]) -> int:
    """Answer over HTTP until Ctrl-C; returns how many pictures were answered.

    Args:
        predictor: the model that answers.
        host: the address to listen at: 127.0.0.1 for this machine alone, 0.0.0.0 for all others.
        port: 0 for any that is free.
        ready: called with the address, once it answers there.

    Raises:
        ScriptoriumError: that address or port can't be had.
    """
    app = application(predictor)
    config = uvicorn.Config(
        app,
        log_config=None,  # uvicorn's would close what others log to
        log_level="warning",
        access_log=False,
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise ScriptoriumError(
            f"can't listen at {host}, port {port}: {error.strerror}; choose others with --host and "
            "--port"
        ) from error
    named = f"[{host}]" if ":" in host else host
    with listening:
        ready(f"http://{named}:{listening.getsockname()[1]}")
        with suppress(KeyboardInterrupt):  # uvicorn's own, once what was asked is answered
            uvicorn.Server(config).run(sockets=[listening])
    return int(app.state.answered)
