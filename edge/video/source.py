"""The one entry point for cameras: the source interface, and its two implementations."""

from edge.video.apart import ApartSource
from edge.video.camera import CameraSource, SourceHealth
from edge.video.file import FileSource
from edge.video.frame import Frame, VideoError
from edge.video.rtsp import RtspSource

__all__ = ["ApartSource", "CameraSource", "FileSource", "Frame", "RtspSource", "SourceHealth", "VideoError"]
