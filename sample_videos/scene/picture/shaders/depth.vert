#version 330
#include place
uniform mat4 shade;
void main() { gl_Position = shade * vec4(world(), 1.0); }
