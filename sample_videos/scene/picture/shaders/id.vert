#version 330
#include place
uniform mat4 clip;
uniform vec2 size;
uniform vec2 sheet;      // size of the picture drawn into
uniform bool alone;      // each instance in a tile of its own
in vec2 at_tile;         // shift into the tile, pixels
flat out uint v_id;

void main() {
  vec4 p = clip * vec4(world(), 1.0);
  gl_ClipDistance[0] = p.w - p.x;
  gl_ClipDistance[1] = p.w + p.x;
  gl_ClipDistance[2] = p.w - p.y;
  gl_ClipDistance[3] = p.w + p.y;
  int material = int(in_material + 0.5);
  bool ground = material == 3 || material == 4 || material == 5 || material == 10;
  v_id = ground && at_tag.x == 2047.0 ? 0u : uint(at_tag.x) * 32u + uint(in_part + 0.5);
  if (alone) p.xy = (p.xy * size + p.w * (size + 2.0 * at_tile)) / sheet - p.w;
  gl_Position = p;
}
