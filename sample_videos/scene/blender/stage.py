"""The Blender scene of the clip: builds it once, then moves vehicles and switches lamps."""

from math import radians
from pathlib import Path
from typing import Any

import bpy
import numpy as np
import numpy.typing as npt
from mathutils import Vector

from ..plate_pictures import write
from . import lamp as signal
from .cars import build_car, build_truck
from .cast import Outline
from .model import Model
from .motion import Pose
from .motorbikes import build_scooter, build_underbone
from .riders import Clothes
from .script import Script, Vehicle
from .street import build_street
from .surroundings import build_surroundings, sun_direction

Array = npt.NDArray[np.float64]
FAR_AWAY = (0.0, -500.0, 0.0)


class Stage:
    """The built scene. Blender has one scene per process, so make only one of these."""

    def __init__(self, script: Script, plate_folder: Path) -> None:
        bpy.ops.wm.read_factory_settings(use_empty=True)
        self._camera = script.camera
        _render_settings(script)
        _light()
        build_street(script.street)
        build_surroundings()
        self._lenses = signal.build_lamp(script.lamp)
        self._models = {vehicle.id: _build(vehicle) for vehicle in script.vehicles}
        self._plates = {v.id: _fit_plate(v, self._models[v.id], plate_folder) for v in script.vehicles}

    def outline(self, vehicle_id: str) -> Outline:
        """Surface and plate of a vehicle in its own frame."""
        return Outline(self._surface(vehicle_id), np.array(self._models[vehicle_id].quad))

    def _surface(self, vehicle_id: str) -> Array:
        graph = bpy.context.evaluated_depsgraph_get()
        root = self._models[vehicle_id].root
        inverse = root.matrix_world.inverted()
        clouds = []
        for part in root.children_recursive:
            if part.type != "MESH" or part.hide_render:
                continue
            mesh = part.evaluated_get(graph).to_mesh()
            matrix = np.array(inverse @ part.matrix_world)
            vertices = np.empty(len(mesh.vertices) * 3)
            mesh.vertices.foreach_get("co", vertices)
            clouds.append(vertices.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3])
        return np.concatenate(clouds)

    def place(self, poses: dict[str, Pose], lamp_state: str) -> None:
        """Put the vehicles of `poses` on the ground, move all others away, and light the lamp."""
        signal.show(self._lenses, lamp_state)
        for vehicle_id, model in self._models.items():
            pose = poses.get(vehicle_id)
            model.root.location = FAR_AWAY if pose is None else (pose.x, pose.y, 0.0)
            if pose is not None:
                model.root.rotation_euler = (0.0, 0.0, pose.heading)
                model.show(pose.brake, pose.speed < 0.05)
        bpy.context.view_layer.update()

    def sunlight(self) -> Array:
        """Unit direction in which the sunlight travels, (3,)."""
        return np.array(bpy.data.objects["sun"].matrix_world.to_3x3() @ Vector((0.0, 0.0, -1.0)))

    def seen_part(self, vehicle_id: str, points: Array) -> float:
        """Visible share of world points (n, 3) of a vehicle: those not hidden from the camera by other
        objects."""
        return self._unhidden(
            points, {part.name for part in self._models[vehicle_id].root.children_recursive}
        )

    def seen_plate(self, vehicle_id: str, points: Array) -> float:
        """Visible share of world points (n, 3) of a vehicle's plate, not hidden by anything, its own body
        included."""
        return self._unhidden(points, {self._plates[vehicle_id]})

    def _unhidden(self, points: Array, own: set[str]) -> float:
        graph = bpy.context.evaluated_depsgraph_get()
        eye, seen = Vector((self._camera.x, self._camera.y, self._camera.z)), 0
        for point in points:
            away = Vector(point) - eye
            hit, _, _, _, thing, _ = bpy.context.scene.ray_cast(
                graph, eye, away.normalized(), distance=away.length + 0.05
            )
            seen += not hit or thing.name in own
        return seen / len(points) if len(points) else 0.0


def _build(vehicle: Vehicle) -> Model:
    clothes = Clothes(vehicle.top, vehicle.trousers, vehicle.helmet, vehicle.rucksack)
    if vehicle.model == "scooter":
        return build_scooter(vehicle.paint, clothes)
    if vehicle.model == "underbone":
        return build_underbone(vehicle.paint, clothes)
    if vehicle.model == "truck":
        return build_truck(vehicle.paint)
    return build_car(vehicle.model, vehicle.paint)


def _fit_plate(vehicle: Vehicle, model: Model, folder: Path) -> str:
    file = write(vehicle.plate, vehicle.kind.plate, vehicle.plate_colour, folder / f"{vehicle.id}.png")
    return model.fit_plate(file)


def _render_settings(script: Script) -> None:
    scene, view = bpy.context.scene, script.camera
    scene.render.engine = "CYCLES"
    scene.render.resolution_x, scene.render.resolution_y = view.width, view.height
    scene.render.use_persistent_data = True
    scene.render.threads_mode, scene.render.threads = "FIXED", 2
    scene.cycles.use_denoising = True
    # Half the cost of the defaults (accurate, high) on two cores, without a visible difference.
    scene.cycles.denoising_prefilter, scene.cycles.denoising_quality = "FAST", "BALANCED"
    scene.cycles.use_light_tree = False
    scene.cycles.max_bounces, scene.cycles.diffuse_bounces, scene.cycles.glossy_bounces = 4, 2, 2
    scene.cycles.caustics_reflective = scene.cycles.caustics_refractive = False
    scene.cycles.use_adaptive_sampling = False
    scene.view_settings.view_transform = "Filmic"
    scene.view_settings.look = "High Contrast"
    data = bpy.data.cameras.new("camera")
    data.sensor_width, data.lens = 36.0, view.focal_px * 36.0 / view.width
    eye = bpy.data.objects.new("camera", data)
    eye.location, eye.rotation_euler = (view.x, view.y, view.z), (radians(90 - view.pitch_down), 0.0, 0.0)
    scene.collection.objects.link(eye)
    scene.camera = eye


def _light() -> None:
    scene: Any = bpy.context.scene
    sun = bpy.data.lights.new("sun", "SUN")
    sun.energy, sun.angle, sun.color = 4.2, radians(1.5), (1.0, 0.93, 0.82)
    lamp = bpy.data.objects.new("sun", sun)
    lamp.rotation_euler = sun_direction()
    scene.collection.objects.link(lamp)
    world = bpy.data.worlds.new("sky")
    scene.world = world
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    coordinates, split = nodes.new("ShaderNodeTexCoord"), nodes.new("ShaderNodeSeparateXYZ")
    ramp = nodes.new("ShaderNodeValToRGB")
    ramp.color_ramp.elements[0].color, ramp.color_ramp.elements[1].color = (
        (0.62, 0.66, 0.70, 1),
        (0.20, 0.34, 0.62, 1),
    )
    ramp.color_ramp.elements[1].position = 0.6
    links.new(coordinates.outputs["Generated"], split.inputs[0])
    links.new(split.outputs["Z"], ramp.inputs["Fac"])
    links.new(ramp.outputs["Color"], nodes["Background"].inputs["Color"])
    nodes["Background"].inputs["Strength"].default_value = 0.9
