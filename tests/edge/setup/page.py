"""The page for tests: an application over a folder, and a visitor who came in by the token."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

from starlette.testclient import TestClient

from edge.setup.app import create_app
from edge.setup.places import Places
from edge.setup.sight import Sight
from edge.setup.trial import Trial

ROOT = Path(__file__).parents[3]
CLIP = ROOT / "sample_videos" / "junction.mp4"
CAMERAS = ROOT / "configs" / "cameras"


@dataclass
class Page:
    """`tokens` are all that were announced, the newest last."""

    folder: Path
    tokens: list[str] = field(default_factory=list)
    sight: Sight = field(default_factory=Sight)

    def __post_init__(self) -> None:
        self.places = Places(self.folder)
        self.app = create_app(self.places, self.tokens.append, sight=self.sight)

    def keep_trial(self, name: str, trial: Trial) -> None:
        """As if the recording had been run."""
        path = self.places.one(name).path("trial.json")
        path.write_text(json.dumps(trial.as_json()), encoding="utf-8")

    def stranger(self) -> TestClient:
        """Somebody without token or cookie."""
        return TestClient(self.app, follow_redirects=False)

    def visitor(self) -> TestClient:
        """Somebody who opened the printed address."""
        client = TestClient(self.app)
        assert client.get("/", params={"token": self.tokens[-1]}).status_code == 200
        return client


def finished(client: TestClient, camera: str, kind: str, seconds: float = 60) -> str:
    """Waits for the camera's task of that kind; what the page says then."""
    for _ in range(int(seconds / 0.2)):
        text = client.get(f"/cameras/{camera}/task/{kind}").text
        if "hx-trigger" not in text:
            return text
        time.sleep(0.2)
    raise AssertionError("the task does not end")


def with_recording(client: TestClient, title: str = "Nút thử") -> str:
    """A new camera with the sample clip as its recording; its name."""
    name = client.post("/cameras", data={"name": title}).url.path.split("/")[2]
    client.put(f"/cameras/{name}/recording", content=CLIP.read_bytes())
    assert "Tiếp tục vẽ" in finished(client, name, "convert")
    return name
