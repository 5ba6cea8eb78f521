"""The published schemas are those of the code, and real messages fit them."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from contract import schemas
from contract.canonical import canonical_bytes
from contract.manifest import upgrade
from tests.edge import factories

API = Path(__file__).parents[2] / "docs" / "api"


@pytest.mark.parametrize(("name", "content"), schemas.files().items())
def test_the_published_file_is_current(name: str, content: str) -> None:
    assert (API / name).read_text(encoding="utf-8") == content, "run: python -m contract.schemas docs/api"


@pytest.mark.parametrize("version", [1, 2])
def test_a_real_manifest_fits_its_schema(version: int) -> None:
    schema = json.loads((API / f"manifest-{version}.schema.json").read_text(encoding="utf-8"))
    made = factories.package(1).manifest
    manifest = json.loads(canonical_bytes(made if version == 2 else upgrade.to_v1(made, "vi — en")))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(manifest, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**manifest, "surprise": 1}, schema)


def test_every_reference_of_the_asyncapi_page_leads_somewhere() -> None:
    page = yaml.safe_load((API / "asyncapi.yaml").read_text(encoding="utf-8"))
    payloads = [
        reference["$ref"]
        for channel in page["channels"].values()
        for message in channel["messages"].values()
        for reference in message["payload"].get("oneOf", [message["payload"]])
        if "$ref" in reference
    ]
    channels = [operation["channel"]["$ref"] for operation in page["operations"].values()]
    assert len(payloads) == 12
    assert all((API / reference).is_file() for reference in payloads)
    assert {reference.removeprefix("#/channels/") for reference in channels} == set(page["channels"])
