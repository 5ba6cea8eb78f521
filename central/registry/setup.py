"""The register the settings name: a sample file, or a service over HTTP."""

from pathlib import Path

from central.registry.file import FileRegistry
from central.registry.http import HttpRegistry
from central.registry.port import RegistryLookup
from central.settings import RegistrySettings, SettingsError, read_secret

SAMPLE = Path(__file__).parents[2] / "configs" / "sample_registry.yaml"
"""Invented vehicles and owners for the demo: those of the sample clip among them."""


def make_registry(settings: RegistrySettings) -> RegistryLookup:
    """The adapter for these settings.

    Raises:
        SettingsError: neither a file nor an address is named, or an address without a token.
        FileRegistryError: the file can't be used.
    """
    if settings.sample_file is not None:
        return FileRegistry.load(settings.sample_file)
    if settings.url is None:
        raise SettingsError("registry: give sample_file or url, so that owners can be looked up")
    if settings.token_file is None:
        raise SettingsError("registry: a url needs a token_file")
    return HttpRegistry(settings.url, read_secret(settings.token_file).get_secret_value())
