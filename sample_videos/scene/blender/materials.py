"""Materials: car paint, glass, rubber, lamps, cloth, and the road's procedural textures."""

from functools import cache
from pathlib import Path
from typing import Any

import bpy

Rgb = tuple[float, float, float]


@cache
def plain(rgb: Rgb, rough: float = 0.6, metal: float = 0.0, coat: float = 0.0, specular: float = 0.5) -> Any:
    """A uniform surface (linear RGB)."""
    material, shader = _principled("plain")
    shader.inputs["Base Color"].default_value = (*rgb, 1.0)
    shader.inputs["Roughness"].default_value = rough
    shader.inputs["Metallic"].default_value = metal
    shader.inputs["Coat Weight"].default_value = coat
    shader.inputs["Coat Roughness"].default_value = 0.06
    shader.inputs["Specular IOR Level"].default_value = specular
    return material


def paint(rgb: Rgb, metal: float = 0.25) -> Any:
    """Car paint under clear coat."""
    return plain(rgb, 0.42, metal, 0.9)


def glass() -> Any:
    """Tinted window, opaque: a cabin behind it would not be seen from here."""
    return plain((0.012, 0.016, 0.018), 0.06, 0.0, 0.0, 0.9)


def rubber() -> Any:
    """Tyres and black plastic."""
    return plain((0.018, 0.018, 0.019), 0.8)


def chrome() -> Any:
    """Bright metal."""
    return plain((0.62, 0.62, 0.64), 0.22, 1.0)


def lamp(rgb: Rgb, strength: float) -> Any:
    """A lens that shines; a new material each time because the strength is set per vehicle and frame."""
    material, shader = _principled("lamp")
    shader.inputs["Base Color"].default_value = (*(c * 0.3 for c in rgb), 1.0)
    shader.inputs["Roughness"].default_value = 0.15
    shader.inputs["Emission Color"].default_value = (*rgb, 1.0)
    shader.inputs["Emission Strength"].default_value = strength
    material.cycles.emission_sampling = "NONE"
    return material


def set_strength(material: Any, strength: float) -> None:
    """Switch or dim a `lamp`."""
    socket = material.node_tree.nodes["Principled BSDF"].inputs["Emission Strength"]
    if socket.default_value != strength:
        socket.default_value = strength


def picture(file: Path, rough: float = 0.45) -> Any:
    """An image stretched over a sheet: plates and shop signs."""
    material, shader = _principled("picture")
    image = material.node_tree.nodes.new("ShaderNodeTexImage")
    image.image = bpy.data.images.load(str(file))
    image.interpolation = "Cubic"
    material.node_tree.links.new(image.outputs["Color"], shader.inputs["Base Color"])
    shader.inputs["Roughness"].default_value = rough
    return material


@cache
def mottled(
    dark: Rgb, light: Rgb, scale: float, rough: float, stretch: float = 1.0, bump: float = 0.0
) -> Any:
    """Two shades mixed by coarse and fine noise: asphalt, concrete, bark. `stretch` lengthens it along y."""
    material, shader = _principled("mottled")
    tree = material.node_tree
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    mapping = tree.nodes.new("ShaderNodeMapping")
    mapping.inputs["Scale"].default_value = (1.0, 1.0 / stretch, 1.0)
    tree.links.new(coordinates.outputs["Object"], mapping.inputs["Vector"])
    coarse = _noise(tree, mapping, scale, 5.0)
    fine = _noise(tree, mapping, scale * 38.0, 2.0)
    sum_ = _math(tree, "ADD", coarse.outputs["Fac"], fine.outputs["Fac"])
    ramp = _ramp(tree, sum_.outputs[0], ((0.72, dark), (1.28, light)))
    tree.links.new(ramp.outputs["Color"], shader.inputs["Base Color"])
    shader.inputs["Roughness"].default_value = rough
    if bump:
        node = tree.nodes.new("ShaderNodeBump")
        node.inputs["Strength"].default_value = bump
        node.inputs["Distance"].default_value = 0.01
        tree.links.new(fine.outputs["Fac"], node.inputs["Height"])
        tree.links.new(node.outputs["Normal"], shader.inputs["Normal"])
    return material


@cache
def road_paint(rgb: Rgb, wear: float) -> Any:
    """Marking paint through which the asphalt shows; `wear` 0 is fresh, 1 is gone."""
    material, shader = _principled("road paint")
    tree = material.node_tree
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    noise = _noise(tree, coordinates, 5.0, 9.0, "Object")
    level = 0.30 + 0.28 * wear
    worn = tuple(0.35 * c + 0.06 for c in rgb)
    ramp = _ramp(tree, noise.outputs["Fac"], ((level, (worn[0], worn[1], worn[2])), (level + 0.14, rgb)))
    tree.links.new(ramp.outputs["Color"], shader.inputs["Base Color"])
    shader.inputs["Roughness"].default_value = 0.7
    return material


@cache
def tiles(rgb: Rgb, size: float) -> Any:
    """Pavement tiles of `size` metres with darker joints."""
    material, shader = _principled("tiles")
    tree = material.node_tree
    coordinates = tree.nodes.new("ShaderNodeTexCoord")
    brick = tree.nodes.new("ShaderNodeTexBrick")
    brick.offset = 0.0
    brick.inputs["Color1"].default_value = (*rgb, 1.0)
    brick.inputs["Color2"].default_value = (*(c * 0.78 for c in rgb), 1.0)
    brick.inputs["Mortar"].default_value = (*(c * 0.4 for c in rgb), 1.0)
    brick.inputs["Scale"].default_value = 1.0
    brick.inputs["Brick Width"].default_value = brick.inputs["Row Height"].default_value = size
    brick.inputs["Mortar Size"].default_value = 0.012
    tree.links.new(coordinates.outputs["Object"], brick.inputs["Vector"])
    tree.links.new(brick.outputs["Color"], shader.inputs["Base Color"])
    shader.inputs["Roughness"].default_value = 0.85
    return material


def _principled(name: str) -> tuple[Any, Any]:
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    return material, material.node_tree.nodes["Principled BSDF"]


def _noise(tree: Any, source: Any, scale: float, detail: float, output: str = "Vector") -> Any:
    node = tree.nodes.new("ShaderNodeTexNoise")
    node.inputs["Scale"].default_value = scale
    node.inputs["Detail"].default_value = detail
    tree.links.new(source.outputs[output], node.inputs["Vector"])
    return node


def _math(tree: Any, operation: str, a: Any, b: Any) -> Any:
    node = tree.nodes.new("ShaderNodeMath")
    node.operation = operation
    tree.links.new(a, node.inputs[0])
    tree.links.new(b, node.inputs[1])
    return node


def _ramp(tree: Any, factor: Any, stops: tuple[tuple[float, Rgb], tuple[float, Rgb]]) -> Any:
    """A colour ramp over [low, high]; the factor is rescaled because a ramp ends at 1."""
    (low, dark), (high, light) = stops
    scale = tree.nodes.new("ShaderNodeMapRange")
    scale.inputs["From Min"].default_value, scale.inputs["From Max"].default_value = low, high
    tree.links.new(factor, scale.inputs["Value"])
    ramp = tree.nodes.new("ShaderNodeValToRGB")
    for element, rgb in zip(ramp.color_ramp.elements, (dark, light), strict=True):
        element.color = (*rgb, 1.0)
    tree.links.new(scale.outputs["Result"], ramp.inputs["Fac"])
    return ramp
