"""The one door to cameras: what a source is, and the two there are."""

from edge.video.camera import CameraSource, SourceHealth
from edge.video.file import FileSource
from edge.video.frame import Frame, VideoError
from edge.video.rtsp import RtspSource

__all__ = ["CameraSource", "FileSource", "Frame", "RtspSource", "SourceHealth", "VideoError"]
