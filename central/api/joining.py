"""Nodes enrol and change keys: nobody is signed in here; each request is authenticated by its signature."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlmodel import Session

from central.fleet import joining
from central.keys import load_key
from central.settings import CentralSettings
from central.values import Text
from central.web.people import Now, SessionDep
from contract.joining import Welcome
from contract.signing import sign

router = APIRouter(tags=["joining"])


class Signed(BaseModel):
    """A compact JWS, see `contract.joining`."""

    token: Annotated[Text, Field(max_length=200_000)]


@router.post("/joinings", status_code=201)
def join(request: Request, session: SessionDep, now: Now, body: Signed) -> Signed:
    """A node joins by its invitation; the answer contains its broker password, once."""
    node, password = joining.join(session, body.token, now)
    return _welcome(request, session, node.id, now, password)


@router.post("/key-changes", status_code=201)
def change_key(request: Request, session: SessionDep, now: Now, body: Signed) -> Signed:
    """A node changes its key; signed with the old one."""
    node = joining.change_key(session, body.token, now)
    return _welcome(request, session, node.id, now)


def _welcome(
    request: Request, session: Session, node: str, now: datetime, password: str | None = None
) -> Signed:
    settings: CentralSettings = request.app.state.settings
    public_key = joining.keys(session, node)[0].public_key
    broker = settings.nodes.broker.place() if settings.nodes.broker and password else None
    welcome = Welcome(node=node, public_key=public_key, broker=broker, broker_password=password, at=now)
    return Signed(token=sign(welcome, load_key(settings.centre_key_file)))
