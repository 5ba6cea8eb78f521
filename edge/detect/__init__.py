"""Frames to vehicles (a YOLO network on onnxruntime), and vehicles to tracks."""
