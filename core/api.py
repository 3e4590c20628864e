"""A model over HTTP, for programs that are no Python: a picture in, ranked scripts out."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.data.archive import MAX_FILE
from core.errors import ImageError, ScriptoriumError, in_one_line
from core.imaging import decode
from core.inference.predictor import Predictor
from core.text import as_text

_LOG = logging.getLogger(__name__)
_PICTURES = 32
"""At a time, each of up to MAX_FILE; who comes then is told to try again."""
_DECODED_AT_ONCE = 2
"""A picture of 64 megapixels takes up to 0.8 GB, of 16 bits a channel, while it is made smaller."""
_UPLOAD = 30.0
"""Seconds a picture may take to come."""
_LAST_ANSWERS = 5
"""Seconds that answers begun before the end may take."""


def application(predictor: Predictor) -> Starlette:
    """Return the ASGI application that answers with one model; `state.answered` counts pictures.

    `GET /` says which model it is. `POST /predict` takes the bytes of one picture as its body and
    answers what `predict --json` says of a file. What goes wrong is `{"error": one line}`, with
    status 400 for what is no picture, 408 for one that does not come, 413 for one over MAX_FILE,
    415 for a form, 503 where too many are answered already, and 500 for a model that can't answer.
    """
    decoding = CapacityLimiter(_DECODED_AT_ONCE)
    answering = asyncio.Semaphore(_PICTURES)

    async def about(_: Request) -> Response:
        return JSONResponse(
            {
                "model": as_text(predictor.name),
                "scripts": list(predictor.labels),
                "may_decline": predictor.may_decline,
                "predict": "POST the bytes of one picture to /predict",
            }
        )

    async def predict(request: Request) -> Response:
        if request.headers.get("content-type", "").lower().startswith("multipart/"):
            raise HTTPException(
                415, "send the picture's bytes as the body, not a form: curl --data-binary @FILE"
            )
        if answering.locked():
            raise HTTPException(503, f"{_PICTURES} pictures are being answered already: try again")
        async with answering:
            picture = await _body(request)
            try:
                prediction = await to_thread.run_sync(
                    lambda: predictor.predict(decode(picture)), limiter=decoding
                )
            except ImageError as error:
                raise HTTPException(400, str(error)) from error
            except ScriptoriumError as error:
                raise HTTPException(500, in_one_line(error)) from error
        request.app.state.answered += 1
        return JSONResponse(prediction.to_json())

    routes = [Route("/", about), Route("/predict", predict, methods=["POST"])]
    app = Starlette(
        routes=routes,
        exception_handlers={
            HTTPException: _refusal,
            ClientDisconnect: _nobody,
            Exception: _fault,
        },
    )
    app.router.redirect_slashes = False
    app.state.answered = 0
    return app


async def _body(request: Request) -> bytes:
    """Return the request's body.

    One that is too large is read to its end all the same, in vain: who still sends hears no answer.
    """
    body, size = bytearray(), 0
    try:
        async with asyncio.timeout(_UPLOAD):
            async for part in request.stream():
                size += len(part)
                if size <= MAX_FILE:
                    body += part
    except TimeoutError as error:
        raise HTTPException(
            408, f"the picture took over {_UPLOAD:.0f} s to come", {"connection": "close"}
        ) from error
    if size > MAX_FILE:
        raise HTTPException(413, f"over the limit of {MAX_FILE >> 20} MB for one picture")
    return bytes(body)


async def _refusal(request: Request, refused: Exception) -> Response:
    assert isinstance(refused, HTTPException)
    path = " ".join(request.url.path.split())
    why = {
        404: f"nothing at {path}: POST a picture to /predict",
        405: f"{path} does not take {request.method}: POST a picture to /predict",
    }.get(refused.status_code, refused.detail)
    return JSONResponse({"error": why}, refused.status_code, refused.headers)


async def _nobody(_: Request, __: Exception) -> Response:
    """Answer one who is gone."""
    return Response(status_code=400)


async def _fault(_: Request, fault: Exception) -> Response:
    _LOG.error("a fault of Scriptorium itself", exc_info=fault)
    return JSONResponse({"error": "a fault of Scriptorium itself; its server says more"}, 500)


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
        # its lines on what clients do would fill a pipe that nobody reads
        log_level="critical",
        access_log=False,
        lifespan="off",
        ws="none",  # whoever asks for a websocket gets a plain answer
        timeout_graceful_shutdown=_LAST_ANSWERS,
    )
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        address = socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)[0][4]
        listening = socket.create_server(address, family=family)
    except (OSError, UnicodeError) as error:  # of a name that can't be one
        raise ScriptoriumError(
            f"can't listen at {host}, port {port}: {getattr(error, 'strerror', None) or error}; "
            "choose others with --host and --port"
        ) from error
    named = f"[{host}]" if ":" in host else host
    with listening:
        # of clients that vanished the system tells the server in the end
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        with suppress(KeyboardInterrupt):  # uvicorn's own, once what was asked is answered
            ready(f"http://{named}:{listening.getsockname()[1]}")
            uvicorn.Server(config).run(sockets=[listening])
    return int(app.state.answered)
