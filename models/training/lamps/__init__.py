"""Makes `models/lamps.onnx`: what a traffic-light head shows, from the crop of its housing."""
