"""From what stands where to pictures: camera, light, textures, and the renderer with its shaders."""
