#version 330
in vec2 v_at;
out vec4 f_colour;
uniform sampler2D picture;
uniform vec2 step;
uniform float least;
void main() {
  vec3 sum = vec3(0.0);
  float weight[5] = float[](0.227, 0.194, 0.122, 0.054, 0.016);
  for (int i = -4; i <= 4; i++) {
    vec3 c = texture(picture, v_at + step * float(i)).rgb;
    sum += weight[abs(i)] * max(c - least, 0.0);
  }
  f_colour = vec4(min(sum, vec3(30.0)), 1.0);
}
