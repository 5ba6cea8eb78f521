#version 330
#define MATTE 0
#define PAINT 1
#define GLASS 2
#define ASPHALT 3
#define MARKING 4
#define PAVING 5
#define GLOW 6
#define PLATE 7
#define FACADE 8
#define LEAVES 9
#define GRASS 10
in vec3 v_world;
in vec3 v_normal;
in vec3 v_colour;
in vec4 v_shade;
in vec2 v_uv;
flat in int v_material;
flat in int v_slot;
flat in vec4 v_tag;
layout(location = 0) out vec4 f_colour;
layout(location = 1) out vec4 f_sun;    // what of it the sun gives
layout(location = 2) out vec4 f_shade;  // place in the shadow picture
uniform sampler2DShadow shadow;   // of what moves
uniform sampler2DShadow shelter;  // of what stands
uniform sampler2D grain;
uniform sampler2DArray plates;
uniform vec3 eye;
uniform vec3 to_sun;
uniform vec3 sun;
uniform vec3 zenith;
uniform vec3 horizon;
uniform float haze;
uniform float wet;
uniform float near_light;
uniform float tail;
uniform float headlamps;
uniform float street;
uniform vec3 lamps[6];
uniform bool grey;

vec3 sky(vec3 d) {
  float h = clamp(d.z, 0.0, 1.0);
  vec3 above = mix(horizon, zenith, pow(h, 0.45));
  vec3 below = horizon * vec3(0.16, 0.155, 0.15);
  return mix(below, above, smoothstep(-0.06, 0.04, d.z));
}
float open_to(sampler2DShadow cover, vec3 p) {
  vec2 step = vec2(0.7) / vec2(textureSize(cover, 0));
  float sum = texture(cover, p + vec3(step.x, step.y, -0.0008));
  sum += texture(cover, p + vec3(-step.x, step.y, -0.0008));
  sum += texture(cover, p + vec3(step.x, -step.y, -0.0008));
  sum += texture(cover, p + vec3(-step.x, -step.y, -0.0008));
  return sum * 0.25;
}
float lit() {
  vec3 p = v_shade.xyz * 0.5 + 0.5;
  if (p.x < 0.0 || p.x > 1.0 || p.y < 0.0 || p.y > 1.0 || p.z > 1.0) return 1.0;
  return open_to(shadow, p) * open_to(shelter, p);
}
vec3 from_lamps(vec3 n) {
  vec3 sum = vec3(0.0);
  if (street <= 0.0) return sum;
  for (int i = 0; i < 6; i++) {
    vec3 d = lamps[i] - v_world;
    float r2 = dot(d, d);
    d *= inversesqrt(r2);
    float cone = smoothstep(0.25, 0.7, d.z);
    sum += vec3(1.0, 0.78, 0.5) * (street * 9.0 * cone * (0.25 + 0.75 * max(dot(n, d), 0.0)) / (r2 + 8.0));
  }
  return sum;
}
void main() {
  vec3 to_eye = eye - v_world;
  float far = length(to_eye);
  vec3 v = to_eye / far;
  vec3 n = normalize(v_normal);
  if (dot(n, v) < 0.0) n = -n;
  vec3 colour = v_colour;
  float gloss = 0.0, base = 0.04, sharp = 60.0;
  if (v_material == ASPHALT || v_material == MARKING) {
    vec4 fine = texture(grain, v_world.xy * 0.9);
    vec4 wide = texture(grain, v_world.xy * vec2(0.045, 0.03));
    vec4 tracks = texture(grain, v_world.xy * vec2(0.21, 0.012));
    float patchy = smoothstep(0.55, 0.62, texture(grain, v_world.xy * 0.017).b);
    float road = 0.9 + 0.42 * (fine.r - 0.5) + 0.26 * (wide.g - 0.5) + 0.24 * (tracks.a - 0.5) - 0.1 * patchy;
    float crack = smoothstep(0.035, 0.0, abs(texture(grain, v_world.xy * 0.07).r - 0.5)) * step(0.62, wide.r);
    vec3 tar = vec3(0.102, 0.100, 0.098) * clamp(road - 0.25 * crack, 0.25, 1.6);
    if (v_material == MARKING) {
      float worn = smoothstep(0.30, 0.52, fine.g * 0.45 + wide.b * 0.55 + 0.12);
      colour = mix(tar, colour * (0.8 + 0.25 * fine.r), 0.25 + 0.75 * worn);
    } else colour = tar * v_colour;
    float pool = wet * smoothstep(0.35, 0.65, wide.a * 0.7 + fine.b * 0.3);
    colour *= mix(1.0, 0.6, wet);
    gloss = wet * 0.55 + pool * 0.4;
    base = 0.05;
    n = normalize(n + vec3((fine.rg - 0.5) * mix(0.18, 0.05, wet), 0.0));
  } else if (v_material == PAVING) {
    vec2 cell = fract(v_world.xy / 0.4);
    float joint = smoothstep(0.0, 0.05, min(min(cell.x, 1.0 - cell.x), min(cell.y, 1.0 - cell.y)));
    vec4 wide = texture(grain, v_world.xy * 0.05);
    vec4 tile = texture(grain, floor(v_world.xy / 0.4) * 0.137);
    colour *= (0.8 + 0.4 * wide.g) * (0.85 + 0.3 * tile.r) * (0.7 + 0.3 * joint);
    gloss = wet * 0.3;
  } else if (v_material == GRASS) {
    vec4 fine = texture(grain, v_world.xy * 0.6);
    colour *= 0.5 + fine.r;
  } else if (v_material == LEAVES) {
    vec4 a = texture(grain, v_world.xy * 0.35 + v_world.z * vec2(0.21, 0.13));
    colour *= 0.35 + 1.3 * a.r * a.r;
    n = normalize(n + (a.gba - 0.5) * 1.6);
  } else if (v_material == FACADE) {
    vec2 cell = fract(v_uv);
    vec4 which = texture(grain, (floor(v_uv) + 0.5) * 0.0731);
    bool pane = cell.x > 0.22 && cell.x < 0.78 && cell.y > 0.25 && cell.y < 0.8 && v_uv.y > 1.0;
    vec4 dirt = texture(grain, v_uv * 0.11);
    colour *= 0.75 + 0.4 * dirt.g;
    if (pane) {
      colour = vec3(0.03, 0.035, 0.04);
      gloss = 0.7;
      float on = step(0.68, which.r) * street * 0.14;
      colour += vec3(1.0, 0.75, 0.4) * on;
    }
  } else if (v_material == PAINT) {
    gloss = 0.65; base = 0.05; sharp = 120.0;
  } else if (v_material == GLASS) {
    gloss = 0.9; base = 0.09; sharp = 200.0;
    colour = mix(colour, vec3(0.05, 0.055, 0.05), 0.4);
  } else if (v_material == PLATE) {
    colour = texture(plates, vec3(v_uv, v_tag.y)).rgb;
    colour = pow(colour, vec3(2.2)) * 0.82;
    gloss = 0.15;
  }
  if (grey && v_material != ASPHALT && v_material != PLATE) {
    float all = dot(colour, vec3(0.4, 0.35, 0.25));
    colour = vec3(mix(all, 0.28, v_material == MATTE ? 0.55 : 0.15));
  }
  float open = 0.55 + 0.45 * clamp(n.z * 0.6 + 0.4, 0.0, 1.0);
  float low = mix(0.55, 1.0, clamp(v_world.z / 0.55 + step(v_world.z, 0.03), 0.0, 1.0));
  vec3 around = mix(sky(vec3(n.xy * 0.7, 0.35)) * 0.55, zenith, clamp(n.z, 0.0, 1.0) * 0.8) * open * low;
  if (n.z < 0.0) around = mix(around, horizon * 0.13, -n.z);
  float sunlit = max(dot(n, to_sun), 0.0);
  if (sunlit > 0.0 && sun.r > 0.0) sunlit *= lit();
  vec3 light = around + sun * sunlit + from_lamps(n);
  if (near_light > 0.0) light += vec3(near_light * (0.3 + 0.7 * max(dot(n, v), 0.0)) / (far * far + 60.0));
  vec3 sum = colour * light * 0.85;
  vec3 sunny = colour * sun * sunlit * 0.85;
  if (gloss > 0.0) {
    vec3 r = reflect(-v, n);
    float edge = base + (1.0 - base) * pow(1.0 - max(dot(n, v), 0.0), 5.0);
    vec3 seen = sky(r) * (v_material == GLASS ? 1.0 : 0.85);
    if (r.z > 0.0 && r.z < 0.35) seen *= 0.45 + 0.55 * smoothstep(0.12, 0.35, r.z);
    vec3 h = normalize(v + to_sun);
    float spark = pow(max(dot(n, h), 0.0), sharp) * sunlit * 2.2;
    sum += gloss * (edge * seen + spark * sun * 0.5);
    sunny += gloss * spark * sun * 0.5;
    sum += gloss * 0.4 * from_lamps(r) * edge * 3.0;
  }
  if (v_material == PLATE && near_light > 0.0) sum += colour * near_light * 1.4 / (far * far + 60.0);
  if (v_material == GLOW) {
    float on = 0.0;
    float faces = max(dot(n, v), 0.0);
    if (v_slot == 0) on = 2.0;
    if (v_slot == 4) on = tail + v_tag.z * (1.6 + tail * 1.6);
    if (v_slot == 5) on = headlamps * v_tag.w * (0.15 + pow(faces, 3.0));
    if (v_slot >= 6) on = int(v_tag.z + 0.5) == v_slot - 6 ? 3.4 : 0.0;
    if (v_slot == 9) on = street * 3.0;
    vec3 tint = v_colour;
    if (grey) tint = vec3(dot(tint, vec3(0.5, 0.35, 0.15)));
    sunny *= 0.12;
    sum = sum * (v_slot >= 6 ? 0.12 : 0.5) + tint * on;
  }
  sum = mix(horizon * 0.92, sum, exp(-haze * far));
  f_colour = vec4(sum, 1.0);
  f_sun = vec4(sunny * exp(-haze * far), 1.0);
  f_shade = vec4(v_shade.xyz * 0.5 + 0.5, 1.0);
}
