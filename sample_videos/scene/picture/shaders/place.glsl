// Attributes of vertices and instances, and where a vertex stands.
in vec3 in_position;
in vec3 in_normal;
in vec3 in_colour;
in float in_material;
in float in_slot;
in vec2 in_uv;
in float in_part;
in vec4 at_place;   // x, y, z, heading
in vec2 at_lean;    // roll about +y, pitch about +x
in vec3 at_first;
in vec3 at_second;
in vec3 at_third;
in vec4 at_tag;     // id, plate layer, brake or lamp state, headlamp

vec3 turned(vec3 v) {
  float c = cos(at_lean.x), s = sin(at_lean.x);
  v = vec3(c * v.x + s * v.z, v.y, -s * v.x + c * v.z);
  c = cos(at_lean.y); s = sin(at_lean.y);
  v = vec3(v.x, c * v.y - s * v.z, s * v.y + c * v.z);
  c = cos(at_place.w); s = sin(at_place.w);
  return vec3(c * v.x - s * v.y, s * v.x + c * v.y, v.z);
}
vec3 world() { return turned(in_position) + at_place.xyz; }
