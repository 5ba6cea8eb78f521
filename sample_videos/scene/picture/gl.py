"""The renderer: OpenGL 3.3 through moderngl, on any machine (Mesa's software GL is enough)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import moderngl
import numpy as np
import numpy.typing as npt

from ..bodies.shapes import Mesh
from .light import Light
from .optics import Camera
from .textures import Bytes, grain, white
from .things import Array, Moment, Patch, Thing

VERTEX = "3f 3f 3f 1f 1f 2f 1f"
VERTEX_NAMES = ("in_position", "in_normal", "in_colour", "in_material", "in_slot", "in_uv", "in_part")
INSTANCE = "4f 2f 3f 3f 3f 4f 2f/i"
INSTANCE_NAMES = ("at_place", "at_lean", "at_first", "at_second", "at_third", "at_tag", "at_tile")
SHADE_SIZE = 2048
STATIC = "static"
Ids = npt.NDArray[np.uint16]


class Renderer:
    """Pictures, id pictures and silhouettes of moments in one street.

    Args:
        meshes: the meshes by name; the one called "static" is always drawn.
        plates: pictures of the plates; an object's `layer` is an index.
        light: of the scene.
        lamps: places of at most six street lamps, for the dark.
        focus: middle and half width (m) of the ground area with shadows.
    """

    def __init__(
        self,
        meshes: Mapping[str, Mesh],
        plates: Sequence[Bytes],
        light: Light,
        lamps: Sequence[tuple[float, float, float]],
        focus: tuple[float, float, float],
        seed: int,
    ) -> None:
        self._gl = moderngl.create_context(standalone=True, backend="egl")
        self._light, self._seed = light, seed
        self._programs = {name: self._program(*parts) for name, parts in _PROGRAMS.items()}
        self._vertices, self._indices = dict[str, Any](), dict[str, Any]()
        for name, mesh in meshes.items():
            rows, order = np.unique(mesh.vertices.astype("f4").round(4), axis=0, return_inverse=True)
            self._vertices[name] = self._gl.buffer(rows.tobytes())
            self._indices[name] = self._gl.buffer(order.astype("i4").ravel().tobytes())
        self._room = self._gl.buffer(reserve=4 * 21 * 512)
        self._arrays: dict[tuple[str, str], Any] = {}
        self._shade = _shade_matrix(light, focus)
        self._textures(plates)
        self._targets: dict[tuple[int, int], dict[str, Any]] = {}
        self._sheets: dict[tuple[int, int], Any] = {}
        self._set_light(lamps)

    def picture(self, camera: Camera, moment: Moment, frame: int) -> Bytes:
        """The moment as the camera shows it, RGB (height, width, 3)."""
        drawn = _by_mesh(moment.things, static=False)
        target = self._target(camera.size)
        program = self._programs["surface"]
        program["clip"].write(_bytes(camera.clip))
        program["eye"].value = camera.place
        self._keep_static(target)
        self._draw_shadows(self._shadow_target, drawn)
        self._compose(target)
        self._draw("surface", drawn)
        self._draw_patches(camera, moment.patches)
        self._bloom(target)
        return self._develop(target, camera.size, frame)

    def ids(self, camera: Camera, things: Sequence[Thing]) -> Ids:
        """The object of each pixel: id * 32 + part; 0 is ground or sky (height, width)."""
        self._id_uniforms(camera, camera.size, alone=False)
        return self._draw_ids(camera.size, _by_mesh(things))

    def alone(
        self,
        camera: Camera,
        things: Sequence[Thing],
        tiles: Mapping[int, tuple[int, int]],
        sheet: tuple[int, int],
    ) -> Ids:
        """Every object as if nothing were in front of it, each id shifted into its tile of a sheet.

        `tiles` are shifts of an id's pixels, x right, y up. Only parts inside the picture are drawn.
        """
        self._id_uniforms(camera, sheet, alone=True)
        return self._draw_ids(sheet, _by_mesh(things, tiles, static=False))

    def _program(self, vertex: str, fragment: str) -> Any:
        folder = files(__package__) / "shaders"
        place = (folder / "place.glsl").read_text(encoding="utf-8")
        vertex_text = (folder / f"{vertex}.vert").read_text(encoding="utf-8").replace("#include place", place)
        fragment_text = (folder / f"{fragment}.frag").read_text(encoding="utf-8")
        return self._gl.program(vertex_shader=vertex_text, fragment_shader=fragment_text)

    def _textures(self, plates: Sequence[Bytes]) -> None:
        noise, sensor = grain(self._seed), white(self._seed + 1)
        self._grain = self._gl.texture(noise.shape[1::-1], 4, noise.tobytes())
        self._sensor = self._gl.texture(sensor.shape[1::-1], 4, sensor.tobytes())
        height, width = plates[0].shape[:2]
        self._plates = self._gl.texture_array(
            (width, height, len(plates)), 3, b"".join(p.tobytes() for p in plates)
        )
        for texture in (self._grain, self._plates):
            texture.build_mipmaps()
            texture.filter = (moderngl.LINEAR_MIPMAP_NEAREST, moderngl.LINEAR)
            texture.anisotropy = 1.0
        self._shadow, self._shelter = (self._gl.depth_texture((SHADE_SIZE, SHADE_SIZE)) for _ in range(2))
        self._shadow.compare_func = self._shelter.compare_func = "<="
        self._shadow_target = self._gl.framebuffer(depth_attachment=self._shadow)
        self._shelter_target = self._gl.framebuffer(depth_attachment=self._shelter)
        corners = np.array([-1, -1, 1, -1, -1, 1, 1, 1], "f4")
        self._corners = self._gl.buffer(corners.tobytes())
        self._patch_room = self._gl.buffer(reserve=4 * 8 * 512)

    def _set_light(self, lamps: Sequence[tuple[float, float, float]]) -> None:
        light, program = self._light, self._programs["surface"]
        values: dict[str, Any] = {
            **{"to_sun": light.to_sun, "sun": light.sun_colour, "zenith": light.zenith},
            **{"horizon": light.horizon, "haze": light.haze, "wet": light.wet, "near_light": light.near},
            **{"tail": light.tail, "headlamps": light.headlamps, "street": light.lamps, "grey": light.grey},
            "lamps": [*lamps, *[(0.0, 0.0, -1000.0)] * 6][:6],
        }
        for name, value in values.items():
            program[name].value = value
        program["shade"].write(_bytes(self._shade))
        self._programs["depth"]["shade"].write(_bytes(self._shade))
        for number, name in enumerate(("shadow", "grain", "plates", "shelter")):
            program[name].value = number
        for number, name in enumerate(("shadow", "picture", "sunny", "places")):
            self._programs["compose"][name].value = number
        develop = self._programs["develop"]
        develop["exposure"].value, develop["bloom"].value = light.exposure, light.bloom
        develop["noise"].value, develop["grey"].value = light.noise, light.grey
        for number, name in enumerate(("picture", "glow", "haloes", "grain")):
            develop[name].value = number

    def _draw(self, program: str, drawn: Mapping[str, Array]) -> None:
        self._shadow.use(0)
        self._grain.use(1)
        self._plates.use(2)
        self._shelter.use(3)
        self._gl.enable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        for name, rows in drawn.items():
            self._room.write(rows.astype("f4").tobytes())
            self._array(program, name).render(moderngl.TRIANGLES, instances=len(rows))

    def _keep_static(self, target: dict[str, Any]) -> None:
        """Draws the static scene once: its colour, its sunlit parts, and its part of the shadow map."""
        if target["is kept"]:
            return
        standing = _by_mesh(())
        self._draw_shadows(self._shelter_target, standing)
        self._draw_shadows(self._shadow_target, {})
        target["all kept"].use()
        self._gl.clear(*(0.95 * c for c in self._light.horizon), 1.0, depth=1.0)
        self._draw("surface", standing)
        target["is kept"] = True

    def _compose(self, target: dict[str, Any]) -> None:
        """The static scene with the shadows of moving objects."""
        self._gl.copy_framebuffer(target["one"], target["kept"])
        if self._light.sun_colour[0] > 0:
            self._shadow.use(0)
            for number, name in enumerate(("kept", "sunny", "places"), start=1):
                target[f"{name} texture"].use(number)
            self._whole("compose", target["one"])
        target["one"].use()

    def _array(self, program: str, mesh: str) -> Any:
        if (program, mesh) not in self._arrays:
            layout = [
                _used(self._programs[program], self._vertices[mesh], VERTEX, VERTEX_NAMES),
                _used(self._programs[program], self._room, INSTANCE, INSTANCE_NAMES),
            ]
            self._arrays[program, mesh] = self._gl.vertex_array(
                self._programs[program], layout, self._indices[mesh]
            )
        return self._arrays[program, mesh]

    def _draw_shadows(self, target: Any, drawn: Mapping[str, Array]) -> None:
        target.use()
        target.clear(depth=1.0)
        if self._light.sun_colour[0] > 0:
            self._draw("depth", drawn)

    def _draw_patches(self, camera: Camera, patches: Sequence[Patch]) -> None:
        if not patches:
            return
        program = self._programs["flat"]
        program["clip"].write(_bytes(camera.clip))
        program["grain"].value = 1
        target_depth_mask = self._gl.fbo
        target_depth_mask.depth_mask = False
        self._gl.disable(moderngl.CULL_FACE)
        self._gl.enable(moderngl.BLEND)
        for light, blend in (
            (False, (moderngl.DST_COLOR, moderngl.ZERO)),
            (True, (moderngl.ONE, moderngl.ONE)),
        ):
            rows = np.array([patch.row for patch in patches if patch.light is light], "f4")
            if len(rows):
                self._gl.blend_func = blend
                self._patch_room.write(rows.tobytes())
                layout = [
                    (self._corners, "2f", "in_corner"),
                    (self._patch_room, "4f 4f/i", "at_place", "at_reach"),
                ]
                array = self._gl.vertex_array(program, layout)
                array.render(moderngl.TRIANGLE_STRIP, instances=len(rows))
                array.release()
        self._gl.disable(moderngl.BLEND)
        target_depth_mask.depth_mask = True

    def _target(self, size: tuple[int, int]) -> dict[str, Any]:
        if size not in self._targets:
            gl = self._gl
            small = (size[0] // 4, size[1] // 4)
            textures = {
                **{name: gl.texture(size, 4, dtype="f2") for name in ("one", "kept", "sunny")},
                "places": gl.texture(size, 4, dtype="f4"),
                **{name: gl.texture(small, 4, dtype="f2") for name in ("glow", "between", "haloes")},
                "final": gl.texture(size, 3),
            }
            for texture in textures.values():
                texture.repeat_x = texture.repeat_y = False
            deep = {name: gl.depth_renderbuffer(size) for name in ("one", "kept")}
            self._targets[size] = {
                **{name: gl.framebuffer([texture], deep.get(name)) for name, texture in textures.items()},
                **{f"{name} texture": texture for name, texture in textures.items()},
                "all kept": gl.framebuffer(
                    [textures[name] for name in ("kept", "sunny", "places")], deep["kept"]
                ),
                "is kept": False,
            }
        return self._targets[size]

    def _bloom(self, target: dict[str, Any]) -> None:
        w, h = target["glow"].size
        for source, goal, step, least in (
            ("one", "between", (1.3 / w, 0), 0.9),
            ("between", "glow", (0, 1.3 / h), 0.0),
            ("glow", "between", (4.5 / w, 0), 0.0),
            ("between", "haloes", (0, 4.5 / h), 0.0),
        ):
            program = self._programs["blur"]
            program["step"].value, program["least"].value = step, least
            target[f"{source} texture"].use(0)
            self._whole("blur", target[goal])

    def _whole(self, program: str, target: Any) -> None:
        self._gl.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        target.use()
        key = (program, "")
        if key not in self._arrays:
            layout = [(self._corners, "2f", "in_corner")]
            self._arrays[key] = self._gl.vertex_array(self._programs[program], layout)
        self._arrays[key].render(moderngl.TRIANGLE_STRIP)

    def _develop(self, target: dict[str, Any], size: tuple[int, int], frame: int) -> Bytes:
        program = self._programs["develop"]
        random = np.random.default_rng((self._seed, frame))
        program["seed"].value = tuple(random.random(2))
        program["size"].value = size
        for number, name in enumerate(("one", "glow", "haloes")):
            target[f"{name} texture"].use(number)
        self._sensor.use(3)
        self._whole("develop", target["final"])
        raw = target["final"].read(components=3, alignment=1)
        return np.frombuffer(raw, np.uint8).reshape(size[1], size[0], 3)[::-1]

    def _id_uniforms(self, camera: Camera, sheet: tuple[int, int], *, alone: bool) -> None:
        program = self._programs["id"]
        program["clip"].write(_bytes(camera.clip))
        program["size"].value, program["sheet"].value, program["alone"].value = camera.size, sheet, alone

    def _draw_ids(self, size: tuple[int, int], drawn: Mapping[str, Array]) -> Ids:
        if size not in self._sheets:
            colour = self._gl.renderbuffer(size, 1, dtype="u2")
            self._sheets[size] = self._gl.framebuffer([colour], self._gl.depth_renderbuffer(size))
        target = self._sheets[size]
        target.use()
        target.clear()
        for plane in range(4):
            self._gl.enable_direct(0x3000 + plane)
        self._draw("id", drawn)
        for plane in range(4):
            self._gl.disable_direct(0x3000 + plane)
        raw = target.read(components=1, dtype="u2", alignment=1)
        return np.frombuffer(raw, np.uint16).reshape(size[1], size[0])[::-1]


_PROGRAMS = {
    "surface": ("surface", "surface"),
    "depth": ("depth", "depth"),
    "id": ("id", "id"),
    "flat": ("flat", "flat"),
    "blur": ("whole", "blur"),
    "develop": ("whole", "develop"),
    "compose": ("whole", "compose"),
}


def _by_mesh(
    things: Sequence[Thing], tiles: Mapping[int, tuple[int, int]] | None = None, *, static: bool = True
) -> dict[str, Array]:
    rows: dict[str, list[list[float]]] = defaultdict(list)
    if static:
        rows[STATIC].append([*Thing(STATIC, (0.0, 0.0, 0.0, 0.0)).row, 0, 0])
    for thing in things:
        if tiles is None:
            rows[thing.mesh].append([*thing.row, 0, 0])
        elif thing.id in tiles:
            rows[thing.mesh].append([*thing.row, *tiles[thing.id]])
    return {name: np.array(block) for name, block in rows.items()}


def _used(program: Any, buffer: Any, layout: str, names: Sequence[str]) -> tuple[Any, ...]:
    """A vertex layout without the attributes the shader program does not use."""
    rate = "/i" if layout.endswith("/i") else ""
    parts, kept = layout.removesuffix("/i").split(), list[str]()
    for number, (part, name) in enumerate(zip(parts, names, strict=True)):
        if name in program:
            kept.append(name)
        else:
            parts[number] = f"{int(part[0]) * 4}x"
    return (buffer, " ".join(parts) + rate, *kept)


def _shade_matrix(light: Light, focus: tuple[float, float, float]) -> Array:
    """From world to shadow map: along the sunlight at the focus."""
    towards = np.array(light.to_sun)
    right = np.cross((0.0, 0.0, 1.0), towards)
    right /= np.linalg.norm(right)
    up = np.cross(towards, right)
    x, y, half = focus
    rows = np.stack([right / half, up / half * 1.0, -towards / 90.0])
    matrix = np.eye(4)
    matrix[:3, :3] = rows
    matrix[:3, 3] = -rows @ np.array([x, y, 0.0])
    return matrix


def _bytes(matrix: Array) -> bytes:
    return matrix.T.astype("f4").tobytes()
