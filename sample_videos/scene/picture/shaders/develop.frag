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
  // A lens is not sharper than its sensor: four taps around the pixel, bright ones held back.
  vec2 step = 0.36 / size;
  vec3 a0 = texture(picture, v_at + step).rgb, a1 = texture(picture, v_at - step).rgb;
  vec3 a2 = texture(picture, v_at + vec2(step.x, -step.y)).rgb, a3 = texture(picture, v_at + vec2(-step.x, step.y)).rgb;
  float w0 = 1.0 / (1.0 + a0.g), w1 = 1.0 / (1.0 + a1.g), w2 = 1.0 / (1.0 + a2.g), w3 = 1.0 / (1.0 + a3.g);
  vec3 c = (a0 * w0 + a1 * w1 + a2 * w2 + a3 * w3) / (w0 + w1 + w2 + w3);
  c += bloom * (texture(glow, v_at).rgb + 1.4 * texture(haloes, v_at).rgb);
  vec2 off = v_at - 0.5;
  c *= 1.0 - 0.35 * dot(off, off);
  if (grey) c = vec3(dot(c, vec3(0.4, 0.35, 0.25)));
  c = pow(curve(c * exposure), vec3(1.0 / 2.2));
  vec4 g = texture(grain, v_at * size / 512.0 + seed) - 0.5;
  vec3 spread = grey ? g.rrr : mix(g.rrr, g.gba, 0.5);
  f_colour = vec4(c + noise * 5.0 * spread * (1.2 - c), 1.0);
}
