// The set-up page: sends a video file, and starts the script of the step that is shown.

import { one, words } from "./dom.js";

if (one("[data-draw]")) import("./draw.js");
if (one("[data-try]")) import("./try.js");

// A camera that answered: its address goes into the form, and it is asked for its streams.
document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-address]");
  if (!chosen) return;
  one("[name=address]").value = chosen.dataset.address;
  one("[name=make]").value = "onvif";
  one("[name=username]").focus();
});

const upload = one("[data-upload]");
upload?.addEventListener("change", () => {
  const file = upload.files[0];
  if (file) send(file, one(upload.dataset.target));
});

// As it is, without a form around it: a phone's minute is hundreds of megabytes.
function send(file, target) {
  const request = new XMLHttpRequest();
  request.open("PUT", upload.dataset.upload);
  request.setRequestHeader("HX-Request", "true");
  request.upload.addEventListener("progress", (event) => {
    target.textContent = `${words("js.sending")} ${Math.round((100 * event.loaded) / event.total)} %`;
  });
  request.addEventListener("load", () => {
    target.innerHTML = request.responseText;
    window.htmx.process(target);
  });
  request.addEventListener("error", () => (target.textContent = words("js.lost")));
  request.send(file);
}

// What a task made is on the page when it is loaded again.
document.addEventListener("htmx:afterSwap", () => one("[data-reload], [data-watched]") && !one("[data-draw]") && location.reload());
