#version 330
// A soft patch on the road: the dark under a vehicle, or the light its headlamps throw.
in vec2 in_corner;
in vec4 at_place;   // x, y, heading, strength
in vec4 at_reach;   // left/right half, back, front, kind
uniform mat4 clip;
out vec2 v_at;
flat out vec4 v_place;
flat out vec4 v_reach;
out vec3 v_world;
void main() {
  vec2 p = vec2(in_corner.x * at_reach.x, mix(at_reach.y, at_reach.z, in_corner.y * 0.5 + 0.5));
  float c = cos(at_place.z), s = sin(at_place.z);
  v_at = in_corner;
  v_place = at_place;
  v_reach = at_reach;
  v_world = vec3(at_place.x + c * p.x - s * p.y, at_place.y + s * p.x + c * p.y, 0.03);
  gl_Position = clip * vec4(v_world, 1.0);
}
