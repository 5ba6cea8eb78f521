// Six times the picture around the point that a finger hides.

import { one } from "./dom.js";

const TIMES = 6;
const canvas = one("[data-loupe]");

export function showLoupe(video, [width], [x, y]) {
  if (!canvas || !video.videoWidth) return;
  const pixels = canvas.width / TIMES;
  const ratio = video.videoWidth / width;
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.fillStyle = "#000";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(video, x * ratio - pixels / 2, y * ratio - pixels / 2, pixels, pixels, 0, 0, canvas.width, canvas.height);
  cross(context);
  // On the side the finger is not.
  canvas.classList.toggle("is-right", x < width / 2);
  canvas.hidden = false;
}

export function hideLoupe() {
  if (canvas) canvas.hidden = true;
}

function cross(context) {
  const middle = canvas.width / 2;
  context.strokeStyle = "#ff3b5c";
  context.beginPath();
  context.moveTo(middle, 0);
  context.lineTo(middle, canvas.height);
  context.moveTo(0, middle);
  context.lineTo(canvas.width, middle);
  context.stroke();
}
