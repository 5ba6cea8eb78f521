"""From object positions to pictures: camera, light, textures, and the renderer with its shaders."""
