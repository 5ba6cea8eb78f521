#version 330
in vec2 v_at;
flat in vec4 v_place;
flat in vec4 v_reach;
in vec3 v_world;
out vec4 f_colour;
uniform sampler2D grain;
void main() {
  if (v_reach.w < 0.5) {
    vec2 edge = 1.0 - smoothstep(vec2(0.35), vec2(1.0), abs(v_at));
    f_colour = vec4(vec3(1.0 - v_place.w * edge.x * edge.y), 1.0);
  } else {
    float y = clamp(v_at.y * 0.5 + 0.5, 0.0, 1.0);
    float wide = mix(0.25, 0.95, sqrt(y));
    float across = 1.0 - smoothstep(0.3 * wide, wide, abs(v_at.x));
    float along = smoothstep(0.02, 0.2, y) * pow(1.0 - y, 1.5);
    float road = 0.07 + 0.08 * texture(grain, v_world.xy * 0.9).r;
    f_colour = vec4(vec3(1.0, 0.96, 0.86) * v_place.w * across * along * road, 0.0);
  }
}
