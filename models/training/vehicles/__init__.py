"""Makes `models/vehicles.onnx`: COCO YOLOv8n, fine-tuned for Vietnamese streets, exported."""
