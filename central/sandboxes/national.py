"""The simulated national systems in one process, each with its own path and page."""

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, Response

from central.clock import utc_now
from central.dispatches.port import INSPECTION, LICENCES, PATHS, Alert, Points
from central.sandboxes.identity import Identity, create_identity
from central.sandboxes.platform import Platform, create_platform
from central.sandboxes.population import WAYS as POPULATION_WAYS
from central.sandboxes.population import Population, create_population
from central.sandboxes.receiving import Inbox, create_inbox
from central.sandboxes.registration import WAYS as REGISTER_WAYS
from central.sandboxes.registration import Register, create_register
from central.sandboxes.stage import STYLE, Stage


def create_national(folder: Path, token: str, samples: Path) -> FastAPI:
    """Creates all simulated systems, with their data in `folder` (created from `samples` the first time)."""
    folder.mkdir(parents=True, exist_ok=True)
    books = _kept(folder / "registry.yaml", samples / "sample_registry.yaml")
    persons = _kept(folder / "population.yaml", samples / "sample_population.yaml")
    stages = {
        "registration": Stage("Đăng ký xe — vehicle register", token, REGISTER_WAYS),
        "population": Stage("Dân cư — population database", token, POPULATION_WAYS),
        "inspection": Stage("Đăng kiểm: cảnh báo — inspection: alerts", token),
        "vehicle-alerts": Stage("Đăng ký xe: cảnh báo — registration: alerts", token),
        "platform": Stage("Kho dữ liệu tỉnh — the province's platform", token),
        "licences": Stage("Giấy phép lái xe: điểm — licences: points", token),
        "identity": Stage("Định danh điện tử (VNeID) — electronic identity", token),
    }
    population = Population(persons, stages["population"])
    apps = {
        "registration": create_register(Register(books, stages["registration"])),
        "population": create_population(population),
        "identity": create_identity(Identity(population.persons, utc_now, stages["identity"])),
    }
    for name in ("inspection", "vehicle-alerts"):
        inbox = Inbox(folder / f"{name}.jsonl", stages[name], Alert)
        apps[name] = create_inbox(inbox, PATHS[INSPECTION], ("at", "kind", "plate", "unit", "message"))
    apps["platform"] = create_platform(Platform(folder / "platform.jsonl", stages["platform"]))
    inbox = Inbox(folder / "licences.jsonl", stages["licences"], Points)
    columns = ("at", "kind", "identity", "points", "decision", "message")
    apps["licences"] = create_inbox(inbox, PATHS[LICENCES], columns)

    return _together(stages, apps)


def _together(stages: Mapping[str, Stage], apps: Mapping[str, FastAPI]) -> FastAPI:
    """Mounts the systems under one address, each below its name, with an index page."""

    @asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        yield
        for stage in stages.values():
            stage.ending.set()  # requests to a silent system are not awaited at shutdown

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=running)
    links = "".join(f'<li><a href="/{name}/">{stage.title}</a>' for name, stage in stages.items())
    home = f'<!doctype html><html lang="vi"><meta charset="utf-8"><title>Thử</title><style>{STYLE}</style>'

    @app.get("/")
    def index() -> Response:
        bar = '<p class="bar">THỬ NGHIỆM — SANDBOX</p>'
        return HTMLResponse(f"{home}{bar}<h1>Hệ thống quốc gia thử nghiệm</h1><ul>{links}</ul>")

    for name, each in apps.items():
        app.mount(f"/{name}", each)
    return app


def _kept(path: Path, sample: Path) -> Path:
    if not path.exists():
        shutil.copyfile(sample, path)
    return path
