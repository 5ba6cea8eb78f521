"""The evidence store of a centre, according to its settings."""

from central.media.store import MediaStore
from central.settings import CentralSettings


def store_of(settings: CentralSettings) -> MediaStore:
    """The store: a folder, or a bucket with a cache folder on this machine. Raises SettingsError."""
    if settings.bucket is None:
        return MediaStore(settings.media_dir)
    from central.media.bucket import BucketStore  # an optional extra that most centres do without

    return BucketStore.of(settings.bucket, settings.data_dir / "cache")
