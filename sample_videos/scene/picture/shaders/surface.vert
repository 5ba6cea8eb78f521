#version 330
#include place
uniform mat4 clip;
uniform mat4 shade;
out vec3 v_world;
out vec3 v_normal;
out vec3 v_colour;
out vec4 v_shade;
out vec2 v_uv;
flat out int v_material;
flat out int v_slot;
flat out vec4 v_tag;

void main() {
  vec3 p = world();
  v_world = p;
  v_normal = turned(in_normal);
  int slot = int(in_slot + 0.5);
  v_colour = in_colour;
  if (slot == 1) v_colour *= at_first;
  if (slot == 2) v_colour *= at_second;
  if (slot == 3) v_colour *= at_third;
  v_material = int(in_material + 0.5);
  v_slot = slot;
  v_uv = in_uv;
  v_tag = at_tag;
  v_shade = shade * vec4(p + v_normal * 0.03, 1.0);
  gl_Position = clip * vec4(p, 1.0);
}
