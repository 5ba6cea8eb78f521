// Playing the recorded minute: the browser's own controls would lie under what is drawn.

import { one } from "./dom.js";

const FRAME = 0.04;
const TENTHS = { minimumFractionDigits: 1, maximumFractionDigits: 1 };

export function controls(root, video) {
  const button = one("[data-play]", root);
  const slider = one("[data-seek]", root);
  const clock = one("[data-clock]", root);
  const toggle = () => (video.paused ? video.play() : video.pause());
  const step = (seconds) => {
    video.pause();
    video.currentTime = Math.min(Math.max(video.currentTime + seconds, 0), video.duration || 0);
  };
  const show = () => {
    slider.max = video.duration || 1;
    slider.value = video.currentTime;
    clock.textContent = `${video.currentTime.toLocaleString(document.documentElement.lang, TENTHS)} / ${(video.duration || 0).toFixed(0)} s`;
    button.textContent = video.paused ? "▶" : "❚❚";
  };
  button.addEventListener("click", toggle);
  one("[data-back]", root).addEventListener("click", () => step(-FRAME));
  one("[data-forth]", root).addEventListener("click", () => step(FRAME));
  slider.addEventListener("input", () => (video.currentTime = slider.value));
  for (const name of ["timeupdate", "loadedmetadata", "play", "pause", "seeked"]) video.addEventListener(name, show);
  show();
  return { toggle, step };
}
