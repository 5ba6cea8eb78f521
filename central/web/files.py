"""Files shown in pages, with the ranges a player requests."""

from fastapi.responses import FileResponse
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send


class ShownFile(FileResponse):
    """A file, or the requested range of it.

    An impossible range is refused in the form of the interface; the framework would answer everybody in
    English plain text.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the response. Raises HTTPException (400, 416) before anything is sent."""

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in (400, 416):
                size = Headers(raw=message["headers"]).get("content-range")
                raise HTTPException(message["status"], headers={"Content-Range": size} if size else None)
            await send(message)

        await super().__call__(scope, receive, send_on)
