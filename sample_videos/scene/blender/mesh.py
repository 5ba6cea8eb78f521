"""Building blocks for procedural models: boxes, tubes, lofts and sheets as Blender objects."""

from collections.abc import Sequence
from math import cos, pi, sin
from typing import Any

import bpy
from mathutils import Matrix, Vector

Point = tuple[float, float, float]


def make(
    name: str,
    vertices: Sequence[Sequence[float]],
    faces: Sequence[Sequence[int]],
    material: Any,
    parent: Any = None,
    *,
    bevel: float = 0.0,
    subdivide: int = 0,
    smooth: bool = True,
) -> Any:
    """A mesh object; `bevel` is a radius in metres, `subdivide` counts Catmull-Clark levels."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([tuple(v) for v in vertices], [], [tuple(f) for f in faces])
    mesh.validate()
    if material is not None:
        mesh.materials.append(material)
    for polygon in mesh.polygons:
        polygon.use_smooth = smooth
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    thing.parent = parent
    if bevel:
        modifier = thing.modifiers.new("bevel", "BEVEL")
        modifier.width, modifier.segments, modifier.harden_normals = bevel, 3, True
    if subdivide:
        modifier = thing.modifiers.new("subdivide", "SUBSURF")
        modifier.levels = modifier.render_levels = subdivide
    return thing


def empty(name: str) -> Any:
    """An object without a mesh: the root of a model."""
    thing = bpy.data.objects.new(name, None)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def box(
    centre: Point,
    size: Point,
    material: Any,
    parent: Any = None,
    *,
    bevel: float = 0.0,
    tilt: float = 0.0,
    turn: float = 0.0,
) -> Any:
    """A cuboid; `tilt` turns it about x and `turn` about z (radians) around its centre."""
    half = [side / 2 for side in size]
    corners = [
        Vector((sx * half[0], sy * half[1], sz * half[2]))
        for sx in (-1, 1)
        for sy in (-1, 1)
        for sz in (-1, 1)
    ]
    place = Matrix.Translation(centre) @ Matrix.Rotation(turn, 4, "Z") @ Matrix.Rotation(tilt, 4, "X")
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return make("box", [place @ c for c in corners], faces, material, parent, bevel=bevel)


def sheet(corners: Sequence[Point], material: Any, parent: Any = None) -> Any:
    """One flat quadrilateral with texture coordinates: corners from the lower left, anticlockwise."""
    thing = make("sheet", corners, [(0, 1, 2, 3)], material, parent, smooth=False)
    layer = thing.data.uv_layers.new(name="uv")
    for loop, uv in zip(layer.data, ((0, 0), (1, 0), (1, 1), (0, 1)), strict=True):
        loop.uv = uv
    return thing


def tube(
    points: Sequence[Point],
    radii: Sequence[float] | float,
    material: Any,
    parent: Any = None,
    *,
    flatten: float = 1.0,
    sides: int = 12,
    closed: bool = False,
) -> Any:
    """A round tube through points; `flatten` squeezes its second axis; a scalar radius is constant."""
    sizes = [radii] * len(points) if isinstance(radii, int | float) else list(radii)
    line = [Vector(p) for p in points]
    rings = [_ring(line, i, size, flatten, sides, closed) for i, size in enumerate(sizes)]
    vertices = [vertex for ring in rings for vertex in ring]
    count = len(rings)
    faces: list[tuple[int, ...]] = []
    for i in range(count if closed else count - 1):
        a, b = i * sides, (i + 1) % count * sides
        faces += [(a + k, a + (k + 1) % sides, b + (k + 1) % sides, b + k) for k in range(sides)]
    if not closed:
        faces += [tuple(range(sides))[::-1], tuple(range((count - 1) * sides, count * sides))]
    return make("tube", vertices, faces, material, parent)


def capsule(a: Point, b: Point, radius_a: float, radius_b: float, material: Any, parent: Any = None) -> Any:
    """A limb with round ends between two points."""
    start, end = Vector(a), Vector(b)
    along = (end - start).normalized()
    steps = [(-0.95, 0.3), (-0.7, 0.72), (0.0, 1.0)]
    line = [start + along * radius_a * o for o, _ in steps] + [
        end - along * radius_b * o for o, _ in reversed(steps)
    ]
    radii = [radius_a * r for _, r in steps] + [radius_b * r for _, r in reversed(steps)]
    return tube([tuple(p) for p in line], radii, material, parent)


def ball(
    centre: Point, size: Point, material: Any, parent: Any = None, *, rings: int = 10, sides: int = 18
) -> Any:
    """An ellipsoid; `size` holds its half axes."""
    vertices = [
        (
            centre[0] + size[0] * sin(pi * i / rings) * cos(2 * pi * k / sides),
            centre[1] + size[1] * sin(pi * i / rings) * sin(2 * pi * k / sides),
            centre[2] + size[2] * cos(pi * i / rings),
        )
        for i in range(rings + 1)
        for k in range(sides)
    ]
    faces = [
        (i * sides + k, (i + 1) * sides + k, (i + 1) * sides + (k + 1) % sides, i * sides + (k + 1) % sides)
        for i in range(rings)
        for k in range(sides)
    ]
    return make("ball", vertices, faces, material, parent)


def disc(
    centre: Point, radius: float, thickness: float, material: Any, parent: Any = None, *, bevel: float = 0.0
) -> Any:
    """A cylinder with its axis along x: rims, wheel arches, drums."""
    sides = 28
    vertices = [
        (
            centre[0] + side * thickness / 2,
            centre[1] + radius * cos(2 * pi * k / sides),
            centre[2] + radius * sin(2 * pi * k / sides),
        )
        for side in (-1, 1)
        for k in range(sides)
    ]
    faces: list[tuple[int, ...]] = [
        (k, (k + 1) % sides, sides + (k + 1) % sides, sides + k) for k in range(sides)
    ]
    faces += [tuple(range(sides))[::-1], tuple(range(sides, 2 * sides))]
    return make("disc", vertices, faces, material, parent, bevel=bevel, smooth=bool(bevel))


def tyre(centre: Point, radius: float, width: float, material: Any, parent: Any = None) -> Any:
    """A torus-like tyre with its axis along x; `radius` is the outer one."""
    core = radius - width * 0.42
    points = [
        (centre[0], centre[1] + core * cos(2 * pi * k / 28), centre[2] + core * sin(2 * pi * k / 28))
        for k in range(28)
    ]
    line = [Vector(p) for p in points]
    sides, vertices = 12, list[Vector]()
    for p in line:
        out = (p - Vector(centre)).normalized()
        for j in range(sides):
            angle = 2 * pi * j / sides
            # A squarish section: real tyres have a flat tread.
            x = max(-1.0, min(1.0, 1.25 * cos(angle))) * width / 2
            r = max(-1.0, min(1.0, 1.25 * sin(angle))) * width * 0.42
            vertices.append(p + out * r + Vector((x, 0, 0)))
    faces = [
        (
            i * sides + j,
            i * sides + (j + 1) % sides,
            (i + 1) % 28 * sides + (j + 1) % sides,
            (i + 1) % 28 * sides + j,
        )
        for i in range(28)
        for j in range(sides)
    ]
    return make("tyre", vertices, faces, material, parent)


def fuse(parts: Sequence[Any], voxel: float) -> Any:
    """Merges parts into one smooth surface (clothing over limbs); the material is that of the first part."""
    host = parts[0]
    with bpy.context.temp_override(active_object=host, selected_editable_objects=list(parts)):
        bpy.ops.object.join()
    remesh = host.modifiers.new("remesh", "REMESH")
    remesh.mode, remesh.voxel_size, remesh.use_smooth_shade = "VOXEL", voxel, True
    relax = host.modifiers.new("relax", "SMOOTH")
    relax.iterations, relax.factor = 4, 0.6
    return host


def _ring(
    line: list[Vector], i: int, radius: float, flatten: float, sides: int, closed: bool
) -> list[Vector]:
    before = line[i - 1] if closed or i else line[i]
    after = line[(i + 1) % len(line)] if closed or i < len(line) - 1 else line[i]
    along = (after - before).normalized()
    helper = Vector((1, 0, 0)) if abs(along.x) < 0.9 else Vector((0, 0, 1))
    first = (helper - along * helper.dot(along)).normalized()
    second = along.cross(first)
    return [
        line[i] + radius * (cos(2 * pi * k / sides) * first + flatten * sin(2 * pi * k / sides) * second)
        for k in range(sides)
    ]
