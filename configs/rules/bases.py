"""Words for the bases of a forbidden movement or zone (`configs.scene.Ban`, `ZoneBasis`)."""

from configs.wording import Dictionary, words

BANS: Dictionary = {
    "P.123a": words("biển P.123a cấm rẽ trái", "sign P.123a, no left turn"),
    "P.123b": words("biển P.123b cấm rẽ phải", "sign P.123b, no right turn"),
    "P.124a": words("biển P.124a cấm quay đầu xe", "sign P.124a, no U-turn"),
    "P.124b": words("biển P.124b cấm ô tô quay đầu xe", "sign P.124b, no U-turn for motor cars"),
    "P.124c": words("biển P.124c cấm rẽ trái và quay đầu xe", "sign P.124c, no left turn, no U-turn"),
    "P.124d": words("biển P.124d cấm rẽ phải và quay đầu xe", "sign P.124d, no right turn, no U-turn"),
    "P.124e": words("biển P.124e cấm ô tô rẽ trái và quay đầu xe", "sign P.124e, as P.124c for motor cars"),
    "P.124f": words("biển P.124f cấm ô tô rẽ phải và quay đầu xe", "sign P.124f, as P.124d for motor cars"),
    "R.301": words("biển R.301 hướng đi phải theo", "sign R.301, mandatory direction"),
    "R.411": words("biển R.411 hướng đi trên mỗi làn đường", "sign R.411, directions of lanes"),
    "arrow": words("mũi tên trên làn đường (vạch 9.3)", "the lane's arrows (marking 9.3)"),
    "place": words("nơi không được quay đầu", "a place where it is forbidden"),
    "tunnel": words("trong hầm", "in a tunnel"),
}

ZONES: Dictionary = {
    "P130": words("biển P.130 cấm dừng và đỗ xe", "sign P.130, no stopping"),
    "P131": words("biển P.131 cấm đỗ xe", "sign P.131, no parking"),
    "crosswalk": words("vạch đi bộ qua đường", "a crosswalk"),
    "bus_lane": words("làn dành cho xe buýt", "a bus lane"),
    "bus_stop": words("điểm dừng xe buýt", "a bus stop"),
    "junction": words("nơi đường giao nhau và 5 m quanh đó", "a junction and 5 m around it"),
    "gate": words("trước cổng cơ quan và 5 m hai bên", "the gate of an office and 5 m beside it"),
    "hides_sign": words("che khuất biển báo, đèn tín hiệu", "where it hides a sign or a signal"),
    "left_side": words("bên trái đường một chiều", "the left side of a one-way road"),
    "curve": words("đoạn đường cong", "a curve"),
    "bridge": words("trên cầu", "a bridge"),
    "under_flyover": words("gầm cầu vượt", "under a flyover"),
    "double": words("song song với xe đang dừng, đỗ", "beside another standing vehicle"),
    "tunnel": words("trong hầm", "a tunnel"),
    "pavement": words("vỉa hè", "the pavement"),
    "wrong_side": words("không đúng bên", "the wrong side"),
    "median": words("dải phân cách", "the median"),
    "rural": words("phần đường xe chạy có lề đường rộng", "the carriageway beside a wide shoulder"),
    "yellow_box": words("vạch mắt võng", "a yellow box"),
    "expressway": words("đường cao tốc", "an expressway"),
    "emergency_strip": words("làn dừng khẩn cấp", "an emergency strip"),
}
