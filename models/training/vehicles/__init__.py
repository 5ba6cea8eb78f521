"""Makes `models/vehicles.onnx`: official COCO YOLOv8n weights, fine-tuned for Vietnamese streets, exported."""
