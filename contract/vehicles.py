"""Kinds of vehicle that are distinguished, as the traffic law groups them (loại phương tiện)."""

from enum import StrEnum


class VehicleKind(StrEnum):
    """Kinds a camera can distinguish: ô tô, xe máy, xe khách, xe tải, xe đạp. Bike and rider are one."""

    CAR = "car"
    MOTORBIKE = "motorbike"
    BUS = "bus"
    TRUCK = "truck"
    BICYCLE = "bicycle"

    @property
    def vietnamese(self) -> str:
        """The word shown to people."""
        return _VIETNAMESE[self]

    @property
    def is_motorbike(self) -> bool:
        """True for what Decree 168/2024 Article 7 calls xe mô tô, xe gắn máy."""
        return self is VehicleKind.MOTORBIKE


_VIETNAMESE = {
    VehicleKind.CAR: "Ô tô con",
    VehicleKind.MOTORBIKE: "Xe mô tô",
    VehicleKind.BUS: "Xe khách",
    VehicleKind.TRUCK: "Xe tải",
    VehicleKind.BICYCLE: "Xe đạp",
}
