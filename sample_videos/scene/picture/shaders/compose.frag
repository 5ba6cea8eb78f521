#version 330
// What stands, less the sun where something that moves is in its way.
in vec2 v_at;
out vec4 f_colour;
uniform sampler2D picture;
uniform sampler2D sunny;
uniform sampler2D places;
uniform sampler2DShadow shadow;
void main() {
  vec3 p = texture(places, v_at).xyz;
  vec3 c = texture(picture, v_at).rgb;
  if (p.x > 0.0 && p.x < 1.0 && p.y > 0.0 && p.y < 1.0 && p.z < 1.0) {
    vec2 step = vec2(0.7) / vec2(textureSize(shadow, 0));
    float open = texture(shadow, p + vec3(step.x, step.y, -0.0008));
    open += texture(shadow, p + vec3(-step.x, step.y, -0.0008));
    open += texture(shadow, p + vec3(step.x, -step.y, -0.0008));
    open += texture(shadow, p + vec3(-step.x, -step.y, -0.0008));
    if (open < 4.0) c -= (1.0 - open * 0.25) * texture(sunny, v_at).rgb;
  }
  f_colour = vec4(c, 1.0);
}
