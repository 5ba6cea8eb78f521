#version 330
// Exposure, bloom, tone curve, sensor noise.
in vec2 v_at;
out vec4 f_colour;
uniform sampler2D picture;
uniform sampler2D glow;
uniform sampler2D haloes;
uniform sampler2D grain;
uniform float exposure;
uniform float bloom;
uniform float noise;
uniform vec2 seed;
uniform vec2 size;
uniform bool grey;
vec3 curve(vec3 x) { return clamp((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0); }
void main() {
  vec3 c = texture(picture, v_at).rgb;
  c += bloom * (texture(glow, v_at).rgb + 1.4 * texture(haloes, v_at).rgb);
  vec2 off = v_at - 0.5;
  c *= 1.0 - 0.35 * dot(off, off);
  if (grey) c = vec3(dot(c, vec3(0.4, 0.35, 0.25)));
  c = pow(curve(c * exposure), vec3(1.0 / 2.2));
  vec4 g = texture(grain, v_at * size / 512.0 + seed) - 0.5;
  vec3 spread = grey ? g.rrr : mix(g.rrr, g.gba, 0.5);
  f_colour = vec4(c + noise * 5.0 * spread * (1.2 - c), 1.0);
}
