"""Trains `models/lamps.onnx`: the state of a traffic-light head, from the crop of its housing."""
