"""Where the evidence of a centre lies, as its settings say."""

from central.media.store import MediaStore
from central.settings import CentralSettings


def store_of(settings: CentralSettings) -> MediaStore:
    """The store: a folder, or a bucket with a folder of what was asked for here. Raises SettingsError."""
    if settings.bucket is None:
        return MediaStore(settings.media_dir)
    from central.media.bucket import BucketStore  # an extra that most centres do without

    return BucketStore.of(settings.bucket, settings.data_dir / "cache")
